"""Step 5, act: forward what came, or hold it back where the site allows it; and let holds run out.

Forwarding is queued when an instance arrives: due at once, or, at a site that chose to quarantine, due at a deadline. A
verdict can only move it: forward now, or hold until ``max_hold``. So whatever fails, everything goes out in the end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.identifiers import StudyKey, is_scanned
from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.verdict import Disposition, Judgement, Relation
from pacs_dedup.pipeline.auditing import Auditor
from pacs_dedup.pipeline.forwarding import NEVER, CameFrom, forwards, parse_forward
from pacs_dedup.pipeline.studies import parse_subject
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Journal, NewWork, Step
from pacs_dedup.ports.quarantine import Hold, Quarantine
from pacs_dedup.ports.study_register import StudyRegister, StudyState

_LEASE = timedelta(minutes=5)
_RESENDS = frozenset({Relation.RESEND, Relation.TRANSCODED_RESEND})
"""Nothing about these is new; a correction is, and is never held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What acting needs of the world, and what the site allows.

    Attributes:
        came_from: tells whether a destination is the one that sent an arrival, and so has it.
        destinations: names of the peers that everything is forwarded to; none for an observer.
        max_hold: how long a held study may wait for a reviewer before it is forwarded in any case.
    """

    journal: Journal
    register: StudyRegister
    case_book: CaseBook
    quarantine: Quarantine
    arrivals: ArrivalBook
    came_from: CameFrom
    clock: Clock
    action: Action
    destinations: Collection[str]
    max_hold: timedelta
    auditor: Auditor

    @property
    def waits_for_verdict(self) -> bool:
        """Whether forwarding awaits the verdict, or was due on arrival already."""
        return self.action is Action.QUARANTINE


def act_once(gate: Gate) -> bool:
    """Act on the longest-waiting judged study, if there is one; say whether there was."""
    work = gate.journal.claim(Step.ACT, _LEASE)
    if work is None:
        return False
    key, generation = parse_subject(work.subject)
    if gate.waits_for_verdict and not is_scanned(key.source):  # a file that lies in a folder goes nowhere
        _hold_or_forward(key, generation, gate)
    gate.register.advance(key, generation, StudyState.DISPATCHED)
    gate.journal.tick(work)
    return True


def _hold_or_forward(key: StudyKey, generation: int, gate: Gate) -> None:
    now = gate.clock.now()
    going = forwards_of(key, generation, gate, now)
    judgements = [j for j in gate.case_book.judgements(key) if j.generation == generation]
    grew = any(j.prior == key and j.verdict.relation is Relation.CONTINUED for j in judgements)
    earlier = [h for h in gate.quarantine.holds() if h.key == key and h.generation < generation]
    # Half a study helps nobody: what a deadline, or an earlier verdict, has let go takes the rest along.
    part_has_gone = bool(_done(going, gate)) or (grew and not earlier)
    cause = "" if part_has_gone else _cause_to_hold(judgements, gate)
    if cause:
        if _hold_of(key, generation, gate) is None:
            gate.auditor.held(key, generation, cause)
        gate.quarantine.hold(Hold(key, generation, cause, held_at=now, until=now + gate.max_hold))
    elif grew:
        for hold in earlier:
            release(key, hold.generation, gate, cause="the study grew")
    follow_hold(key, generation, gate)


def follow_hold(key: StudyKey, generation: int, gate: Gate) -> None:
    """Move forwarding to the end of the hold, or to now where there is none.

    Whoever changes a hold calls this afterwards. Two may do so at once: so it looks again when it has moved the work,
    and nothing stays behind a hold that is over.
    """
    hold = _hold_of(key, generation, gate)
    while True:
        due_at = gate.clock.now() if hold is None else hold.until or NEVER
        gate.journal.queue(forwards_of(key, generation, gate, due_at))
        before, hold = hold, _hold_of(key, generation, gate)
        if hold == before:
            return


def release_due(gate: Gate) -> bool:
    """Mark every hold that has run out; its forwarding came due by itself. Say whether there was anything."""
    due = gate.quarantine.due(gate.clock.now())
    for hold in due:
        release(hold.key, hold.generation, gate, cause="expired")
    return bool(due)


def release(key: StudyKey, generation: int, gate: Gate, cause: str, by: Party | None = None) -> bool:
    """Forward what was held, then end the hold: a crash in between forwards, it never forgets."""
    now = gate.clock.now()
    gate.journal.queue(forwards_of(key, generation, gate, now))
    released = gate.quarantine.release(key, generation, now, cause)
    if released:
        gate.auditor.released(key, generation, cause, by)
    follow_hold(key, generation, gate)
    return released


def forwards_of(key: StudyKey, generation: int, gate: Gate, due_at: datetime) -> tuple[NewWork, ...]:
    """Return the work that forwards one generation of a study."""
    arrivals = [m.arrival_id for m in gate.register.members(key) if m.generation == generation]
    return forwards(arrivals, gate.destinations, due_at, key.source)


def _cause_to_hold(judgements: Collection[Judgement], gate: Gate) -> str:
    """Say why the generation that was judged is to be held; empty where it is not."""
    first = primary(judgements)
    if first is None:
        return ""
    if first.verdict.disposition is Disposition.QUARANTINE:
        holding = primary(j for j in judgements if _may_hold(j, judgements, gate))
        return holding.verdict.sentence if holding is not None else ""
    resends_what_is_held = first.verdict.relation in _RESENDS and _is_rightly_held(first, gate)
    return first.verdict.sentence if resends_what_is_held else ""


def _is_rightly_held(resend: Judgement, gate: Gate) -> bool:
    """Tell whether the prior is held, and would be today: there may be a destination that had nothing of it then."""
    held = [h.generation for h in _holds_of_prior(resend, gate)]
    judged = [j for j in gate.case_book.judgements(resend.prior) if j.generation in held]
    grounds = [j for j in judged if j.verdict.disposition is Disposition.QUARANTINE]
    of_one = ([j for j in judged if j.generation == ground.generation] for ground in grounds)
    return any(_may_hold(ground, together, gate) for ground, together in zip(grounds, of_one, strict=True))


def _may_hold(judgement: Judgement, judgements: Collection[Judgement], gate: Gate) -> bool:
    """Tell whether a judgement is reason enough to hold, for the last copy of anything is never held.

    It is none where the prior is the same generation, is held itself, has not reached every destination, or was only
    seen in a folder; nor where the same pair was judged otherwise in the meantime.
    """
    agree = all(j.verdict.disposition is Disposition.QUARANTINE for j in judgements if j.prior == judgement.prior)
    within_itself = judgement.prior == judgement.incoming and judgement.generation == 1
    only_seen = is_scanned(judgement.prior.source)
    at_hand = not within_itself and not only_seen and not _is_prior_held(judgement, gate)
    return agree and at_hand and _is_prior_delivered(judgement, gate)


def _is_prior_held(judgement: Judgement, gate: Gate) -> bool:
    """Whether any of the prior is held; of a study that grew, the generation in question is no prior."""
    return bool(_holds_of_prior(judgement, gate))


def _holds_of_prior(judgement: Judgement, gate: Gate) -> list[Hold]:
    own = judgement.incoming, judgement.generation
    return [h for h in gate.quarantine.holds() if h.key == judgement.prior and (h.key, h.generation) != own]


def _is_prior_delivered(judgement: Judgement, gate: Gate) -> bool:
    """Whether every destination has all of the prior that came before the generation in question.

    It has what it acknowledged, and what it sent. What came when there was no such destination was never queued for it:
    nothing waits, and yet the archive has none of it.
    """
    prior, own = judgement.prior, judgement.prior == judgement.incoming
    members = [m for m in gate.register.members(prior) if not (own and m.generation == judgement.generation)]
    going = forwards([m.arrival_id for m in members], gate.destinations, gate.clock.now(), prior.source)
    done = _done(going, gate)
    return all(each.subject in done or _is_of_its_sender(each, gate) for each in going)


def _is_of_its_sender(forward: NewWork, gate: Gate) -> bool:
    """Whether the destination of a forwarding is the one that sent what is to be forwarded."""
    arrival_id, destination = parse_forward(forward.subject)
    arrival = gate.arrivals.get(arrival_id)
    return arrival is not None and gate.came_from(arrival, destination)


def _done(going: Collection[NewWork], gate: Gate) -> frozenset[str]:
    """Return which forwardings the destinations have acknowledged."""
    return gate.journal.done(Step.FORWARD, [each.subject for each in going])


def _hold_of(key: StudyKey, generation: int, gate: Gate) -> Hold | None:
    """Return the hold of a generation; none where there was none, or it was released."""
    return next((h for h in gate.quarantine.holds() if (h.key, h.generation) == (key, generation)), None)
