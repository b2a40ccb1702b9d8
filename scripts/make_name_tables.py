"""Write pacs_dedup/domain/patients/names/tables_*.py: how Chinese characters are read in Cantonese and in Mandarin.

Names in hanzi, in Hong Kong spelling and in Pinyin are compared by these readings. Readings come from ToJyutping
(BSD-2-Clause) and pypinyin (MIT); as family names some characters are read otherwise than both say, which
`SURNAME_READINGS` mends. The product itself needs neither package.

    .venv/bin/python scripts/make_name_tables.py          # writes the tables (after make install-bench)
    .venv/bin/python scripts/make_name_tables.py --check  # fails where they are not up to date
"""

import hashlib
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pypinyin
import ToJyutping

sys.path.insert(0, str(Path(__file__).parents[1]))
from pacs_dedup.dicom.hanzi_folding import FOLDING

TARGET = Path(__file__).parents[1] / "pacs_dedup/domain/patients/names"
IDEOGRAPHS = [chr(code) for block in (range(0x3400, 0x4DC0), range(0x4E00, 0xA000)) for code in block]
STROKES = "\u4e36\u4e3f"
"""Not of names, and easily read as slashes in the tables."""
ROW_CHARACTERS = 108
OTHER_READINGS = 2
"""How many readings after the first are kept; the rest are of dictionaries, not of names."""

HUNDRED_FAMILIES = """
赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳
酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞
熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓
郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁
仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰
郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃
利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公
"""
"""The single surnames of the Hundred Family Surnames, a primer of the Song dynasty."""
FURTHER_SURNAMES = """
朴伦冼邝区佘揭麦丘禤肖付代候仝占苑原粟卿税帅涂岳邸谌迟覃植盘练闫
闻楼来岩苟鄢佟商牟阳归岑谯墨哈年爱福晋楚法汝钦亓况有琴
"""
COMPOUND_SURNAMES = """
欧阳 司徒 上官 诸葛 司马 夏侯 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 轩辕 端木 南宫 钟离 闾丘 万俟 赫连 澹台 淳于
单于 太叔 申屠 仲孙 鲜于 司空 独孤 呼延 百里 东郭 西门 濮阳 公羊 公冶 宗政 拓跋 第五 左丘 梁丘 闻人
"""
SURNAME_READINGS = """
曾 zang zeng|单 sin shan|仇 kau,sau qiu|区 au ou|解 haai,gaai xie|查 zaa zha|翟 zaak zhai|覃 cam,taam qin,tan
朴 pok piao|盖 goi,gap gai,ge|乐 ngok,lok yue,le|缪 miu miao|员 wan yun|任 jam ren|华 waa hua|宁 ning ning
燕 jin yan|逄 pong pang|令 ling ling|隗 wai,ngai wei,kui|郗 ci,hei xi,chi|谌 sam chen,shen|卜 buk bu|冼 sin xian
佘 se she|车 ce che|葛 got ge|应 jing ying|纪 gei ji|石 sek shi|沈 sam shen|盛 sing sheng|曲 kuk qu|邵 siu shao
召 siu shao|薛 sit xue|费 fai,bei fei|於 jyu yu|岳 ngok yue|伍 ng wu|吴 ng wu|柏 paak,baak bai,bo|尉 wai,wat wei,yu
种 cung chong|尹 wan yin|屈 wat qu|褚 cyu chu|冯 fung feng|禤 hyun xuan|长 coeng,zoeng zhang|俟 kei,zi qi,si
万 maan,mak wan,mo|贾 gaa jia|钭 dau tou|训 fan xun|洗 sin xian|重 cung chong|秘 bei bi|繁 po po|祭 zaai zhai
佴 nei nai|宓 mat,fuk mi|能 nang neng|那 naa na|区 au ou|余 jyu yu|沙 saa sha|郑 zeng zheng|钟 zung zhong
范 faan fan|叶 jip ye|干 gon gan|丰 fung feng|只 zek zhi|台 toi tai|征 zing zheng|谷 guk gu|游 jau you|占 zim zhan
肖 siu,ciu xiao|付 fu fu|卢 lou lu|芦 lou lu|涂 tou tu|欧 au ou|阳 joeng yang|庄 zong zhuang|岑 sam,cam cen
洪 hung hong
"""
"""Character, Jyutping and Pinyin of family names: all that counts in first place, whatever the packages say."""


def main() -> None:
    """Write the tables, or with ``--check`` say whether the files are what would be written."""
    stale = []
    for name, content in tables().items():
        path = TARGET / f"{name}.py"
        if "--check" not in sys.argv[1:]:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(path.name)
    if stale:
        sys.exit(f"not what this script makes: {', '.join(stale)}; run it without --check")


