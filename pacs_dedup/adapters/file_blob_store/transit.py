"""Letting blobs go: aside, looked at once more, and only then removed.

Whoever stores bytes that are there already marks them as touched, and looks whether they still have their name
afterwards (`files.touch`). Here the name is taken first, and then the mark is read. So of two who do both at once, at
least one sees the other: either the bytes are put back, or they are stored anew.
"""

from datetime import datetime
from pathlib import Path

from pacs_dedup.adapters.file_blob_store.files import BLOB_STORE, place_of
from pacs_dedup.domain.identifiers import BlobId, is_blob_id
from pacs_dedup.durable import disk_errors_in_words, sync, write_durably

BLOBS, LEAVING, RELEASED = "blobs", "leaving", "released"
_FOLDER_MODE = 0o700
_NOTE_MODE = 0o600


class FileTransitStore:
    """`pacs_dedup.ports.transit_store.TransitStore` over the folder of a `FileBlobStore`."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def holds(self, blob_id: BlobId) -> bool:
        """Tell whether the bytes of a blob are in the store."""
        return is_blob_id(blob_id) and any(
            place_of(self._root / folder, blob_id).is_file() for folder in (BLOBS, LEAVING)
        )

    def part_with(self, blob_id: BlobId, untouched_since: datetime, whereabouts: str) -> bool:
        """Remove the bytes of one blob: note where they are, set them aside, look, and remove them."""
        if not is_blob_id(blob_id):
            return False
        place, aside = (place_of(self._root / folder, blob_id) for folder in (BLOBS, LEAVING))
        with disk_errors_in_words(BLOB_STORE):
            if _touched(place, untouched_since):
                return False
            if not self.holds(blob_id):
                return True
            note = place_of(self._root / RELEASED, blob_id)
            _write_note(note, whereabouts)
            _set_aside(place, aside)
            if _touched(aside, untouched_since):
                _put_back(aside, place)
                note.unlink(missing_ok=True)
                return False
            aside.unlink(missing_ok=True)
            sync(aside.parent)
        return not place.is_file()


def whereabouts_of(root: Path, blob_id: BlobId) -> str:
    """Return where a blob is that was let go; empty where it never was."""
    try:
        return place_of(root / RELEASED, blob_id).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def forget_release(root: Path, blob_id: BlobId) -> None:
    """Take away the note of a release: the bytes came again, and if they are lost now, that is a loss.

    A note that a power cut brings back is taken away when they come once more.
    """
    note = place_of(root / RELEASED, blob_id)
    if note.exists():
        note.unlink(missing_ok=True)


def _touched(place: Path, since: datetime) -> bool:
    try:
        return place.stat().st_mtime >= since.timestamp()
    except FileNotFoundError:
        return False


def _write_note(note: Path, whereabouts: str) -> None:
    _make_folder(note.parent)
    write_durably(note.parent, note.name, whereabouts.encode())


def _set_aside(place: Path, aside: Path) -> None:
    """Take the name of the bytes; what a crash left aside before is the same bytes."""
    _make_folder(aside.parent)
    try:
        place.replace(aside)
    except FileNotFoundError:  # a crash came after this the last time
        return
    sync(aside.parent)
    sync(place.parent)


def _put_back(aside: Path, place: Path) -> None:
    aside.replace(place)
    sync(place.parent)
    sync(aside.parent)


def _make_folder(folder: Path) -> None:
    for each in (folder.parent.parent, folder.parent, folder):
        each.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        sync(each.parent)
