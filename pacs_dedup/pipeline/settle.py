"""Step 3, settle: the quiet period is over, the generation is closed, the study becomes findable.

DICOM never says that a study is complete (PS3.4 B.4.1): a later instance opens the next generation.
"""

from datetime import timedelta

from pacs_dedup.domain.blocking import index_keys, patient_group
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.pipeline.studies import Shelf, load_up_to, parse_subject
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Journal, NewWork, Step

_LEASE = timedelta(minutes=5)
_LOOK_AGAIN = timedelta(seconds=1)


def settle_once(*, journal: Journal, shelf: Shelf, clock: Clock, force: timedelta) -> bool:
    """Settle the longest-quiet study, if there is one; say whether there was.

    A study waits while instances of its sender are still to be fingerprinted, but not beyond ``force``.
    """
    work = journal.claim(Step.SETTLE, _LEASE)
    if work is None:
        return False
    key, generation = parse_subject(work.subject)
    entry = shelf.register.entry(key)
    if entry is None:
        journal.tick(work)
        return True
    still_open = generation == entry.generation
    waiting = still_open and journal.backlog(source=key.source)[Step.FINGERPRINT]
    if waiting and clock.now() < entry.opened_at + force:
        journal.postpone(work, clock.now() + _LOOK_AGAIN)
        return True
    _settle(key, generation, shelf)
    journal.tick(work, [NewWork(Step.MATCH, work.subject, clock.now(), source=work.source)])
    return True


def _settle(key: StudyKey, generation: int, shelf: Shelf) -> None:
    """Close the generation first: what is filed from now on opens the next one, so the keys miss nothing."""
    shelf.register.settle(key, generation)
    make_findable(key, generation, shelf)


def make_findable(key: StudyKey, generation: int, shelf: Shelf) -> None:
    """Put a study under its blocking keys, as it stood when a generation was settled."""
    study = load_up_to(key, generation, shelf)
    shelf.index.put_keys(key, patient_group(study), index_keys(study))
