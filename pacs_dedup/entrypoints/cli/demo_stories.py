"""The stories that a demonstration plays: what is sent by whom, and what the verdict has to be."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.ports.case_book import CaseBook


@dataclass(frozen=True, slots=True)
class Sending:
    """One study on its way."""

    folder: Path
    calling_ae: str

    @property
    def files(self) -> tuple[Path, ...]:
        """Its files, in order."""
        return tuple(sorted(path for path in self.folder.rglob("*") if path.is_file()))

    def key(self) -> StudyKey:
        """Return the study as the service will know it."""
        header = open_dataset(self.files[0], stop_before_pixels=True)
        return StudyKey(StudyInstanceUid(str(header.StudyInstanceUID)), self.calling_ae)


@dataclass(frozen=True, slots=True)
class Story:
    """One story; the expectation is for the last sending against the first."""

    name: str
    title: str
    sendings: tuple[Sending, ...]
    relation: Relation
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a story."""

    story: Story
    relation: Relation
    disposition: Disposition
    sentence: str

    @property
    def as_expected(self) -> bool:
        """Whether relation and disposition are those of the story."""
        return (self.relation, self.disposition) == (self.story.relation, self.story.disposition)


def load_stories(root: Path) -> tuple[Story, ...]:
    """Read the stories below a folder, by name.

    Raises:
        BadRequest: there is none, or one can not be understood.
    """
    found = tuple(_load(path) for path in sorted(root.glob("*/expected.toml")))
    if not found:
        raise BadRequest(f"there are no stories in {root}; run it in a source tree, or name them with --samples")
    return found


def _load(path: Path) -> Story:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return Story(
            name=path.parent.name,
            title=told["title"],
            sendings=tuple(Sending(path.parent / send["folder"], send["calling_ae"]) for send in told["send"]),
            relation=Relation(told["expect"]["relation"]),
            disposition=Disposition(told["expect"]["disposition"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BadRequest(f"{path}: not a story ({error!r})") from None


def outcome(story: Story, case_book: CaseBook) -> Outcome:
    """Return the verdict on a story's last sending against its first."""
    incoming, prior = story.sendings[-1].key(), story.sendings[0].key()
    found = [j for j in case_book.judgements(incoming) if j.prior == prior]
    newest = [j for j in found if j.generation == max(f.generation for f in found)]
    judged = primary(newest)
    if judged is None:
        return Outcome(story, Relation.DISTINCT, Disposition.ACCEPT, "Another study: nothing asked for a comparison.")
    verdict = judged.verdict
    return Outcome(story, verdict.relation, verdict.disposition, verdict.sentence)
