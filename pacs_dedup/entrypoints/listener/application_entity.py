"""Our application entity, as the site configured it."""

import socket

from pydicom.uid import UID
from pynetdicom import AE, VerificationPresentationContexts

from pacs_dedup.config import Settings
from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.upper_layer import keep_data_sets_private, serve_private_sop_classes
from pacs_dedup.entrypoints.listener.contexts import register_storage_sop_classes

_AFTER_S = 0.5  # after whoever reads has given up, so that the end is told in good order


def application_entity(settings: Settings) -> AE:
    """Return the entity that peers call."""
    keep_data_sets_private()
    serve_private_sop_classes(settings.dicom.accept_private_sop_classes)
    register_storage_sop_classes()
    ae = AE(ae_title=settings.dicom.ae_title)
    ae.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    ae.maximum_pdu_size = settings.dicom.max_pdu
    ae.maximum_associations = settings.dicom.max_associations + settings.limits.connections  # `Crowd` is exact
    ae.require_called_aet = settings.dicom.require_called_aet
    ae.network_timeout = settings.limits.idle_s
    ae.acse_timeout = settings.limits.associate_within_s + _AFTER_S
    ae.supported_contexts = VerificationPresentationContexts
    return ae


def tune(connection: socket.socket, idle_s: float) -> None:
    """Set what every connection needs; ``idle_s`` is how long a peer may leave unread what we send."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else Nagle costs 40 ms for each response
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.settimeout(idle_s)
