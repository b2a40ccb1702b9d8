"""What callers send that pynetdicom's own threads fail on.

A caller that asks for an association and sends rubbish right behind can have it aborted while it is being accepted; an
A-ABORT may name a source that does not exist; a request may lack what every request has. The thread ended there, and
the connection stayed open, without an answer, until memory was collected.
"""

from collections.abc import Callable
from typing import ParamSpec

from pynetdicom.association import Association

from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_Parameters = ParamSpec("_Parameters")


def close_on_failure(association: Association) -> None:
    """From now on, close the connection where one of the two threads of an association fails.

    Call it before the association is started.
    """

    def guarded(act: Callable[_Parameters, None]) -> Callable[_Parameters, None]:
        def acting(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> None:
            try:
                act(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the association is one of the three edges
                address = association.requestor.address
                _log.warning("association aborted, what came does not fit", address=address, **describe_error(error))
                association.dul.kill_dul()
                if association.dul.socket is not None:
                    association.dul.socket.close()

        return acting

    machine = association.dul.state_machine
    machine.do_action = guarded(machine.do_action)  # type: ignore[method-assign]
    association.run = guarded(association.run)  # type: ignore[method-assign]
