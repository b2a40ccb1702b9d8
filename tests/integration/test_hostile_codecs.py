"""What a forged image may do to each decoder behind the service: it costs one child at most, and has its end."""

import struct
import zlib

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom import build_context

from pacs_dedup.dicom.code_streams import DEFLATED_IMAGE_FRAME
from pacs_dedup.dicom.part10 import file_head
from tests.integration.support import arrivals, ct_instance
from tests.integration.test_bad_input_at_the_port import answers, associate, encoded
from tests.integration.test_hostile_senders import MIB, UNDEFINED, element, peak_mib

SUCCESS = 0x0000
WIDE = 8_000  # pixels: a frame of a size that is still decoded
WIDEST = 65_535
HUFFMAN = b"".join(b"\xff\xc4" + struct.pack(">HB", 20, kind) + bytes([1, *bytes(16)]) for kind in (0x00, 0x10))
QUANTISATION = b"\xff\xdb" + struct.pack(">HB", 67, 0) + bytes([1] * 64)
ITEM = b"\xfe\xff\x00\xe0"
PIXEL_DATA = (0x7FE0, 0x0010)


def jpeg(frame_marker, side, precision=8):
    """Begin a JPEG or JPEG-LS code stream of that many rows and columns, and give it next to no data."""
    lossless, near = frame_marker == 0xC3, frame_marker == 0xF7
    frame = struct.pack(">HBHHBBBB", 11, precision, side, side, 1, 1, 0x11, 0)
    scan = struct.pack(">HBBBBBB", 8, 1, 1, 0, int(lossless), 0, 0)
    tables = b"" if near else HUFFMAN + (b"" if lossless else QUANTISATION)
    begun = b"\xff\xd8\xff" + bytes([frame_marker]) + frame + tables
    return begun + b"\xff\xda" + scan + bytes(64) + b"\xff\xd9"


def jpeg_2000(side, tile=None):
    """Begin a JPEG 2000 code stream of that many rows and columns, in tiles, and give it next to no data."""
    tile = tile or side
    size = struct.pack(">HHIIIIIIIIHBBB", 41, 0, side, side, 0, 0, tile, tile, 0, 0, 1, 15, 1, 1)
    coding = struct.pack(">HBBHBBBBBB", 12, 0, 0, 1, 0, 5, 4, 4, 0, 1)
    quantisation = struct.pack(">HB", 19, 0x40) + bytes([0x80] * 16)
    part = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 0, 0, 1) + b"\xff\x93" + bytes(32)
    return b"\xff\x4f\xff\x51" + size + b"\xff\x52" + coding + b"\xff\x5c" + quantisation + part + b"\xff\xd9"


