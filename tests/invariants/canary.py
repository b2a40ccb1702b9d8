"""A made-up patient, the instances by which she goes through the service, and every trace that could be left of her."""

from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

from pacs_dedup.dicom.part10 import file_head
from tests.integration.support import ct_instance, written

FAMILY, GIVEN, HANZI, PATIENT_ID, BIRTH_DATE = "ZEISIG", "ZITRONGELB", "黃雀", "KNR4815162342", "19310704"
ACCESSION, STUDY_WORDS, SERIES_WORDS = "ZQX7719035", "VOGELGESANG", "FRUEHKONZERT"
NAME = f"{FAMILY}^{GIVEN}"
SIMPLIFIED = "黄雀"
WORDS = (FAMILY, GIVEN, HANZI, SIMPLIFIED, PATIENT_ID, BIRTH_DATE, ACCESSION, STUDY_WORDS, SERIES_WORDS)
TRACES = {
    trace.lower()
    for word in WORDS
    for encoding in ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "unicode_escape")
    for trace in (word.encode(encoding, "ignore"), ascii(word.encode(encoding, "ignore"))[2:-1].encode())
    if len(trace) > 2
}
"""The patient in every spelling in which a program may let a name slip."""
PIXEL_DATA_TAG = b"\xe0\x7f\x10\x00"  # (7FE0,0010), little endian
STUDY = generate_uid()
UIDS = {STUDY}
"""Every UID that leads to her: those of each instance that was made here."""
TEXTS = (
    "AccessionNumber",
    "DeviceSerialNumber",
    "ImageType",
    "InstitutionName",
    "ManufacturerModelName",
    "Modality",
    "OperatorsName",
    "OtherPatientIDs",
    "PatientComments",
    "PatientSex",
    "PhotometricInterpretation",
    "SeriesDescription",
    "SpecificCharacterSet",
    "StudyDate",
    "StudyDescription",
)
"""Elements into which somebody may write a name; what is written there is wrong, and must not be quoted."""


def patient(seed, **more):
    """Make one of her instances."""
    told = {"PatientName": NAME, "PatientID": PATIENT_ID, "PatientBirthDate": BIRTH_DATE, "StudyInstanceUID": STUDY}
    described = {"AccessionNumber": ACCESSION, "StudyDescription": STUDY_WORDS, "SeriesDescription": SERIES_WORDS}
    ds = ct_instance(seed=seed, **{**told, **described, **more})
    UIDS.update(str(uid) for uid in (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID) if "." in str(uid))
    return ds


def misfits(folder):
    """Write files that come by the ways that end badly; each is named by its way."""
    for name, ds in data_sets().items():
        written(folder, ds, f"{name}.dcm")
    whole = (folder / "whole.dcm").read_bytes()
    (folder / "truncated-header.dcm").write_bytes(whole[:700])
    (folder / "without-pixels.dcm").write_bytes(whole[: whole.index(PIXEL_DATA_TAG)])
    hanzi = HANZI.encode("gb18030").ljust(len(NAME))
    (folder / "wrong-charset.dcm").write_bytes(
        (folder / "to-be-miswritten.dcm").read_bytes().replace(NAME.encode(), hanzi)
    )
    (folder / "refused.dcm").write_bytes(under_another_uid(whole))
    return sorted(folder.glob("*.dcm"))


def data_sets():
    return {
        "whole": patient(1),
        "copy": patient(
            1, StudyInstanceUID=generate_uid(), PatientName=f"{NAME}={HANZI}", SpecificCharacterSet="ISO_IR 192"
        ),
        "truncated-pixels": patient(2, PixelData=b"\x01\x02" * 99),
        "huge": patient(3, Rows=60000, Columns=60000),
        "no-study-uid": patient(5, StudyInstanceUID=""),
        "name-for-a-uid": patient(6, StudyInstanceUID=PATIENT_ID),
        "names-everywhere": patient(7, **dict.fromkeys(TEXTS, NAME)),
        "to-be-miswritten": patient(8),
        "broken-code-stream": broken_code_stream(),
    }


def broken_code_stream():
    """An image whose compressed frame begins as JPEG 2000 does, and goes on with a name."""
    ds = patient(4)
    ds.file_meta.TransferSyntaxUID = JPEG2000Lossless
    ds.PixelData = encapsulate([b"\xff\x4f\xff\x51" + NAME.encode() * 40])
    ds["PixelData"].VR = "OB"
    return ds


def under_another_uid(file):
    """Let the command name another instance than the data set does."""
    meta_length = int.from_bytes(file[140:144], "little")
    return file_head(CTImageStorage, "1.2.3.4", ExplicitVRLittleEndian) + file[144 + meta_length :]


def traces_in(told):
    """Return what of her is in text or bytes."""
    octets = (told if isinstance(told, bytes) else told.encode("utf-8", "surrogateescape")).lower()
    return {trace for trace in TRACES if trace in octets}


def uids_in(told):
    """Return which of the UIDs that lead to her are in text or bytes."""
    octets = told if isinstance(told, bytes) else told.encode("utf-8", "surrogateescape")
    return {uid for uid in UIDS if uid.encode() in octets}
