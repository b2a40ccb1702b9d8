"""The pairs of studies that a scan found to have something in common."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.verdict import Judgement, Relation
from pacs_dedup.pipeline.case_report import described
from pacs_dedup.pipeline.known_study import Known, arrivals_of, files_of
from pacs_dedup.pipeline.studies import load_up_to
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.reports.model import StudySummary

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class RelatedStudy:
    """One side of a pair, and where its files lie."""

    summary: StudySummary
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class RelatedPair:
    """Two studies that are not distinct, with the newest verdict on them."""

    judgement: Judgement
    incoming: RelatedStudy
    prior: RelatedStudy


def judged_pairs(keys: Collection[StudyKey], case_book: CaseBook) -> list[Judgement]:
    """Return the newest verdict of every pair in which one of these studies is."""
    return list({(j.incoming, j.prior): j for j in case_book.judgements_among(keys)}.values())


def related_pairs(keys: Collection[StudyKey], case_book: CaseBook, known: Known) -> Iterator[RelatedPair]:
    """Yield the pairs of these studies with others, or each other, that are not distinct; oldest judgement first."""
    described_once = lru_cache(_REMEMBERED)(lambda key: _study(key, known))
    for judgement in judged_pairs(keys, case_book):
        if judgement.verdict.relation is not Relation.DISTINCT:
            yield RelatedPair(judgement, described_once(judgement.incoming), described_once(judgement.prior))


def _study(key: StudyKey, known: Known) -> RelatedStudy:
    entry = known.register.entry(key)
    study = load_up_to(key, entry.generation if entry else 0, known)
    arrivals = arrivals_of(key, known)
    told = StudySummary(key, size_bytes=sum({a.blob_id: a.size_bytes for a in arrivals}.values()))
    return RelatedStudy(described(told, study.instances) if study.instances else told, files_of(arrivals))
