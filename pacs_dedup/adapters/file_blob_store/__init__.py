"""Blobs in a folder of one file system."""

from pacs_dedup.adapters.file_blob_store.store import FileBlobStore
from pacs_dedup.adapters.file_blob_store.transit import FileTransitStore

__all__ = ["FileBlobStore", "FileTransitStore"]
