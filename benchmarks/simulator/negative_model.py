"""What a pair of studies is that must not be called copies, and what happens to one of them first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.chains import chain_of
from benchmarks.simulator.contents import share_an_image
from benchmarks.simulator.model import Chain, DoesNotFit, Seed, Study

Builder = Callable[[], Study]

NOT_COPIES = frozenset(
    {
        "distinct",
        "repeat_acquisition",
        "other_reconstruction",
        "continued",
        "derived",
        "uninformative_match",
        "undecided",
    }
)
"""What may be said of two studies that share no image."""

HIDDEN_EXCHANGE = "hidden exchange"
"""How the kinds begin in which nothing but pixels could tell of an exchange, and compression may have taken that."""

PASSED = tuple(
    chain_of(*names)
    for names in (
        ("jpeg_q75",),
        ("jpeg2000_20",),
        ("eight_bits_own_window",),
        ("rerooted", "identity_coerced"),
        ("deidentified",),
    )
)
"""Transfers that the second study of a pair may have passed as well: the hardest negatives."""


@dataclass(frozen=True, slots=True)
class NegativePair:
    """Two studies and what may be said of them.

    Attributes:
        kind: the sort of negative: ``neighbour_slices``, ``repeat``, ``other_people`` ...
        name: unique.
        subject_a, subject_b: for the bootstrap by cluster.
        build_a, build_b: make the studies (a prior, b incoming); lazily, for there are many.
        expected: acceptable relations of b to a.
        alert_required: a person must be told.
        hold_allowed: holding b back is right.
        same_patient: both studies name one patient.
        same_source: both come from one system.
        synthetic: a study was computed rather than found.
        sources: the two seeds before anything is done to them; one seed twice where the second study is made of it.
    """

    kind: str
    name: str
    subject_a: str
    subject_b: str
    build_a: Builder
    build_b: Builder
    expected: frozenset[str] = NOT_COPIES
    alert_required: bool = False
    hold_allowed: bool = False
    same_patient: bool = False
    same_source: bool = False
    synthetic: bool = False
    sources: tuple[Seed, ...] = ()

    @property
    def shows_one_image(self) -> bool:
        """Tell whether two seeds that ought to be two images share one, before anything is done to them."""
        return len(set(self.sources)) > 1 and share_an_image(*self.sources)


Change = Callable[[Study], Study]


def unchanged(study: Study) -> Study:
    """Leave a study as it is."""
    return study


def pair(
    kind: str,
    a: Seed,
    b: Seed,
    change: Change = unchanged,
    *,
    before: Change = unchanged,
    detail: str = "",
    **facts: Any,
) -> NegativePair:
    """Pair two seeds.

    Args:
        change: what is done to the second study; in place, on a copy.
        before: what is done to both first.
        detail: what makes the name unique where the seeds do not.
        facts: further fields of the pair.
    """
    return NegativePair(
        kind,
        f"{kind}: {a.name} | {b.name}{detail and f' ({detail})'}",
        a.subject,
        b.subject,
        partial(_made, a, before, unchanged),
        partial(_made, b, before, change),
        same_patient=a.subject == b.subject,
        sources=(a, b),
        **facts,
    )


def passed(found: NegativePair, chains: tuple[Chain, ...] = PASSED) -> tuple[NegativePair, ...]:
    """Return a pair as it is, and once for each transfer that its second study may have passed."""
    return (found, *(_after(found, chain) for chain in chains))


def _after(found: NegativePair, chain: Chain) -> NegativePair:
    build = partial(sent, found.build_b, chain, found.name)
    return replace(found, kind=f"{found.kind} after transfer", name=f"{found.name} > {chain.name}", build_b=build)


def sent(build: Builder, chain: Chain, name: str) -> Study:
    """Send a study through a chain; what it can not happen to arrives as it was."""
    study = build()
    try:
        return chain.apply(study, name)
    except DoesNotFit:
        return study


def _made(seed: Seed, before: Change, change: Change) -> Study:
    return change(before(study_of(seed)))
