"""The stories of films that were turned, photographed or joined are what they say, seen without the product."""

import numpy as np
from pydicom import dcmread

from tests.unit.dicom_samples.reading import BY_NUMBER, datasets, noise_correlation, pixels_of, residual

MIRRORED, CAPTURED, REGISTERED, WINDOWS = "34", "35", "36", "37"


def test_the_mirrored_film_keeps_the_header_that_said_which_side_is_left() -> None:
    first, second = (datasets(BY_NUMBER[MIRRORED], n)[0] for n in (0, 1))
    assert np.array_equal(pixels_of(first)[:, ::-1], pixels_of(second))
    assert first.PatientOrientation == second.PatientOrientation == ["L", "F"]


def test_the_mirrored_film_is_no_symmetrical_one() -> None:
    first, second = (BY_NUMBER[MIRRORED].sendings[n].files[0] for n in (0, 1))
    assert abs(noise_correlation(first, second)) < 0.3


def test_the_capture_shows_the_film_within_a_darker_screen_and_names_it_nowhere() -> None:
    film, capture = (datasets(BY_NUMBER[CAPTURED], n)[0] for n in (0, 1))
    shown, screen = pixels_of(film), pixels_of(capture)
    part = screen[28 : 28 + 220, 12 : 12 + 220].astype(np.float64)
    at = np.minimum(np.rint((np.arange(220) + 0.5) / 1.25 - 0.5).astype(int), 175)
    assert np.corrcoef(part.ravel(), shown[np.ix_(at, at)].ravel())[0, 1] > 0.98
    assert np.corrcoef(residual(part).ravel(), residual(shown[np.ix_(at, at)].astype(float)).ravel())[0, 1] > 0.6
    assert np.median(screen) < np.median(part)
    names = {str(element.value) for element in capture.iterall() if element.VR == "UI"}
    assert names.isdisjoint({film.StudyInstanceUID, film.SeriesInstanceUID, film.SOPInstanceUID})


def test_the_patient_who_was_registered_anew_has_nothing_written_alike_but_birth_date_and_sex() -> None:
    first, second = (datasets(BY_NUMBER[REGISTERED], n)[0] for n in (0, 1))
    assert (str(first.PatientName), str(second.PatientName)) == ("KEUNG^TAK SANG", "JIANG^DESHENG")
    assert first.PatientID != second.PatientID
    assert (first.PatientBirthDate, first.PatientSex) == (second.PatientBirthDate, second.PatientSex)


def test_each_frame_of_the_joined_object_has_the_window_of_its_slice() -> None:
    slices, joined = (sending.files for sending in BY_NUMBER[WINDOWS].sendings)
    enhanced = dcmread(joined[0])
    windows = [(s.WindowCenter, s.WindowWidth) for s in map(dcmread, slices)]
    groups = [g.FrameVOILUTSequence[0] for g in enhanced.PerFrameFunctionalGroupsSequence]
    assert [(g.WindowCenter, g.WindowWidth) for g in groups] == windows
    assert len(set(windows)) == len(windows)
    assert "FrameVOILUTSequence" not in enhanced.SharedFunctionalGroupsSequence[0]