def tables() -> dict[str, str]:
    """Return the text of every generated module by its name."""
    common, rare = _characters()
    return {
        "tables_jyutping_common": _module("Jyutping readings of common characters", _grouped(common, jyutping)),
        "tables_jyutping_rare": _module("Jyutping readings of rare characters", _grouped(rare, jyutping, others=0)),
        "tables_pinyin_common": _module("Pinyin readings of common characters", _grouped(common, pinyin)),
        "tables_pinyin_rare": _module("Pinyin readings of rare characters", _grouped(rare, pinyin, others=0)),
        "tables_surnames": _surnames(),
    }


def jyutping(character: str) -> list[str]:
    """Return the Cantonese readings without tones, the usual one first."""
    (_, found), *_ = ToJyutping.get_jyutping_candidates(character)
    return _distinct(reading.rstrip("123456") for reading in found or ())


def pinyin(character: str) -> list[str]:
    """Return the Mandarin readings without tones, the usual one first; ``v`` for the umlaut."""
    (found,) = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True, v_to_u=False)
    return _distinct(reading for reading in found if re.search("[aeiouv]", reading))


def _characters() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return common and rare characters, simplified, each with all the forms of the same rank that fold to it.

    Common are level 1 of Big5 and of GB 2312, the some 5,300 in daily use; rare the rest of Big5 with the Hong Kong
    Supplementary Character Set, and of GB 2312.
    """
    common: defaultdict[str, list[str]] = defaultdict(list)
    rare: defaultdict[str, list[str]] = defaultdict(list)
    for form in (form for form in IDEOGRAPHS if form not in STROKES):
        if _row(form, "gb2312") in range(0xB0, 0xD8) or _row(form, "big5") in range(0xA4, 0xC7):
            common[form.translate(FOLDING)].append(form)
        elif _row(form, "gb2312") or _row(form, "big5hkscs"):
            rare[form.translate(FOLDING)].append(form)
    return common, {folded: forms for folded, forms in rare.items() if folded not in common}


def _row(character: str, encoding: str) -> int:
    try:
        return character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0


def _grouped(
    characters: dict[str, list[str]], read: Callable[[str], list[str]], others: int = OTHER_READINGS
) -> list[str]:
    """Return one word per syllable: the syllable, its characters, a slash, characters that are also read so."""
    first: defaultdict[str, list[str]] = defaultdict(list)
    further: defaultdict[str, list[str]] = defaultdict(list)
    for folded, forms in sorted(characters.items()):
        readings = [found for form in (folded, *forms) if (found := read(form))]
        usual = _distinct(found[0] for found in readings)
        for syllable in usual:
            first[syllable].append(folded)
        for syllable in _distinct(s for found in readings for s in found[1 : 1 + others]):
            if syllable not in usual:
                further[syllable].append(folded)
    return [
        s + "".join(first[s]) + ("/" + "".join(further[s]) if s in further else "") for s in sorted({*first, *further})
    ]


def _surnames() -> str:
    singles = "".join(sorted(set("".join(HUNDRED_FAMILIES.split()) + "".join(FURTHER_SURNAMES.split()))))
    readings = _distinct(re.split(r"[|\n]", SURNAME_READINGS.strip()))
    body = _constant("SINGLE", "Family names of one character", singles)
    body += _constant("COMPOUND", "Family names of two characters", " ".join(COMPOUND_SURNAMES.split()))
    body += _constant(
        "READINGS", "Character, Jyutping, Pinyin: how it is read as a family name only", "|".join(readings)
    )
    return _with_header("Chinese family names, folded to simplified", body)


def _module(title: str, groups: list[str]) -> str:
    meaning = "Syllable, its characters, a slash, characters that are also read so"
    return _with_header(title, _constant("GROUPS", meaning, " ".join(groups)))


def _constant(name: str, meaning: str, text: str) -> str:
    return f'{name}: Final = (\n{_rows(text)})\n"""{meaning}."""\n'


def _with_header(title: str, body: str) -> str:
    digest = hashlib.sha256(body.encode()).hexdigest()
    origin = f"Written by scripts/make_name_tables.py.\n\nSHA-256 of what follows the imports: {digest}"
    head = f'"""{title}. {origin}\n"""\n'
    return f"{head}\nfrom typing import Final\n\n{body}"


def _rows(text: str) -> str:
    """Wrap text in string literals of at most `ROW_CHARACTERS` columns, a hanzi counting two."""
    rows, row, width = [], "", 0
    for character in text:
        columns = 1 if character.isascii() else 2
        if width + columns > ROW_CHARACTERS:
            rows.append(row)
            row, width = "", 0
        row, width = row + character, width + columns
    return textwrap.indent("".join(f'"{one}"\n' for one in (*rows, row)), "    ")


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


if __name__ == "__main__":
    main()
