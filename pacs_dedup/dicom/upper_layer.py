"""pynetdicom's switches for the whole process; listener and senders call `set_switches` before they use the library."""

from pynetdicom import _config


def set_switches(*, accept_private_sop_classes: bool = False) -> None:
    """Keep data sets out of pynetdicom's logs and memory.

    Args:
        accept_private_sop_classes: take SOP classes that the standard does not name for Storage SOP classes.
    """
    _config.LOG_HANDLER_LEVEL = "none"  # its default handlers write UIDs
    _config.LOG_REQUEST_IDENTIFIERS = False  # and patients' names in queries
    _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.STORE_SEND_CHUNKED_DATASET = True  # send files as they are, without decoding them
    _config.UNRESTRICTED_STORAGE_SERVICE = accept_private_sop_classes
