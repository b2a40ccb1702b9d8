"""The Storage and Verification SCP."""

from pacs_dedup.entrypoints.listener.service import Listener, Receive

__all__ = ["Listener", "Receive"]
