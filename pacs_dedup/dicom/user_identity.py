"""User Identity as the requestor of an association states it (PS3.7 D.3.3.7)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pynetdicom.pdu_primitives import UserIdentityNegotiation

_USERNAME: Final = 1
_USERNAME_AND_PASSCODE: Final = 2


@dataclass(frozen=True, slots=True)
class OurUser:
    """As whom we call a peer.

    Attributes:
        name: user name.
        passcode: as it is sent; empty: the name alone is stated.
    """

    name: str
    passcode: bytes = field(default=b"", repr=False)


FindOurUser = Callable[[], OurUser]
"""Returns as whom the next association is asked for; raises BadConfiguration where that can not be found out."""


def stated(find: FindOurUser | None) -> list[Any]:
    """Return the negotiation items that state our user; none where none is configured.

    No answer is asked for (D.3.3.7.2): a peer that demands a user rejects the wrong one, and one that does not know the
    negotiation passes over it.
    """
    if find is None:
        return []
    user, item = find(), UserIdentityNegotiation()
    item.user_identity_type = _USERNAME_AND_PASSCODE if user.passcode else _USERNAME
    item.primary_field = user.name.encode()
    if user.passcode:
        item.secondary_field = user.passcode
    item.positive_response_requested = False
    return [item]
