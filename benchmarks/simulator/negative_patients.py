"""Who and which object: equal demographics, misfiled images, one UID twice, shared pages, split orders (N9-N14)."""

import random
from collections.abc import Iterator
from functools import partial
from itertools import combinations

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom import Dataset
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from benchmarks.simulator.chains import chain_of
from benchmarks.simulator.header_uids import reroot
from benchmarks.simulator.model import Seed, Study, set_syntax
from benchmarks.simulator.negative_model import NegativePair, pair
from benchmarks.simulator.people import HOME, person_of, write_person
from benchmarks.simulator.pixel_data import set_native
from benchmarks.simulator.renew import instance_uids, map_uids, uid_map
from dicom_samples.maker.people import make_uid

_WRONG = frozenset({"wrong_patient"})
_MISFILINGS = tuple(
    chain_of(*names)
    for names in (("misfiled_new_uids",), ("misfiled_new_uids", "jpeg_q90"), ("misfiled_new_uids", "jpegls_lossless"))
)
_PALETTE = frozenset({"us-palette", "us-aloka", "wheel-us-palette"})
_PATIENT = ("SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_PAGES = ("dose_report", "blank", "wedge")


def other_people(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair studies of different people (and of different bodies, which nobody should take for each other)."""
    for a, b in combinations(seeds, 2):
        if a.subject != b.subject and a.kind == b.kind:
            yield pair("other_people", a, b)


def namesakes(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair studies of different people whose headers name one person (N12)."""
    for a, b in combinations(seeds, 2):
        if a.subject != b.subject and a.kind == b.kind and a.modality == b.modality:
            yield pair("equal_demographics", a, b, partial(as_subject, subject=a.subject))


def as_subject(study: Study, *, subject: str) -> Study:
    """Write somebody else's name, number and birth date."""
    for dataset in study:
        write_person(dataset, person_of(subject), HOME)
    return study


def misfiled(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair a study with itself under another patient (N11)."""
    for seed in seeds:
        for chain in _MISFILINGS:
            if seed.name not in _PALETTE or chain.lossless:
                send = partial(chain.apply, seed=seed.name)
                yield pair("misfiled", seed, seed, send, detail=chain.name, expected=_WRONG, alert_required=True)


def shared_pages(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair studies of different people that both carry the same page: dose, blank, grey wedge (N9)."""
    for a, b in combinations([seed for seed in seeds if seed.derived != "slice"], 2):
        if a.subject != b.subject and a.modality == b.modality:
            for page in _PAGES:
                add = partial(with_page, page=page)
                yield pair("shared_page", a, b, before=add, detail=page)


def with_page(study: Study, *, page: str) -> Study:
    """Add a Secondary Capture page that looks the same in every study."""
    first = study[0]
    sheet = Dataset()
    for keyword in (*_PATIENT, "StudyDate"):
        if keyword in first:
            sheet[keyword] = first[keyword]
    sheet.StudyInstanceUID, sheet.AccessionNumber = first.StudyInstanceUID, first.AccessionNumber
    sheet.SOPClassUID, sheet.SOPInstanceUID = SecondaryCaptureImageStorage, make_uid("page", page, first.SOPInstanceUID)
    sheet.SeriesInstanceUID = make_uid("pages", first.SeriesInstanceUID)
    sheet.Modality, sheet.ConversionType, sheet.SeriesNumber, sheet.InstanceNumber = "OT", "WSD", 99, 1
    sheet.SeriesDescription = "Dose Report" if page == "dose_report" else page
    sheet.PhotometricInterpretation = "MONOCHROME2"
    set_syntax(sheet, ExplicitVRLittleEndian)
    set_native(sheet, _page(page)[None], bits=8, signed=False)
    return (*study, sheet)


def _page(page: str) -> np.ndarray:
    match page:
        case "dose_report":
            picture = Image.new("L", (512, 512), 0)
            draw, font = ImageDraw.Draw(picture), ImageFont.load_default(18)
            draw.text(
                (20, 20), "Dose Report\n\nSeries  Type  CTDIvol  DLP\n  2  Axial  51.8  827\nTotal DLP 827", 255, font
            )
            return np.asarray(picture).astype(np.int64)
        case "wedge":
            return np.tile(np.arange(512) // 32 * 17, (512, 1)).astype(np.int64)
        case _:
            return np.zeros((512, 512), np.int64)


def split_procedures(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair the two studies that a modality files of one acquisition for two orders (N13, PS3.17 J.4.2)."""
    allowed = frozenset({"procedure_split", "exact_copy"})
    for seed in seeds:
        change = partial(split_procedure, salt=seed.name)
        yield pair("procedure_split", seed, seed, change, expected=allowed, same_source=True)


def split_procedure(study: Study, *, salt: str) -> Study:
    """File a study again under another order: other accession number, Study, Series and SOP Instance UIDs."""
    mapping, own = uid_map(random.Random(f"split {salt}")), instance_uids(study)
    for dataset in study:
        map_uids(dataset, own.__contains__, mapping)
        dataset.AccessionNumber = HOME.accession_of(f"second order {salt}")
    return study


def new_reports(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair a study with a report on it that came later, alone, with the images, and with renewed images (N14)."""
    for seed in seeds:
        if seed.derived == "slice":
            continue
        for detail, change, allowed in (
            ("report alone", _report_alone, {"continued", "distinct"}),
            ("images and report", _with_report, {"continued", "superset"}),
            ("renewed images and report", _renewed_with_report, {"superset", "overlap"}),
        ):
            expected = frozenset(allowed)
            yield pair("new_report", seed, seed, change, detail=detail, expected=expected)


def _report_alone(study: Study) -> Study:
    return (report_on(study),)


def _with_report(study: Study) -> Study:
    return (*study, report_on(study))


def _renewed_with_report(study: Study) -> Study:
    renewed = reroot(study, random.Random(str(study[0].SOPInstanceUID)))
    return (*renewed, report_on(renewed))


def report_on(study: Study) -> Dataset:
    """Write a Basic Text SR that names the study's instances as evidence (PS3.3 A.35.1)."""
    first, report = study[0], Dataset()
    for keyword in (*_PATIENT, "StudyInstanceUID", "AccessionNumber"):
        report[keyword] = first[keyword]
    report.SOPClassUID, report.Modality = BasicTextSRStorage, "SR"
    report.SOPInstanceUID = make_uid("report", first.SOPInstanceUID)
    report.SeriesInstanceUID = make_uid("reports", first.SeriesInstanceUID)
    report.SeriesNumber, report.InstanceNumber = 77, 1
    report.ContentDate, report.ContentTime = "20260302", "093000"
    report.CompletionFlag, report.VerificationFlag = "COMPLETE", "UNVERIFIED"
    report.ValueType, report.ContinuityOfContent = "CONTAINER", "SEPARATE"
    report.ConceptNameCodeSequence = [_code("18748-4", "LN", "Diagnostic imaging report")]
    finding = Dataset()
    finding.RelationshipType, finding.ValueType = "CONTAINS", "TEXT"
    finding.ConceptNameCodeSequence = [_code("121071", "DCM", "Finding")]
    finding.TextValue = "No comparison with prior studies was made."
    report.ContentSequence = [finding]
    report.CurrentRequestedProcedureEvidenceSequence = [_evidence(study)]
    set_syntax(report, ExplicitVRLittleEndian)
    return report


def _evidence(study: Study) -> Dataset:
    named, series = Dataset(), Dataset()
    series.SeriesInstanceUID = study[0].SeriesInstanceUID
    series.ReferencedSOPSequence = [_reference(dataset) for dataset in study]
    named.StudyInstanceUID, named.ReferencedSeriesSequence = study[0].StudyInstanceUID, [series]
    return named


def _reference(dataset: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    return reference


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code
