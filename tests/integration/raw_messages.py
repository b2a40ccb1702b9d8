"""PDUs and messages written by hand, for senders that do what no library lets them."""

from pydicom.uid import CTImageStorage

P_DATA, FIRST_FRAGMENT_OF_A_COMMAND = b"\x04\x00", b"\x01"
LAST_FRAGMENT_OF_A_COMMAND, FRAGMENT_OF_A_DATA_SET, LAST_FRAGMENT_OF_A_DATA_SET = b"\x03", b"\x00", b"\x02"


def fragment(data, control=FIRST_FRAGMENT_OF_A_COMMAND):
    """Encode a P-DATA-TF PDU with one value in presentation context 1 (PS3.8 9.3.5)."""
    value = b"\x01" + control + data
    return P_DATA + (4 + len(value)).to_bytes(4, "big") + len(value).to_bytes(4, "big") + value


def command():
    """Encode the command set of a C-STORE request (PS3.7 9.3.1.1, E.1), implicit VR little endian."""
    elements = [
        (0x0002, CTImageStorage.encode() + b"\x00" * (len(CTImageStorage) % 2)),
        (0x0100, b"\x01\x00"),
        (0x0110, b"\x01\x00"),
        (0x0700, b"\x00\x00"),
        (0x0800, b"\x00\x00"),
        (0x1000, b"1.2.3\x00"),
    ]
    body = b"".join(
        b"\x00\x00" + number.to_bytes(2, "little") + len(value).to_bytes(4, "little") + value
        for number, value in elements
    )
    return b"\x00\x00\x00\x00" + (4).to_bytes(4, "little") + len(body).to_bytes(4, "little") + body
