"""What a sender may do to the memory and the time of the service; everything is kept all the same."""

import socket
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian
from pynetdicom import build_context

from benchmarks.fuzz.listener_target import association_request
from pacs_dedup.dicom.part10 import file_head
from tests.integration.support import LOOPBACK, ct_instance, written
from tests.integration.test_bad_input_at_the_port import answers, associate, encoded

MIB = 1 << 20
SUCCESS = 0x0000


PIXEL_DATA = b"\xe0\x7f\x10\x00"
UNDEFINED = 0xFFFFFFFF
A_ASSOCIATE_AC = b"\x02"


def element(tag, vr, length, value=b""):
    """Encode an element of a VR with a length of 32 bits (explicit, little endian), whatever its value's length is."""
    group, number = tag
    return (
        group.to_bytes(2, "little") + number.to_bytes(2, "little") + vr + b"\0\0" + length.to_bytes(4, "little") + value
    )


def header(folder, uid):
    """Return all of a data set that stands before its pixels."""
    data = encoded(ct_instance(SOPInstanceUID=uid), folder)
    return data[: data.index(PIXEL_DATA)]


def deflated_bomb(folder, uid):
    """A few megabytes that would be 2,100 MiB."""
    deflate, pixels = zlib.compressobj(wbits=-zlib.MAX_WBITS), 2100 * MIB
    packed = [deflate.compress(header(folder, uid) + element((0x7FE0, 0x0010), b"OW", pixels))]
    packed += [deflate.compress(bytes(20 * MIB)) for _ in range(105)]
    return b"".join(packed) + deflate.flush()


def deep_sequences(folder, uid):
    """Twenty thousand items, each inside the one before."""
    opened = element((0x0040, 0xA730), b"SQ", UNDEFINED) + b"\xfe\xff\x00\xe0" + UNDEFINED.to_bytes(4, "little")
    return header(folder, uid) + opened * 20_000


def absurd_length(folder, uid):
    return header(folder, uid) + element((0x7FE0, 0x0010), b"OW", 0xFFFFFFF0, b"tiny")


def million_frames(folder, uid):
    count = 999_999
    pixels = bytes(2 * count + count % 2)
    return encoded(ct_instance(SOPInstanceUID=uid, Rows=1, Columns=1, NumberOfFrames=count, PixelData=pixels), folder)


def more_frames_than_there_are(folder, uid):
    return encoded(ct_instance(SOPInstanceUID=uid, NumberOfFrames=2_000_000_000), folder)


HOSTILE = {
    deflated_bomb: DeflatedExplicitVRLittleEndian,
    deep_sequences: ExplicitVRLittleEndian,
    absurd_length: ExplicitVRLittleEndian,
    million_frames: ExplicitVRLittleEndian,
    more_frames_than_there_are: ExplicitVRLittleEndian,
}


def send(port, folder, make, syntax):
    uid = f"1.2.{len(make.__name__)}"
    path = folder / f"{make.__name__}.dcm"
    path.write_bytes(file_head(CTImageStorage, uid, syntax) + make(folder, uid))
    association = associate(port, build_context(CTImageStorage, syntax))
    status = association.send_c_store(path).Status
    association.release()
    return status


def peak_mib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def test_receiving_takes_little_more_memory_than_the_instance(running_service, tmp_path):
    service = running_service(role="scp")
    before = peak_mib(service.process.pid)
    frames = 48
    big = ct_instance(Rows=1024, Columns=1024, NumberOfFrames=frames, PixelData=bytes(frames * 2 * MIB))
    association = associate(service.port)
    assert association.send_c_store(written(tmp_path, big)).Status == SUCCESS
    association.release()
    assert peak_mib(service.process.pid) - before < 1.5 * 2 * frames


@pytest.mark.slow
def test_what_is_made_to_exhaust_is_kept_and_has_its_end(running_service, tmp_path):
    workers = {"count": 1, "decode_memory_mb": 2048, "decode_timeout_s": 15}
    service = running_service(workers=workers, completion={"quiet_s": 0.5})
    assert {send(service.port, tmp_path, make, syntax) for make, syntax in HOSTILE.items()} == {SUCCESS}
    service.wait_until_idle(120)
    with service.database() as database:
        problems = database.arrivals.problems()
        assert len(problems) == len(HOSTILE)
    assert len(service.files) == len(HOSTILE)
    assert answers(service.port)
    assert peak_mib(service.process.pid) < 400
    assert service.stop() == 0


RUBBISH = (b"\x00", b"\x04\x00\xff\xff\xff\xff", b"\x05" + bytes(9), b"\x07\x00\x00\x00\x00\x04\x00\x00O\x00")
"""No PDU, one that is longer than all memory, a release of nothing, and an abort by nobody."""


def test_rubbish_right_behind_a_request_closes_the_connection(edge):
    """Each caller sees the end of it; and pytest fails on a thread that fails."""
    request = association_request()
    with edge() as here:
        for rubbish in [*RUBBISH, request] * 6:
            with socket.create_connection((LOOPBACK, here.port), timeout=10) as caller, suppress(ConnectionError):
                caller.sendall(request + rubbish)
                caller.shutdown(socket.SHUT_WR)
                while caller.recv(4096):
                    pass
        association = associate(here.port)
        assert association.is_established
        association.release()


def test_a_context_without_an_abstract_syntax_is_passed_over(edge):
    """The first of two contexts names a transfer syntax only; the second is answered."""
    request = association_request()
    start = request.index(b"\x20\x00", 74)
    end = start + 4 + int.from_bytes(request[start + 2 : start + 4], "big")
    transfer_syntax = b"\x40\x00\x00\x11" + b"1.2.840.10008.1.2"
    context = b"\x20\x00" + (4 + len(transfer_syntax)).to_bytes(2, "big") + bytes([1, 0, 0, 0]) + transfer_syntax
    altered = request[:start] + context + request[end:]
    altered = altered[:2] + (len(altered) - 6).to_bytes(4, "big") + altered[6:]
    with edge() as here, socket.create_connection((LOOPBACK, here.port), timeout=10) as caller:
        caller.sendall(altered)
        assert caller.recv(4096)[:1] == A_ASSOCIATE_AC


@pytest.mark.parametrize(
    "kind", [b"\x10\x00", b"\x20\x00", b"\x50\x00"], ids=["application context", "contexts", "user"]
)
def test_a_request_that_lacks_an_item_is_answered_or_ended(edge, kind):
    """Whatever the answer is, nobody waits for it until a time-out."""
    request, items, at = association_request(), b"", 74
    while at < len(request):
        end = at + 4 + int.from_bytes(request[at + 2 : at + 4], "big")
        items += b"" if request[at : at + 2] == kind else request[at:end]
        at = end
    altered = request[:2] + (68 + len(items)).to_bytes(4, "big") + request[6:74] + items
    with edge() as here, socket.create_connection((LOOPBACK, here.port), timeout=5) as caller:
        caller.sendall(altered)
        assert caller.recv(4096)[:1] in (A_ASSOCIATE_AC, b"\x03", b"\x07", b"")
