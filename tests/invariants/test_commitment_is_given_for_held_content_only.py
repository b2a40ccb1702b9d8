"""We commit to an instance only while every content that its sender delivered under its UID is held, whole.

And never refuse because a UID exists twice: another sender's content, lost or not, changes nothing.
"""

import tempfile
from enum import StrEnum
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.commit import commit_once
from tests.commitments import Desk, named


class Fate(StrEnum):
    """What becomes of a content after it was acknowledged."""

    KEPT = "kept"
    REMOVED = "removed"
    CUT_SHORT = "cut short"
    LENGTHENED = "lengthened"
    ONE_BIT = "one bit is another"
    UNREADABLE = "a folder stands in its place"


DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(["EAST", "WEST"]),
        st.integers(1, 3),  # SOP Instance UID
        st.integers(1, 4),  # content
        st.sampled_from(["", "another SOP class"]),  # why it was refused
    ),
    max_size=8,
)
FATES = st.fixed_dictionaries({number: st.sampled_from([Fate.KEPT, Fate.KEPT, *Fate]) for number in range(1, 5)})


@settings(max_examples=150)
@given(DELIVERIES, FATES)
def test_committed_is_what_was_delivered_and_is_whole(
    deliveries: list[tuple[str, int, int, str]], fates: dict[int, Fate]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(FileBlobStore(Path(folder), low_water_bytes=0))
        stored: dict[int, BlobId] = {}
        for source, uid, content, refused in deliveries:
            _, stored[content] = desk.receive(uid, b"pixels %d" % content, source=source, refused=refused)
        for content, blob_id in stored.items():
            befall(fates[content], desk.blobs.path(blob_id))
        for requester in ("EAST", "WEST"):
            inquiry = desk.request(*(named(uid) for uid in (1, 2, 3)), requester=requester)
            commit_once(desk.holdings)
            answered = desk.database.commitment_requests.get(inquiry.subject)
            assert answered is not None
            assert answered.answer is not None
            for uid in (1, 2, 3):
                own = {
                    content
                    for source, u, content, refused in deliveries
                    if (source, u, refused) == (requester, uid, "")
                }
                held = bool(own) and all(fates[content] is Fate.KEPT for content in own)
                assert (named(uid) in answered.answer.committed) is held, (requester, uid)


def befall(fate: Fate, path: Path) -> None:
    """Do to a blob in a test folder what a disk may do."""
    content = path.read_bytes()
    path.chmod(0o600)
    match fate:
        case Fate.KEPT:
            return
        case Fate.REMOVED | Fate.UNREADABLE:
            path.unlink()
        case Fate.CUT_SHORT:
            path.write_bytes(content[:-1])
        case Fate.LENGTHENED:
            path.write_bytes(content + b"\0")
        case Fate.ONE_BIT:
            path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    if fate is Fate.UNREADABLE:
        path.mkdir()
