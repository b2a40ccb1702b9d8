"""What asks the world whether it would work: the disk, and application entities."""

from pacs_dedup.adapters.dimse_echo import echo
from pacs_dedup.adapters.disk import free_bytes, try_durable_write, try_hard_link

__all__ = ["echo", "free_bytes", "try_durable_write", "try_hard_link"]
