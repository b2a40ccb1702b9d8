"""Names from files that declare their character set rightly, wrongly or not at all; each case is a file's bytes."""

from pathlib import Path

import pytest

from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.patients.identity import PatientIdentity
from tests.images import image_dataset, textured, write

HUI = "HUI^CHI FUNG=許^志峰"
CHAN = "CHAN^TAI MAN=陳^大文"
ZHANG = "Zhang^XiaoDong=张^小东"
IR_58 = b"Zhang^XiaoDong=\x1b$)A" + "张^".encode("gb2312") + b"\x1b$)A" + "小东=".encode("gb2312")


def read(folder: Path, name: bytes, charset: str) -> PatientIdentity:
    """Write a file with these bytes as the name, and read who its patient is."""
    name += b" " * (len(name) % 2)
    stand_in = b"X" * len(name)
    dataset = image_dataset(textured(), PatientName=stand_in.decode())
    if charset:
        dataset.SpecificCharacterSet = charset.split("\\")
    path = write(dataset, folder / "image.dcm")
    path.write_bytes(path.read_bytes().replace(stand_in, name))
    return read_patient(open_dataset(path))


@pytest.mark.parametrize(
    ("raw", "charset", "hanzi"),
    [
        (CHAN.encode(), "ISO_IR 192", "陈大文"),
        (CHAN.encode("gb18030"), "GB18030", "陈大文"),
        (ZHANG.encode("gbk"), "GBK", "张小东"),
        (IR_58, "\\ISO 2022 IR 58", "张小东"),
        (IR_58, "ISO 2022 IR 6\\ISO 2022 IR 58", "张小东"),
        (HUI.encode("gb18030"), "GB18030", "许志峰"),
        ("瞢^犇骉".encode("gb18030"), "GB18030", "瞢犇骉"),
    ],
)
def test_a_declared_character_set_is_believed(tmp_path: Path, raw: bytes, charset: str, hanzi: str) -> None:
    found = read(tmp_path, raw, charset)
    assert found.name.hanzi == hanzi
    assert not found.repaired
    assert not found.name.unreadable
    assert "\x1b" not in found.display_name


@pytest.mark.parametrize("charset", ["", "ISO_IR 100", "GB18030", "ISO_IR 192", "ISO_IR 6"])
@pytest.mark.parametrize("name", [CHAN, HUI])
def test_big5_is_read_whatever_is_declared(tmp_path: Path, name: str, charset: str) -> None:
    found = read(tmp_path, name.encode("big5"), charset)
    assert found.display_name.strip() == name
    assert found.repaired
    assert found.name.words == tuple(name.partition("=")[0].replace("^", " ").split())


def test_big5_is_read_where_it_is_declared_though_no_term_for_it_exists(tmp_path: Path) -> None:
    assert read(tmp_path, HUI.encode("big5"), "BIG5").name.hanzi == "许志峰"


@pytest.mark.parametrize(
    ("name", "hanzi"),
    [("FUNG^FUNG=馮^峯", "冯峰"), ("CHAN^SUN=陳^燊", "陈燊"), ("LEE^KWAN=李^堃", "李堃"), ("WONG^CHIT=黃^喆", "黄喆")],
)
@pytest.mark.parametrize("charset", ["", "ISO_IR 100"])
def test_characters_of_the_hong_kong_supplement_are_read(tmp_path: Path, name: str, hanzi: str, charset: str) -> None:
    assert read(tmp_path, name.encode("big5hkscs"), charset).name.hanzi == hanzi


@pytest.mark.parametrize("charset", ["", "ISO_IR 100"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
def test_simplified_names_without_their_label_are_read(tmp_path: Path, encoding: str, charset: str) -> None:
    found = read(tmp_path, ZHANG.encode(encoding), charset)
    assert (found.name.hanzi, found.repaired) == ("张小东", True)


@pytest.mark.parametrize("name", ["MÜLLER^JÜRGEN", "GARCÍA^JOSÉ", "SØRENSEN^ÅSE", "PEÑA^MARÍA", "BJÖRK^ÉVA"])
@pytest.mark.parametrize("charset", ["", "ISO_IR 100"])
def test_european_names_stay_what_they_are(tmp_path: Path, name: str, charset: str) -> None:
    found = read(tmp_path, name.encode("latin-1"), charset)
    assert found.display_name.strip() == name
    assert (found.name.hanzi, found.repaired) == ("", False)


def test_what_is_lost_is_unreadable_and_what_is_left_is_kept(tmp_path: Path) -> None:
    found = read(tmp_path, b"CHAN^TAI MAN=??^????", "")
    assert found.name.unreadable
    assert found.name.words == ("CHAN", "TAI", "MAN")
    assert not found.repaired
