"""The exception tree."""

import pytest

from pacs_dedup.domain import errors
from pacs_dedup.domain.errors import PacsDedupError

TREE = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, PacsDedupError)]


@pytest.mark.parametrize("error", TREE)
def test_every_error_says_how_a_program_should_end(error: type[PacsDedupError]) -> None:
    assert error.exit_code in (1, 2, 3, 4)


def test_only_what_may_mend_itself_is_retried() -> None:
    retried = {"DecoderAway", "InstanceNotTaken", "OutOfStorage", "PeerResting", "PeerUnavailable", "SpoolFull"}
    assert {e.__name__ for e in TREE if e.retriable} == retried
