"""Targets that read data sets, names, settings and stored forms."""

import json
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from pydicom import dcmread, dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from benchmarks.fuzz.running import Target
from benchmarks.fuzz.upper_layer_target import UPPER_LAYER
from pacs_dedup.adapters.database.codec import FINGERPRINT
from pacs_dedup.adapters.database.packing import pack, unpack
from pacs_dedup.adapters.file_arrival_spool import FileArrivalSpool
from pacs_dedup.adapters.isolated.reply import Failed, Reply, dump_error
from pacs_dedup.config import load_settings
from pacs_dedup.dicom.commitment_data_set import read_answer, read_request
from pacs_dedup.dicom.header_diff import header_differences
from pacs_dedup.dicom.peek import peek
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import BlobId, TransferSyntaxUid
from pacs_dedup.domain.patients.comparison import compare_patients
from pacs_dedup.domain.patients.identity import NO_DEFAULTS
from pacs_dedup.pipeline.header_only import header_only

BLOB = BlobId("0" * 64)
_FAILURE = Unreadable("the decoder crashed")
SAMPLES = Path(__file__).parents[2] / "dicom_samples"
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
_SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-"))


def sample_files(most: int = 12) -> list[Path]:
    """Return a few of the repository's samples, of as many stories as possible."""
    stories = sorted(path for path in SAMPLES.iterdir() if path.is_dir())
    firsts = [next(iter(sorted(story.rglob("*.dcm"))), None) for story in stories]
    return [path for path in firsts if path is not None][:most]


def encoded(data_set: Dataset, syntax: str) -> bytes:
    """Return a data set as a file of a transfer syntax (PS3.10)."""
    data_set.file_meta.TransferSyntaxUID = syntax
    out = BytesIO()
    little = syntax != ExplicitVRBigEndian
    dcmwrite(
        out, data_set, enforce_file_format=True, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=little
    )
    return out.getvalue()


def headers() -> list[bytes]:
    """Return small files in every native transfer syntax."""
    found = []
    for path in sample_files(6):
        data_set = dcmread(path, stop_before_pixels=True)
        found += [encoded(data_set, syntax) for syntax in SYNTAXES]
    return found


def _in_a_file(data: bytes, name: str = "input.dcm") -> Path:
    path = _SCRATCH / name
    path.write_bytes(data)
    return path


def _peek(data: bytes) -> str:
    found = peek(data[1:], TransferSyntaxUid(SYNTAXES[(data[0] if data else 0) % len(SYNTAXES)]))
    return "named" if found.sop_instance_uid else "not named"


def _peek_seeds() -> list[bytes]:
    return [bytes([n % 4]) + header[header.index(b"DICM") + 4 :] for n, header in enumerate(headers())]


def _header(data: bytes) -> str:
    header_only(_in_a_file(data), BLOB, NO_DEFAULTS, _FAILURE)
    return "read"


