"""The exception tree. Messages hold the cause, the datum (never patient data) and what to do next.

::

    PacsDedupError              exit_code  retriable
      BadConfiguration             2         no
      BadRequest                   2         no      the caller named something that is not there, or asked for too much
      DecisionRefused              2         no      a rule forbids this decision on this case
      Unreadable                   3         no      bytes that can not be understood; they are kept
      BlobMissing                  3         no
      OutOfStorage                 4         yes
        StorageDamaged             4         no      what was stored can not be read; a person has to mend it
        SpoolFull                  4         yes     the database is away, and as much waits for it as may wait
      DecoderAway                  4         yes     no decoder could be started; says nothing of the bytes
      PeerUnavailable              4         yes     no association, or no answer
        PeerResting                4         yes     it was not asked, because it was unavailable just before
        InstanceNotTaken           4         yes     the association stood, and this instance did not get through
      PeerRefused                  4         no      the peer answered with a failure that a retry will not mend
"""

from typing import ClassVar


class PacsDedupError(Exception):
    """Root of every error this package raises on purpose."""

    retriable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


class BadConfiguration(PacsDedupError):
    """The configuration can not be used; the message lists every problem at once."""

    exit_code = 2


class BadRequest(PacsDedupError):
    """A person or a program asked for something that can not be done."""

    exit_code = 2


class DecisionRefused(PacsDedupError):
    """The rules of review forbid the decision; the message says which rule and what is possible instead."""

    exit_code = 2


class Unreadable(PacsDedupError):
    """Bytes that can not be understood. They stay where they are; the cause is shown to a person."""

    exit_code = 3


class BlobMissing(PacsDedupError):
    """A blob that the journal knows is not in the store, or a scanned file is no longer where it was."""

    exit_code = 3


class OutOfStorage(PacsDedupError):
    """The disk is below its low-water mark, or refused to take the bytes."""

    retriable = True
    exit_code = 4


class StorageDamaged(OutOfStorage):
    """What was stored can not be read. Nothing is taken, and nothing deleted, until a person has mended it."""

    retriable = False


class SpoolFull(OutOfStorage):
    """As many arrivals wait to be recorded as may wait."""


class DecoderAway(PacsDedupError):
    """No process to decode in could be started. The bytes may be good: try again, and mark nothing."""

    retriable = True
    exit_code = 4


class PeerUnavailable(PacsDedupError):
    """A peer did not accept an association, or did not answer."""

    retriable = True
    exit_code = 4


class PeerResting(PeerUnavailable):
    """A peer that was unavailable a moment ago is left in peace; what is told of that moment says enough."""


class InstanceNotTaken(PeerUnavailable):
    """A peer accepted the association, and then had no room for the instance, or gave no answer to it."""


class PeerRefused(PacsDedupError):
    """A peer answered with a status that will not change by sending again."""

    exit_code = 4
