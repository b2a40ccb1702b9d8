"""The stories of ``dicom_samples/`` as values: what is sent, and what the verdict has to be."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.verdict import Disposition, Relation

SAMPLES = Path(__file__).resolve().parents[2] / "dicom_samples"


@dataclass(frozen=True, slots=True)
class Sending:
    """One study on its way: its files, in order, and the calling AE title they are sent under."""

    folder: Path
    calling_ae: str

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(sorted(self.folder.glob("*.dcm")))


@dataclass(frozen=True, slots=True)
class Story:
    """One story; the expectation is for the last sending against the first.

    Attributes:
        disposition: under the action ``flag``.
        disposition_if_quarantine_allowed: under the action ``quarantine``.
        reasons: facts that must be among those speaking for the verdict.
        quiet: why nobody is to be bothered, or nothing held; empty where that is not the point.
    """

    name: str
    title: str
    what: str
    sendings: tuple[Sending, ...]
    relation: Relation
    disposition: Disposition
    disposition_if_quarantine_allowed: Disposition
    patient: PatientTier
    reasons: frozenset[Fact]
    quiet: str = ""


def load_story(folder: Path) -> Story:
    """Read one story; a name that the domain does not know is a `ValueError`, a missing key a `KeyError`."""
    told = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    expect = told["expect"]
    return Story(
        name=folder.name,
        title=told["title"],
        what=told["what"],
        sendings=tuple(Sending(folder / send["folder"], send["calling_ae"]) for send in told["send"]),
        relation=Relation(expect["relation"]),
        disposition=Disposition(expect["disposition"]),
        disposition_if_quarantine_allowed=Disposition(expect["disposition_if_quarantine_allowed"]),
        patient=PatientTier(expect["patient"]),
        reasons=frozenset(map(Fact, expect["reasons"])),
        quiet=expect.get("quiet", ""),
    )


def load_stories(root: Path = SAMPLES) -> list[Story]:
    """Read all stories below a folder, by name."""
    return [load_story(told.parent) for told in sorted(root.glob("*/expected.toml"))]