def run_lengths(octets_each):
    """Write an RLE frame of two segments that are runs of zeros and nothing else."""
    runs = b"\x81\x00" * (octets_each // 128)
    return struct.pack("<16I", 2, 64, 64 + len(runs), *[0] * 13) + runs + runs


def zeros(count):
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return b"".join(deflate.compress(bytes(MIB)) for _ in range(count // MIB)) + deflate.flush()


def image(folder, stream, side=WIDE, frames=None, **more):
    """Return a data set that declares a size, with a code stream for pixels."""
    ct = ct_instance(Rows=side, Columns=side, PixelData=b"", **more)
    if frames:
        ct.NumberOfFrames = frames
    data = encoded(ct, folder)
    start = data.rindex(b"\xe0\x7f\x10\x00")
    return data[:start] + element(PIXEL_DATA, b"OB", UNDEFINED, encapsulate([stream]) + b"\xfe\xff\xdd\xe0" + bytes(4))


def lying_fragment(folder, **more):
    """Announce a fragment of four gigabytes, and end."""
    data = encoded(ct_instance(PixelData=b"", **more), folder)
    start = data.rindex(b"\xe0\x7f\x10\x00")
    lie = ITEM + bytes(4) + ITEM + (0xFFFFFFF0).to_bytes(4, "little") + b"\xff\xd8"
    return data[:start] + element(PIXEL_DATA, b"OB", UNDEFINED, lie)


def many_private_items(folder, **more):
    """Pack a private sequence of half a million empty items into a few kilobytes."""
    data = encoded(ct_instance(**more), folder)
    start = data.index(b"\x10\x00\x10\x00PN")
    items = (ITEM + bytes(4)) * 500_000
    block = b"\x09\x00\x10\x00LO\x08\x00HOSTILE " + element((0x0009, 0x1001), b"SQ", len(items), items)
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return deflate.compress(data[:start] + block + data[start:]) + deflate.flush()


def endless(folder, **more):
    """Open a private sequence of undefined length in each item of another, and close none."""
    data = encoded(ct_instance(PixelData=b"", **more), folder)
    opened = element((0x0011, 0x1001), b"SQ", UNDEFINED) + ITEM + UNDEFINED.to_bytes(4, "little")
    return data + b"\x11\x00\x10\x00LO\x08\x00HOSTILE " + opened * 10_000


HOSTILE = {
    "JPEG, wide": (JPEGBaseline8Bit, lambda f, **m: image(f, jpeg(0xC0, WIDE), **m)),
    "JPEG, widest": (JPEGBaseline8Bit, lambda f, **m: image(f, jpeg(0xC0, WIDEST), WIDEST, **m)),
    "JPEG, wider than declared": (JPEGBaseline8Bit, lambda f, **m: image(f, jpeg(0xC0, WIDEST), 64, **m)),
    "JPEG lossless, wide": (JPEGLosslessSV1, lambda f, **m: image(f, jpeg(0xC3, WIDE, 16), **m)),
    "JPEG-LS, wide": (JPEGLSLossless, lambda f, **m: image(f, jpeg(0xF7, WIDE, 12), **m)),
    "JPEG 2000, wide": (JPEG2000Lossless, lambda f, **m: image(f, jpeg_2000(WIDE), **m)),
    "JPEG 2000, in 62,500 tiles": (JPEG2000Lossless, lambda f, **m: image(f, jpeg_2000(WIDE, 32), **m)),
    "JPEG 2000, wider than declared": (JPEG2000Lossless, lambda f, **m: image(f, jpeg_2000(0xFFFFFFFF), 64, **m)),
    "HTJ2K, wide": (HTJ2KLossless, lambda f, **m: image(f, jpeg_2000(WIDE), **m)),
    "RLE, wide": (RLELossless, lambda f, **m: image(f, run_lengths(128), **m)),
    "RLE, all zeros": (RLELossless, lambda f, **m: image(f, run_lengths(4096**2), 4096, **m)),
    "RLE, too many frames": (RLELossless, lambda f, **m: image(f, run_lengths(4096), 64, 0x7FFFFFFF, **m)),
    "deflated frame": (DEFLATED_IMAGE_FRAME, lambda f, **m: image(f, zeros(256 * MIB), 64, **m)),
    "lying fragment": (JPEG2000Lossless, lying_fragment),
    "private items": (DeflatedExplicitVRLittleEndian, many_private_items),
    "endless": (ExplicitVRLittleEndian, endless),
}
LIES = {"JPEG, widest", "JPEG, wider than declared", "JPEG 2000, wider than declared", "RLE, wide"}
LIES |= {"RLE, too many frames", "lying fragment", "endless"}
"""What no decoder makes an image of; of the others a fast machine may, within the limits of time and memory."""


@pytest.mark.slow
def test_a_bomb_for_any_decoder_is_kept_and_has_its_end(running_service, tmp_path):
    workers = {"count": 1, "decode_memory_mb": 1024, "decode_timeout_s": 5}
    service = running_service(workers=workers, completion={"quiet_s": 0.5})
    for number, (syntax, make) in enumerate(HOSTILE.values()):
        uid, path = f"1.2.3.{number + 1}", tmp_path / f"{number}.dcm"
        data = make(tmp_path, SOPInstanceUID=uid, StudyInstanceUID=f"1.2.4.{number + 1}")
        path.write_bytes(file_head(CTImageStorage, uid, syntax) + data)
        association = associate(service.port, build_context(CTImageStorage, syntax))
        assert association.send_c_store(path).Status == SUCCESS
        association.release()
    service.wait_until_idle(120)
    with service.database() as database:
        assert len(arrivals(database.arrivals)) == len(HOSTILE)
        register = database.register
        filed = {m.arrival_id for entry in register.entries() for m in register.members(entry.key)}
        told = {problem.arrival_id: problem.cause for problem in database.arrivals.problems()}
    assert filed | set(told) == set(range(1, len(HOSTILE) + 1)), "each has an outcome"
    assert {name for number, name in enumerate(HOSTILE, 1) if number in told} >= LIES
    assert all(told.values()), "each that is not decoded has its cause"
    assert len(service.files) == len(HOSTILE)
    assert answers(service.port)
    assert peak_mib(service.process.pid) < 400
    assert service.stop() == 0
