"""Studies that are no copies of each other: those that the simulator pairs, and every seed against every other."""

import re
from collections.abc import Iterator
from functools import partial

from benchmarks.scoring.bench import INCOMING, Bench
from benchmarks.scoring.examined import Examined
from benchmarks.scoring.judging import arrived, judge_by_search, judge_pair, told
from benchmarks.scoring.looking import Looks
from benchmarks.scoring.outcomes import SAME_IMAGES, Outcome
from benchmarks.scoring.rivals import judge_by_rivals
from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Chain, Seed
from benchmarks.simulator.negative_model import Builder, NegativePair, sent

PRIOR = "HOSPITAL-A"


def judge_row(bench: Bench, seed: Seed, passed: Chain | None = None) -> tuple[Outcome, ...]:
    """Judge one seed as it arrives against all others that share no frame with it.

    Args:
        passed: a transfer that it passed on the way; what can not happen to it arrives as it was.
    """
    name = f"row {seed.name}{(passed and f' > {passed.name}') or ''}"
    make = partial(sent, partial(study_of, seed), passed, seed.name) if passed else partial(study_of, seed)
    with bench.scratch(make) as (files,), bench.looking(name) as looks:
        incoming = bench.variant(name, files).of_source(INCOMING) if passed else bench.prior(seed).of_source(INCOMING)
        looks.have(incoming.study.instances, files.finder(incoming))
        return tuple(_against_others(bench, seed, incoming, looks, passed.name if passed else ""))


def _against_others(bench: Bench, seed: Seed, incoming: Examined, looks: Looks, passed: str) -> Iterator[Outcome]:
    found = judge_by_search(incoming.study, bench.archive, looks)
    after, way = (" after transfer", f" > {passed}") if passed else ("", "")
    others = [other for other in bench.seeds if not bench.related(seed, other)]
    with arrived(incoming.study, bench.archive, looks) as against:
        for other in others:
            prior = bench.prior(other)
            verdict, taken = against(prior.study)
            yield Outcome(
                pair=f"{seed.name}{way} | {other.name}",
                kind=f"{'same' if seed.subject == other.subject else 'other'}_subject{after}",
                incoming=seed.name,
                prior=other.name,
                transform=passed,
                subject=seed.subject,
                series=seed.kind == "series",
                several=seed.kind == "study",
                modality=seed.modality,
                is_copy=False,
                incoming_better=True,
                same_patient=seed.subject == other.subject,
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
