"""Judge a pair as the product does: by what the search finds, and, where it finds nothing, all the same."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from benchmarks.scoring.archive_of_priors import ArchiveOfPriors
from benchmarks.scoring.looking import Looks
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.domain.fingerprint import StudyFingerprint
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Verdict
from pacs_dedup.pipeline.match import Matcher, common_digests, compare, judge, name_frequencies

JudgePair = Callable[[StudyFingerprint], tuple[Verdict, float]]
STRICTEST = Policy(action=Action.QUARANTINE)
"""A site that lets copies be held: whatever could go wrong goes wrong here."""


def judge_by_search(study: StudyFingerprint, archive: ArchiveOfPriors, looks: Looks) -> dict[StudyKey, Verdict]:
    """Judge an arriving study against every prior that the search finds; one that is not in the answer was missed."""
    with archive.joined_by(study):
        judged = judge(study.key, 1, _matcher(archive, looks))
        return {judgement.prior: judgement.verdict for judgement in judged if judgement.prior != study.key}


@contextmanager
def arrived(study: StudyFingerprint, archive: ArchiveOfPriors, looks: Looks) -> Iterator[JudgePair]:
    """Have a study arrive, and yield what judges it against one prior after the other, found by the search or not.

    That gives the verdict, and the milliseconds of processor time it took, pixels that were looked at now included.
    """
    matcher = _matcher(archive, looks)
    with archive.joined_by(study):
        common, names = common_digests(study, archive, matcher.policy), name_frequencies(study, archive)

        def against(prior: StudyFingerprint) -> tuple[Verdict, float]:
            looks.start()
            started = time.process_time()
            verdict = compare(study, prior, matcher, common, names).verdict
            return verdict, 1000 * (time.process_time() - started)

        yield against


def judge_pair(
    incoming: StudyFingerprint, prior: StudyFingerprint, archive: ArchiveOfPriors, looks: Looks
) -> tuple[Verdict, float]:
    """Judge two studies whether or not the search would have brought them together; as `arrived` does it."""
    with arrived(incoming, archive, looks) as against:
        return against(prior)


def told(verdict: Verdict, looks: Looks) -> dict[str, Any]:
    """Return what an outcome keeps of a verdict and of the looks that led to it."""
    evidence = verdict.evidence
    return {
        "relation": verdict.relation.value,
        "disposition": verdict.disposition.value,
        "certainty": verdict.certainty.value,
        "better": verdict.better,
        "patient_tier": evidence.patient_tier.value,
        "match_weight_bits": round(evidence.total_bits, 2),
        "sentence": verdict.sentence,
        "vetoes": verdict.vetoes,
        "coverage": {name: count for name, count in asdict(evidence.coverage).items() if count},
        "looks": looks.figures(),
        "refusals": looks.refusals(),
    }


def _matcher(archive: ArchiveOfPriors, looks: Looks) -> Matcher:
    return Matcher(
        index=archive,
        register=archive,  # type: ignore[arg-type]  # read only: of the register, what judging asks
        blobs=looks,  # type: ignore[arg-type]  # of the blob store, the path alone
        clock=SystemClock(),
        policy=STRICTEST,
        verify=looks.verify,
    )
