"""Studies that are no copies of each other: those that the simulator pairs, and every seed against every other."""

import re
from collections.abc import Iterator

from benchmarks.scoring.bench import INCOMING, Bench
from benchmarks.scoring.examined import Examined
from benchmarks.scoring.judging import judge_by_search, judge_pair, told
from benchmarks.scoring.looking import Looks
from benchmarks.scoring.outcomes import SAME_IMAGES, Outcome
from benchmarks.scoring.rivals import judge_by_rivals
from benchmarks.simulator.model import Seed
from benchmarks.simulator.negative_model import Builder, NegativePair

PRIOR = "HOSPITAL-A"


def judge_row(bench: Bench, seed: Seed) -> tuple[Outcome, ...]:
    """Judge one seed as it arrives against all others that do not show the same frames."""
    with bench.looking(f"row {seed.name}") as looks:
        return tuple(_against_others(bench, seed, looks))


def _against_others(bench: Bench, seed: Seed, looks: Looks) -> Iterator[Outcome]:
    incoming = bench.prior(seed).of_source(INCOMING)
    found = judge_by_search(incoming.study, bench.archive, looks)
    for other in bench.seeds:
        if bench.related(seed, other):
            continue
        prior = bench.prior(other)
        verdict, taken = judge_pair(incoming.study, prior.study, bench.archive, looks)
        yield Outcome(
            pair=f"{seed.name} | {other.name}",
            kind="same_subject" if seed.subject == other.subject else "other_subject",
            incoming=seed.name,
            prior=other.name,
            subject=seed.subject,
            series=seed.kind == "series",
            modality=seed.modality,
            is_copy=False,
            incoming_better=True,
            **told(verdict, looks),
            found=prior.study.key in found,
            rivals=judge_by_rivals(incoming.traits, prior.traits),
            milliseconds={"judge": taken},
            frames=_frames(incoming),
        )


def judge_negative(bench: Bench, pair: NegativePair) -> tuple[Outcome, ...]:
    """Judge what the simulator paired; by forced comparison, which is harder than what a search would bring up.

    Empty where the two turn out to be one image: no verdict about them would be wrong.
    """
    if pair.shows_one_image:
        return ()
    incoming_source = PRIOR if pair.same_source else INCOMING
    with bench.scratch(pair.build_a, pair.build_b) as (files_a, files_b), bench.looking(pair.name) as looks:
        prior = bench.examined(_study_name(pair.build_a, f"{pair.name} a"), files_a, PRIOR).of_source(PRIOR)
        incoming = bench.examined(_study_name(pair.build_b, f"{pair.name} b"), files_b, INCOMING)
        looks.have(prior.study.instances, files_a.finder(prior))
        looks.have(incoming.study.instances, files_b.finder(incoming))
        return (_outcome(bench, pair, incoming.of_source(incoming_source), prior, looks),)


def _study_name(build: Builder, otherwise: str) -> str:
    """Name a study by how it is made, so that the many pairs it takes part in know it again; else by its pair."""
    made = re.sub(r" at 0x[0-9a-f]+", "", repr(build))
    return otherwise if "<lambda>" in made or "<locals>" in made else made


def _outcome(bench: Bench, pair: NegativePair, incoming: Examined, prior: Examined, looks: Looks) -> Outcome:
    verdict, taken = judge_pair(incoming.study, prior.study, bench.archive, looks)
    acquired = incoming.study.instances[0].acquisition if incoming.study.instances else None
    return Outcome(
        pair=pair.name,
        kind=pair.kind,
        incoming=pair.name,
        prior=pair.name,
        subject=pair.subject_b,
        series=_frames(incoming) > 1,
        modality=acquired.modality if acquired else "",
        expected=tuple(sorted(pair.expected)),
        is_copy=not SAME_IMAGES.isdisjoint(pair.expected),
        alert_required=pair.alert_required,
        incoming_better=not pair.hold_allowed,
        may_be_held=pair.hold_allowed,
        same_patient=pair.same_patient,
        **told(verdict, looks),
        rivals=judge_by_rivals(incoming.traits, prior.traits),
        milliseconds={"judge": taken},
        frames=_frames(incoming),
    )


def _frames(examined: Examined) -> int:
    return sum(len(instance.frames) for instance in examined.study.instances)
