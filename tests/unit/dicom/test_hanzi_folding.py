"""Chinese names are compared in one script, and no surname becomes another one."""

import pytest

from pacs_dedup.dicom.hanzi_folding import FOLDING
from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import DecodedText
from pacs_dedup.domain.patients.names import compare_names


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("陳大文", "陈大文"), ("吳秀芳", "吴秀芳"), ("衞峯", "卫峰"), ("鍾淸敎", "钟清教"), ("溫啓強", "温启强")],
)
def test_traditional_and_variant_forms_fold_to_simplified(traditional: str, simplified: str) -> None:
    assert traditional.translate(FOLDING) == simplified


@pytest.mark.parametrize("name", ["后羿", "范冰", "余秋", "岳飞", "陈大文"])
def test_what_is_simplified_already_stays(name: str) -> None:
    assert name.translate(FOLDING) == name


def test_folding_twice_is_folding_once() -> None:
    for folded in FOLDING.values():
        assert chr(folded).translate(FOLDING) == chr(folded)


def test_one_person_in_two_scripts_and_two_romanisations_has_one_name() -> None:
    names = [parse_person_name(DecodedText(written)) for written in ("NG^SAU FONG=吳^秀芳", "WU^XIUFANG=吴^秀芳")]
    assert compare_names(*names)[0] == "han_exact"
