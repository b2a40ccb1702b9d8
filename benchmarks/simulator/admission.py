"""Seeds as studies: one person, one hospital, UIDs of their own, as if each had been made where it is first seen."""

from functools import lru_cache
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian

from benchmarks.simulator.model import Seed, Study, copied, set_syntax
from benchmarks.simulator.people import HOME, person_of, write_person
from benchmarks.simulator.pixel_frames import frames_subset, mosaic_tiles
from benchmarks.simulator.renew import map_uids
from dicom_samples.maker.people import make_uid

_SAID_OF_A_STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription")
_OF_THE_STUDY = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def study_of(seed: Seed) -> Study:
    """Read a seed as a study of its own, with an invented patient who is the same for all seeds of a subject.

    Pixels and acquisition facts stay as they are. UIDs are renewed consistently: Study, Series and SOP Instance UIDs by
    the seed, all others (frame of reference, irradiation event) by the subject, so that what was made in one session
    still says so.
    """
    return copied(_admitted(seed))


@lru_cache(maxsize=16)
def _admitted(seed: Seed) -> Study:
    study = _composed(seed) if seed.members else _own(seed)
    for number, dataset in enumerate(study, 1):
        write_person(dataset, person_of(seed.subject), HOME)
        dataset.AccessionNumber = HOME.accession_of(seed.name)
        dataset.InstanceNumber = dataset.get("InstanceNumber") or number
    return study


def _own(seed: Seed, salt: str = "") -> Study:
    """Read the images of a seed with UIDs that nobody else has: other ones for another salt."""
    study = tuple(_read(path) for path in seed.files)
    if seed.frames:
        mosaic = "MOSAIC" in study[0].ImageType
        study = mosaic_tiles(study[0], seed.frames) if mosaic else (frames_subset(study[0], seed.frames),)
    own = {str(dataset.get(keyword, "")) for dataset in study for keyword in _OF_THE_STUDY}
    for dataset in study:
        map_uids(dataset, own.__contains__, lambda uid: make_uid("seed", f"{salt}{seed.name}", uid))
        map_uids(dataset, lambda uid: not _is_ours(uid), lambda uid: make_uid("subject", seed.subject, uid))
    return study


def _composed(seed: Seed) -> Study:
    """Put series together under one Study Instance UID, with what headers say of a study taken from the first."""
    series = [_own(member, f"{seed.name} ") for member in seed.members]
    first = series[0][0]
    for number, datasets in enumerate(series, 1):
        for dataset in datasets:
            dataset.SeriesNumber = number
            for keyword in _SAID_OF_A_STUDY:
                if keyword in first:
                    setattr(dataset, keyword, first[keyword].value)
    return tuple(dataset for datasets in series for dataset in datasets)


def _is_ours(uid: str) -> bool:
    return uid.startswith("2.25.")


def _read(path: Path) -> Dataset:
    dataset = dcmread(path, force=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    for keyword in _OF_THE_STUDY:
        if not dataset.get(keyword):
            setattr(dataset, keyword, make_uid("missing", keyword, path))
    set_syntax(dataset, syntax or ExplicitVRLittleEndian)
    return dataset
