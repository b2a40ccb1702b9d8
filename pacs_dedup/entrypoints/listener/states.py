"""What the state machine of an association can not take (PS3.8 9.2.3), and pynetdicom's thread fails on.

A caller that asks for an association and sends rubbish right behind can have it aborted while it is being accepted; an
A-ABORT may name a source that does not exist. The thread ended there, and the connection stayed open until memory was
collected.
"""

from pynetdicom.association import Association

from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)


def close_where_nothing_fits(association: Association) -> None:
    """From now on, close the connection on an event that its state machine fails on."""
    machine = association.dul.state_machine
    act = machine.do_action

    def do_action(event: str) -> None:
        try:
            act(event)
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            address = association.requestor.address
            _log.warning("association aborted, what came does not fit", address=address, **describe_error(error))
            association.dul.kill_dul()
            if association.dul.socket is not None:
                association.dul.socket.close()

    machine.do_action = do_action  # type: ignore[method-assign]
