"""As whom we call the peers that demand a user: the name from the configuration, the passcode from where it is kept."""

import os
import stat
from pathlib import Path

from pacs_dedup.config import Peer
from pacs_dedup.dicom.user_identity import FindOurUser, OurUser
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)


def our_user(peer: Peer) -> FindOurUser | None:
    """Return what finds as whom a peer is called; None where it demands no user. Nothing is read yet."""
    return _Found(peer) if peer.our_user else None


class _Found:
    """Reads the passcode for every association, so that a new one counts from the next on.

    What can not be read for a moment, while it is exchanged, is taken as it was before.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._last: OurUser | None = None

    def __call__(self) -> OurUser:
        try:
            self._last = OurUser(self._peer.our_user, _passcode(self._peer))
        except BadConfiguration as error:
            if self._last is None:
                raise
            _log.error(
                "a passcode can not be read, the one before stays", peer=self._peer.name, **describe_error(error)
            )
        return self._last


def _passcode(peer: Peer) -> bytes:
    """Return the passcode; empty where the name alone is stated.

    Raises:
        BadConfiguration: it is not where it should be, or everybody can read it.
    """
    if peer.our_passcode_file is not None:
        return _in_file(peer.name, peer.our_passcode_file)
    if not peer.our_passcode_env:
        return b""
    passcode = os.environ.get(peer.our_passcode_env, "")
    if not passcode:
        raise BadConfiguration(
            f"{peer.name}: our_passcode_env: there is no {peer.our_passcode_env} in the environment, or it is empty; "
            "set it for the service, or name a file with our_passcode_file"
        )
    return os.fsencode(passcode)


def _in_file(name: str, file: Path) -> bytes:
    try:
        mode, content = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        raise BadConfiguration(
            f"{name}: our_passcode_file: {file} can not be read ({error.strerror}); correct the name, or let the "
            "service's user read it"
        ) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise BadConfiguration(
            f"{name}: our_passcode_file: everybody on this machine can read {file}; run: chmod 640 {file}"
        )
    passcode = content.removesuffix(b"\n").removesuffix(b"\r")
    if not passcode:
        raise BadConfiguration(f"{name}: our_passcode_file: {file} is empty; write the passcode into it")
    return passcode
