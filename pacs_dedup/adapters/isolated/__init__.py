"""Functions that run in a process of their own, which may do little more than compute."""

from pacs_dedup.adapters.isolated.call import IsolatedCall

__all__ = ["IsolatedCall"]
