"""A PACS that sends: one association under a calling AE title of its own."""

from collections.abc import Iterable
from pathlib import Path

from pynetdicom import AE, build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from pacs_dedup.dicom.open_dataset import open_dataset, transfer_syntax_of
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable

_SUCCESS = 0x0000
_TIMEOUT_S = 30


def answers(port: int, called_ae: str) -> bool:
    """Tell whether an application entity on this machine answers a C-ECHO."""
    entity = AE("DEMO")
    entity.add_requested_context(Verification)
    entity.connection_timeout = entity.acse_timeout = 2
    association = entity.associate("127.0.0.1", port, ae_title=called_ae)
    if not association.is_established:
        return False
    status = association.send_c_echo()
    association.release()
    return "Status" in status and status.Status == _SUCCESS


def send(files: Iterable[Path], *, calling_ae: str, called_ae: str, port: int) -> int:
    """Send files to this machine by C-STORE in one association; return how many were acknowledged.

    Raises:
        PeerUnavailable: no association, or no answer.
        PeerRefused: an instance was refused.
    """
    files = tuple(files)
    entity = AE(calling_ae)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = _TIMEOUT_S
    entity.requested_contexts = [build_context(*kind) for kind in sorted({_kind(file) for file in files})]
    association = entity.associate("127.0.0.1", port, ae_title=called_ae)
    if not association.is_established:
        raise PeerUnavailable(f"{called_ae} on port {port} did not accept an association from {calling_ae}")
    try:
        for file in files:
            status = association.send_c_store(file)
            if "Status" not in status:
                raise PeerUnavailable(f"{called_ae} did not answer a C-STORE from {calling_ae}")
            if status.Status != _SUCCESS:
                raise PeerRefused(f"{called_ae} answered {status.Status:#06x} to {file.parent.name}/{file.name}")
    finally:
        association.release()
    return len(files)


def _kind(file: Path) -> tuple[str, str]:
    header = open_dataset(file, stop_before_pixels=True)
    return str(header.SOPClassUID), transfer_syntax_of(header)
