"""Secrets of an installation that it makes by itself, each a file for its owner only."""

import secrets
from contextlib import suppress
from pathlib import Path

from pacs_dedup.domain.errors import BadConfiguration

_BYTES = 32
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700


def secret_in(path: Path) -> bytes:
    """Return the 32 bytes of a secret, made at the first call; several processes that make it at once agree on one.

    Raises:
        BadConfiguration: its folder can not be written, or the file can not be read.
    """
    spare = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not path.exists():
            spare.touch(mode=_PRIVATE)
            spare.write_bytes(secrets.token_bytes(_BYTES))
            with suppress(FileExistsError):  # another process was faster, and its key counts
                path.hardlink_to(spare)
            spare.unlink()
        return path.read_bytes()
    except OSError as error:
        raise BadConfiguration(
            f"the data folder {path.parent.absolute()} can not be written ({error.strerror}); "
            "choose another one with storage.path"
        ) from None
