import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import DecodedText, decode_text, read_text
from tests.images import image_dataset, textured

NAME = "CHAN^TAI MAN=陳^大文"


@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        (NAME.encode(), ("ISO_IR 192",)),
        (NAME.encode("gb18030"), ("GB18030",)),
        (NAME.encode("gbk"), ("GBK",)),
    ],
)
def test_declared_character_sets_are_taken_at_their_word(raw: bytes, declared: tuple[str, ...]) -> None:
    assert decode_text(raw, declared) == DecodedText(NAME)


def test_escape_sequences_of_gb_2312_do_not_stay_in_the_text() -> None:
    raw = b"Zhang^XiaoDong=\x1b$)A" + "张".encode("gb2312") + b"^\x1b$)A" + "小东".encode("gb2312") + b"="
    assert decode_text(raw, ("", "ISO 2022 IR 58")).text == "Zhang^XiaoDong=张^小东="


@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        (NAME.encode("big5"), ()),
        (NAME.encode("big5"), ("ISO_IR 100",)),
        (NAME.encode("big5"), ("GB18030",)),
        (NAME.encode("big5"), ("ISO_IR 192",)),
        (NAME.encode(), ()),
        (NAME.encode(), ("ISO_IR 100",)),
    ],
)
def test_wrongly_declared_chinese_is_repaired(raw: bytes, declared: tuple[str, ...]) -> None:
    assert decode_text(raw, declared) == DecodedText(NAME, repaired=True)


def test_gbk_under_latin_1_is_repaired() -> None:
    assert decode_text("ZHANG^WEI=张^伟".encode("gbk"), ("ISO_IR 100",)).text == "ZHANG^WEI=张^伟"


def test_a_big5_character_with_a_backslash_in_it_stays_whole() -> None:
    dataset = image_dataset(textured())
    dataset.add_new(0x00100010, "PN", "")
    raw = dataset.get_item(0x00100010)
    assert raw is not None
    decoded = decode_text("HUI^CHI FUNG=許^志峰".encode("big5"), ())
    assert decoded == DecodedText("HUI^CHI FUNG=許^志峰", repaired=True)


@pytest.mark.parametrize("name", ["MÜLLER^JÜRGEN", "GARCÍA^JOSÉ", "SØRENSEN^ÅSE", "JÄGER^ÄNNE", "LEFÈVRE^ANNE-LISE"])
def test_european_names_are_left_alone(name: str) -> None:
    assert decode_text(name.encode("latin-1"), ("ISO_IR 100",)) == DecodedText(name)


def test_lost_characters_are_admitted() -> None:
    found = decode_text(b"CHAN^TAI MAN=??^????", ())
    assert found.unreadable
    assert not found.repaired
    name = parse_person_name(found)
    assert name.unreadable
    assert name.words == ("CHAN", "TAI", "MAN")


def test_an_element_that_is_absent_reads_as_nothing() -> None:
    dataset = image_dataset(textured())
    assert read_text(dataset, 0x00101001) == DecodedText("")


@pytest.mark.parametrize(
    ("written", "family", "given", "known"),
    [
        ("CHAN^TAI MAN", ("CHAN",), ("TAI", "MAN"), True),
        ("Chan, Tai-man", ("CHAN",), ("TAI", "MAN"), True),
        ("Peter CHAN Tai-man", ("CHAN",), ("PETER", "TAI", "MAN"), True),
        ("CHAN TAI MAN", (), ("CHAN", "TAI", "MAN"), False),
        ("CHAN^TAI MAN^PETER", ("CHAN",), ("TAI", "MAN", "PETER"), True),
        ("AU YEUNG^CHUN", ("AU", "YEUNG"), ("CHUN",), True),
        ("O'BRIEN^MRS MARY", ("OBRIEN",), ("MARY",), True),
        ("MÜLLER^ZOË^^DR", ("MULLER",), ("ZOE",), True),
        ("ＣＨＡＮ^ＴＡＩ", ("CHAN",), ("TAI",), True),  # noqa: RUF001 - full-width letters are the case
    ],
)
def test_names_are_taken_apart_by_what_their_format_tells(
    written: str, family: tuple[str, ...], given: tuple[str, ...], known: bool
) -> None:
    found = parse_person_name(DecodedText(written))
    assert (found.family, found.given, found.family_known) == (family, given, known)


@pytest.mark.parametrize(
    ("written", "hanzi"), [(NAME, "陈大文"), ("陈大文", "陈大文"), ("陈^大文", "陈大文"), ("CHAN^TAI MAN", "")]
)
def test_chinese_characters_are_found_in_any_component_group(written: str, hanzi: str) -> None:
    assert parse_person_name(DecodedText(written)).hanzi == hanzi


@pytest.mark.parametrize(
    "written", ["UNKNOWN^MALE A", "BABY OF CHAN SIU LING", "BB CHAN", "ANONYMOUS", "TEST^PATIENT", "Anon01"]
)
def test_names_that_stand_for_nobody_are_placeholders(written: str) -> None:
    found = parse_person_name(DecodedText(written))
    assert found.placeholder
    assert not found


def test_a_real_name_is_no_placeholder() -> None:
    assert parse_person_name(DecodedText("TESTINO^MARIO=")).words == ("TESTINO", "MARIO")


@pytest.mark.parametrize(("declared", "assumed"), [(None, "ISO_IR 144"), ("ISO_IR 144", "GB18030")])
def test_the_site_s_character_set_holds_only_where_the_header_names_none(declared: str | None, assumed: str) -> None:
    dataset = image_dataset(textured())
    if declared:
        dataset.SpecificCharacterSet = declared
    name = "ШЩЮЯ"
    raw, tag = name.encode("iso8859-5"), Tag(0x00100010)
    dataset[tag] = RawDataElement(tag, "PN", len(raw), raw, 0, is_implicit_VR=False, is_little_endian=True)
    assert read_text(dataset, tag, assumed).text == name
    assert decode_text(raw, ()).text != name
