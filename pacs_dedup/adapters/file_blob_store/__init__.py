"""Blobs in a folder of one file system."""

from pacs_dedup.adapters.file_blob_store.store import FileBlobStore

__all__ = ["FileBlobStore"]