def _differences(data: bytes) -> str:
    left, right = (
        _in_a_file(data),
        _in_a_file(data[::-1] if len(data) % 7 == 0 else data[: len(data) // 2], "other.dcm"),
    )
    header_differences(left, _SCRATCH / "good.dcm")
    header_differences(right, left)
    return "compared"


def _differences_seeds() -> list[bytes]:
    seeds = headers()
    (_SCRATCH / "good.dcm").write_bytes(seeds[0])
    return seeds


_CHARSETS = (
    b"",
    b"ISO_IR 192",
    b"GB18030",
    b"GBK",
    b"ISO 2022 IR 58",
    b"ISO_IR 100",
    b"\\ISO 2022 IR 149",
    b"ISO_IR 13",
)


def _raw(tag: int, vr: str, value: bytes) -> RawDataElement:
    return RawDataElement(Tag(tag), vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)


def patient_of(data: bytes) -> Dataset:
    """Lay bytes over the elements that name a patient, still undecoded."""
    elements = {}
    parts = (data[1:].split(b"\xff\xfe") + [b""] * 5)[:5]
    charset = _CHARSETS[(data[0] if data else 0) % len(_CHARSETS)]
    for tag, vr, value in (
        (0x00080005, "CS", charset),
        (0x00100010, "PN", parts[0]),
        (0x00100020, "LO", parts[1]),
        (0x00100021, "LO", parts[2]),
        (0x00100030, "DA", parts[3]),
        (0x00100040, "CS", parts[4]),
    ):
        elements[Tag(tag)] = _raw(tag, vr, value)
    return Dataset(elements)


_KNOWN = patient_of(
    b"\x01" + "CHAN^TAI MAN=陳^大文".encode() + b"\xff\xfeA123456(3)\xff\xfeHKID\xff\xfe19610403\xff\xfeM"
)


def _names(data: bytes) -> str:
    compare_patients(read_patient(patient_of(data)), read_patient(_KNOWN))
    return "compared"


def _names_seeds() -> list[bytes]:
    names = ("CHAN^TAI MAN=陳^大文", "WONG^SIU MING", "歐陽^修", "Zhang^San=张^三", "O'NEIL^MARY^^MRS", "^^^^", "=陳")
    rest = b"\xff\xfeA123456(3)\xff\xfeHKID\xff\xfe19610403\xff\xfeM"
    coded = [(1, n.encode()) for n in names] + [(2, n.encode("gb18030")) for n in names]
    return [bytes([charset]) + name + rest for charset, name in coded]


def _configuration(data: bytes) -> str:
    load_settings(_in_a_file(data, "input.toml"))
    return "accepted"


def _configuration_seeds() -> list[bytes]:
    text = (Path(__file__).parents[2] / "config" / "pacs_dedup.example.toml").read_text()
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    peers = (
        '[[peers]]\nname = "a"\naddress = "A@10.1.2.3:104"\npseudo_ids = ["UK[0-9]{6}"]\n',
        '[[peers]]\nname = "b"\naddress = "B@[::1]:104"\nissuer = "QEH"\ncharset = "GB18030"\nuser = "u"\n',
    )
    return [plain.encode(), *(peer.encode() for peer in peers), *(section.encode() for section in plain.split("\n\n"))]


_TEMPLATE = json.dumps({"a": "1.2.840.113619.2.55.3", "b": [1, 2, 3.5], "c": "x" * 40})


class _Spool:
    """A spool whose only file is the input."""

    def __init__(self) -> None:
        self.folder = _SCRATCH / "data"
        self.spool = FileArrivalSpool(self.folder, most_arrivals=10, most_bytes=1 << 30)

    def read(self, data: bytes) -> str:
        name = f"{1_760_000_000_000_000:017d}-1-{'0' * 32}"
        (self.folder / "spool" / name).write_bytes(data)
        waiting = list(self.spool.waiting())
        for file in (self.folder / "spool" / "set-aside").iterdir():
            file.unlink()
        return "read" if waiting else "set aside"


_REPLY: Reply[object] = Reply(header_only)


def _reply(body: bytes) -> str:
    try:
        _REPLY.load(body)
    except (ValueError, Failed):
        return "no reply"
    return "read"


def _stored(data: bytes) -> str:
    kind, body = (data[0] if data else 0) % 6, data[1:]
    match kind:
        case 0:
            unpack(body, _TEMPLATE)
        case 1:
            FINGERPRINT.load(body.decode(errors="replace"))
        case 2:
            return _spool().read(body)
        case 3:
            return _reply(body)
        case 4:
            read_request(body, ImplicitVRLittleEndian)
        case _:
            read_answer(body, ExplicitVRLittleEndian)
    return "read"


_spools: list[_Spool] = []


def _spool() -> _Spool:
    if not _spools:
        _spools.append(_Spool())
    return _spools[0]


def _stored_seeds() -> Sequence[bytes]:
    from pynetdicom.dsutils import encode

    from pacs_dedup.dicom.commitment_data_set import action_information, event_information, new_uid
    from pacs_dedup.domain.commitment import CommitmentAnswer, Reference
    from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid

    fingerprint = header_only(sample_files(1)[0], BLOB, NO_DEFAULTS, _FAILURE)
    text = FINGERPRINT.dump(fingerprint)
    reference = Reference(SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopInstanceUid("1.2.3"))
    request = action_information(new_uid(), [reference])
    _, answer = event_information(CommitmentAnswer(new_uid(), (reference,)))
    return [
        b"\0" + pack(text),
        b"\0" + pack(_TEMPLATE.replace("113619", "113620"), _TEMPLATE),
        b"\1" + text.encode(),
        b"\2pacs_dedup arrival 1 " + b"0" * 64 + b"\n{}",
        b"\3" + _REPLY.dump(fingerprint),
        b"\3" + dump_error(_FAILURE),
        b"\4" + (encode(request, is_implicit_vr=True, is_little_endian=True) or b""),
        b"\5" + (encode(answer, is_implicit_vr=False, is_little_endian=True) or b""),
    ]


READING = (
    UPPER_LAYER,
    Target("data sets in reception", _peek_seeds, _peek),
    Target("headers", headers, _header),
    Target("header differences", _differences_seeds, _differences),
    Target("patients", _names_seeds, _names),
    Target("configuration", _configuration_seeds, _configuration),
    Target("stored forms", _stored_seeds, _stored),
)
