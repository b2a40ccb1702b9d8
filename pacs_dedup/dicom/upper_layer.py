"""pynetdicom's switches, which hold for a whole process; listener and senders set them before they use the library."""

from pynetdicom import _config


def keep_data_sets_private() -> None:
    """Keep data sets out of pynetdicom's logs, and files that are sent out of its decoder."""
    _config.LOG_HANDLER_LEVEL = "none"  # its default handlers write UIDs
    _config.LOG_REQUEST_IDENTIFIERS = False  # and patients' names in queries
    _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.STORE_SEND_CHUNKED_DATASET = True  # send files as they are


def serve_private_sop_classes(allowed: bool) -> None:  # noqa: FBT001 - the only argument says what it is
    """Take SOP classes that the standard does not name for Storage SOP classes, or reject them."""
    _config.UNRESTRICTED_STORAGE_SERVICE = allowed
