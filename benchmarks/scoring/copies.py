"""One seed after one chain of transforms: the copy against its source, the other way round, and against strangers."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any

from benchmarks.scoring.bench import Bench, lot, source_of, study
from benchmarks.scoring.examined import Examined
from benchmarks.scoring.judging import judge_by_search, judge_pair, told
from benchmarks.scoring.looking import Looks
from benchmarks.scoring.outcomes import SAME_IMAGES, Outcome
from benchmarks.scoring.rivals import judge_by_rivals
from benchmarks.simulator.expected import expect
from benchmarks.simulator.model import Chain, DoesNotFit, Effect, Extent, Person, Pixels, Seed
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.verdict import Disposition, Verdict

STRANGERS = 1
"""Priors that each copy is compared with although it is a copy of none of them."""
SEEN = 0.1
"""Share of the copies of which everything that the search brings up is judged; of the others only the source is."""
_AS_GOOD = (Pixels.STORED, Pixels.VALUES)


def name_of(seed: Seed, chain: Chain) -> str:
    """Name a copy."""
    return f"{seed.name} | {chain.name}"


def judge_copy(bench: Bench, seed: Seed, chain: Chain) -> tuple[Outcome, ...]:
    """Judge one copy in every way; empty where the chain can not happen to this seed."""
    if not chain.fits(study(seed)):
        return ()
    try:
        return _judged(bench, seed, chain)
    except DoesNotFit:  # what an earlier step made, a later one can not happen to
        return ()


def _judged(bench: Bench, seed: Seed, chain: Chain) -> tuple[Outcome, ...]:
    name = name_of(seed, chain)
    with bench.scratch(lambda: chain.apply(study(seed), seed.name)) as (files,), bench.looking(name) as looks:
        copy = bench.variant(name, files)
        looks.have(copy.study.instances, files.finder(copy))
        plain = _plain(seed, chain, copy)
        seen = lot(f"{name} seen") < SEEN
        found = judge_by_search(copy.study, bench.archive, looks if seen else Looks(blind=True))
        forth = _forth(bench, seed, copy, looks, plain)
        return (
            replace(forth, **_searched(bench, seed, found, seen=seen)),
            _back(bench, chain.effect, copy, looks, plain),
            *_strangers(bench, seed, copy, looks, plain),
        )


def _plain(seed: Seed, chain: Chain, copy: Examined) -> Outcome:
    """Say what is known before anything is judged."""
    truth = expect(seed, chain)
    return Outcome(
        pair=name_of(seed, chain),
        kind="copy",
        incoming=seed.name,
        prior=seed.name,
        subject=seed.subject,
        transform=chain.name,
        families=tuple(dict.fromkeys(step.family for step in chain.steps)),
        steps=len(chain.steps),
        lossless=chain.lossless,
        series=seed.kind == "series",
        several=seed.kind == "study",
        modality=seed.modality,
        expected=tuple(sorted(truth.relations)),
        is_copy=truth.copy,
        alert_required=truth.alert_required,
        review_will_do=truth.review_required,
        incoming_better=chain.effect.extent in (Extent.MORE, Extent.SHIFTED),
        may_be_held=truth.hold_allowed,
        frames=sum(len(i.frames) for i in copy.study.instances),
    )


def _forth(bench: Bench, seed: Seed, copy: Examined, looks: Looks, plain: Outcome) -> Outcome:
    prior = bench.prior(seed)
    verdict, taken = judge_pair(copy.study, prior.study, bench.archive, looks)
    costs = {"examine": copy.milliseconds, "judge": taken}
    if looks.milliseconds:
        costs["look"] = fmean(looks.milliseconds)
    return replace(plain, **told(verdict, looks), rivals=judge_by_rivals(copy.traits, prior.traits), milliseconds=costs)


def _searched(bench: Bench, seed: Seed, found: Mapping[StudyKey, Verdict], *, seen: bool) -> dict[str, Any]:
    """Say whether the search found the source, and what was said of the others that it found, if they were seen."""
    by_source = {key.source: verdict for key, verdict in found.items()}
    if not seen:
        return {"found": source_of(seed) in by_source}
    others = {s.name: by_source.get(source_of(s)) for s in bench.seeds if not bench.related(seed, s)}
    wrong = (f"{n}: {v.relation}, {v.disposition}" for n, v in others.items() if v is not None and _is_wrong(v))
    return {"found": source_of(seed) in by_source, "searched": len(others), "strangers": tuple(wrong)}


def _is_wrong(verdict: Verdict) -> bool:
    return verdict.relation in SAME_IMAGES or verdict.disposition is Disposition.QUARANTINE


def _back(bench: Bench, effect: Effect, copy: Examined, looks: Looks, plain: Outcome) -> Outcome:
    """Judge with the copy as the prior: what arrives then is the original, which may be the better version."""
    original = bench.prior(bench.named[plain.incoming]).of_source("HOSPITAL-A again")
    verdict, taken = judge_pair(original.study, copy.study, bench.archive, looks)
    as_good = effect.pixels in _AS_GOOD and effect.extent in (Extent.WHOLE, Extent.MORE)
    return replace(
        plain,
        pair=f"{plain.pair} | reverse",
        kind="reverse",
        expected=(),
        alert_required=False,
        incoming_better=not as_good,
        may_be_held=as_good and effect.person <= Person.COERCED,
        **told(verdict, looks),
        milliseconds={"judge": taken},
    )


def _strangers(bench: Bench, seed: Seed, copy: Examined, looks: Looks, plain: Outcome) -> Iterator[Outcome]:
    """Compare with priors that it is no copy of, those of its modality first."""
    order = random.Random(plain.pair)
    others = [other for other in bench.seeds if not bench.related(seed, other)]
    likest = sorted(others, key=lambda o: (o.modality != seed.modality, o.kind != seed.kind, order.random()))
    for other in likest[:STRANGERS]:
        prior = bench.prior(other)
        verdict, _ = judge_pair(copy.study, prior.study, bench.archive, looks)
        yield replace(
            plain,
            pair=f"{plain.pair} | {other.name}",
            kind="stranger",
            prior=other.name,
            expected=(),
            is_copy=False,
            alert_required=False,
            incoming_better=True,
            may_be_held=False,
            **told(verdict, looks),
            rivals=judge_by_rivals(copy.traits, prior.traits),
        )
