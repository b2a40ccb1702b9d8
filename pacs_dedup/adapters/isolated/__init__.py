"""Functions that run in a process of their own, which may do little more than compute."""

from pacs_dedup.adapters.isolated.call import IsolatedCall
from pacs_dedup.adapters.isolated.privileges import keep_own_memory

__all__ = ["IsolatedCall", "keep_own_memory"]
