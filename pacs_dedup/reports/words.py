"""The words a reader meets: one name for each relation, disposition, fact and strength, in every report."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pacs_dedup.domain.counting import noun_for
from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.identifiers import SCAN_PREFIX, is_scanned
from pacs_dedup.domain.verdict import Disposition, Relation

REHEARSAL = "The site only observes; one that quarantines would have held this study back."

RELATIONS: dict[Relation, str] = {
    Relation.DISTINCT: "Another examination",
    Relation.RESEND: "Sent again",
    Relation.TRANSCODED_RESEND: "Sent again, other transfer syntax",
    Relation.CORRECTED_RESEND: "Sent again, corrected header",
    Relation.UID_CONFLICT: "One UID, two images",
    Relation.LOSSY_TWIN: "Lossy version under the same UID",
    Relation.EXACT_COPY: "Copy under new UIDs",
    Relation.LOSSY_COPY: "Lossy copy",
    Relation.WRONG_PATIENT: "Same images, another patient",
    Relation.COPY_PATIENT_UNKNOWN: "Same images, patient uncertain",
    Relation.OTHER_RECONSTRUCTION: "Other reconstruction",
    Relation.DERIVED: "Derived from the prior",
    Relation.REPEAT_ACQUISITION: "Repeat acquisition",
    Relation.SUBSET: "Partial copy",
    Relation.SUPERSET: "More complete than the prior",
    Relation.OVERLAP: "Partly the same",
    Relation.PROCEDURE_SPLIT: "One acquisition, two orders",
    Relation.CONTINUED: "Continuation",
    Relation.ORIENTATION_TWIN: "Same images, turned or mirrored",
    Relation.PRESENTATION_TWIN: "Same pixels, shown differently",
    Relation.UNINFORMATIVE_MATCH: "Only blank or standard pages in common",
    Relation.UNDIGESTABLE: "Not comparable",
    Relation.UNDECIDED: "Undecided",
}

DISPOSITIONS: dict[Disposition, str] = {
    Disposition.ACCEPT: "accepted",
    Disposition.LINK: "accepted and linked",
    Disposition.FLAG: "flag",
    Disposition.ALERT: "alert",
    Disposition.QUARANTINE: "quarantine",
}

FACTS: dict[Fact, str] = {
    Fact.FRAME_DIGESTS: "Pixels",
    Fact.VALUE_DIGESTS: "Pixel values",
    Fact.RESIDUAL_NOISE: "Image noise",
    Fact.UNINFORMATIVE_FRAMES: "Blank frames",
    Fact.ORIENTATION: "Orientation",
    Fact.PRESENTATION: "Presentation",
    Fact.OVERLAYS: "Overlays",
    Fact.CONTENT_DIGESTS: "Other content",
    Fact.UNREADABLE: "Unreadable",
    Fact.STUDY_INSTANCE_UID: "Study UID",
    Fact.SOP_INSTANCE_UIDS: "SOP Instance UIDs",
    Fact.SOURCE_REFERENCES: "Source references",
    Fact.EVENT_UIDS: "Event UIDs",
    Fact.ACQUISITION_TIME: "Acquisition time",
    Fact.ACQUISITION_FRACTIONS: "Fractions of a second",
    Fact.DEVICE: "Scanner",
    Fact.STATION: "Station",
    Fact.GEOMETRY: "Geometry",
    Fact.FRAME_OF_REFERENCE: "Frame of reference",
    Fact.EXPOSURE: "Exposure",
    Fact.KERNEL: "Reconstruction",
    Fact.PROCEDURE: "Procedure",
    Fact.DESCRIPTION: "Series descriptions",
    Fact.BODY_PART: "Body part",
    Fact.ACCESSION_NUMBER: "Accession number",
    Fact.MODALITY: "Modality",
    Fact.EXTENT: "Series and images",
    Fact.PATIENT_ID: "Patient ID",
    Fact.PATIENT_NAME: "Patient name",
    Fact.BIRTH_DATE: "Birth date",
    Fact.SEX: "Sex",
}

_STRENGTHS = ((10.0, "very strongly"), (5.0, "strongly"), (2.0, "moderately"), (0.0, "slightly"))
_KILO = 1000
_STAMP = re.compile(r"(\d{4})(\d\d|\*\*)(\d\d|\*\*)(\d\d)(\d\d)(\d\d)")
_DATE_DIGITS = len("YYYYMMDD")


def strength(bits: float) -> str:
    """Say a match weight in words: ``very strongly for``, ``slightly against``, ``no weight``."""
    if not bits:
        return "no weight"
    word = next(word for least, word in _STRENGTHS if abs(bits) >= least)
    return f"{word} {'for' if bits > 0 else 'against'}"


def signed(bits: float) -> str:
    """Return bits with sign and one decimal: ``+19.8``, minus 3.0 with a true minus sign, ``0``."""
    return f"{bits:+.1f}".replace("-", "\N{MINUS SIGN}") if round(bits, 1) else "0"


def size(count: int) -> str:
    """Return bytes in the unit a person reads: decimal prefixes, three digits."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < _KILO or unit == "TB":
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= _KILO / 10 else f"{value:.1f} {unit}"
        value /= _KILO
    raise AssertionError("unreachable: the last unit takes everything")


def count(number: int, noun: str) -> str:
    """Return ``1 case``, ``3 cases``, ``2 studies``."""
    return f"{number:,} {noun_for(number, noun)}"


def date(text: str) -> str:
    """Return a DICOM date (PS3.5 6.2, VR DA) as ``2026-03-09``; anything else as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == _DATE_DIGITS and text.isdigit() else text


def moment(at: datetime | None) -> str:
    """Return a time as ``2026-03-09 08:15 UTC``; empty for None."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def person(name: str) -> str:
    """Return a person name (PS3.5 6.2.1.1) as people write it: ``CHAN, TAI MAN  陳大文``."""
    latin, *others = name.split("=")
    family, _, rest = latin.partition("^")
    first = ", ".join(part for part in (family.strip(), rest.replace("^", " ").strip()) if part)
    return "  ".join(part for part in (first, *(o.replace("^", "").strip() for o in others)) if part)


def source(name: str, sites: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a source short enough for a table: an AE title with its site, a scanned folder by its last two names."""
    if not is_scanned(name):
        return f"{name} ({sites[name]})" if sites.get(name) else name
    parts = name.removeprefix(SCAN_PREFIX).strip("/").split("/")
    return f"…/{'/'.join(parts[-2:])}" if len(parts) > 2 else "/" + "/".join(parts)  # noqa: PLR2004 - the last two


def value(fact: Fact, text: str) -> str:
    """Return what one side says of a fact as people write it: times and dates with separators, names as names."""
    match fact:
        case Fact.ACQUISITION_TIME:
            return _STAMP.sub(r"\1-\2-\3 \4:\5:\6", text)
        case Fact.BIRTH_DATE:
            return date(text)
        case Fact.PATIENT_NAME:
            return person(text)
        case _:
            return text
