"""Write pacs_dedup/dicom/hanzi_folding.py: each traditional or variant character with the simplified one it folds to.

Names are folded to simplified and never to traditional: 后, 范, 余 and 岳 are surnames of their own, which a conversion
to traditional turns into other characters. Needs the package ``opencc`` (Apache-2.0), which the product does not.

    pip install opencc && python scripts/make_hanzi_folding.py
"""

import textwrap
from pathlib import Path

import opencc

TARGET = Path(__file__).parents[1] / "pacs_dedup/dicom/hanzi_folding.py"
UNIFIED = range(0x4E00, 0x9FFF + 1)
VARIANTS = dict(zip("淸敎强啓廸溫煕濶眞靑", "清教强启迪温熙阔真青", strict=True))
"""Forms of one character that name registers use and the conversion leaves alone."""

HEAD = '''"""Chinese characters with the simplified forms they fold to. Written by scripts/make_hanzi_folding.py."""

from typing import Final

_FROM: Final = (
'''


def main() -> None:
    """Convert every unified ideograph by the Hong Kong tables and write down those that change."""
    converter = opencc.OpenCC("hk2s")
    folded = {c: converter.convert(c) for c in map(chr, UNIFIED)} | VARIANTS
    # Some characters fold to one that folds on: the end of the chain is what both must reach.
    ends = {c: folded.get(s, s) for c, s in folded.items()}
    pairs = [(c, s) for c, s in sorted(ends.items()) if len(s) == 1 and s != c]
    text = HEAD + _rows("".join(c for c, _ in pairs)) + ")\n_TO: Final = (\n" + _rows("".join(s for _, s in pairs))
    tail = ')\n\nFOLDING: Final = str.maketrans("".join(_FROM), "".join(_TO))\n"""For `str.translate`."""\n'
    TARGET.write_text(text + tail, encoding="utf-8")


def _rows(characters: str) -> str:
    return "".join(f'    "{row}",\n' for row in textwrap.wrap(characters, 50))


if __name__ == "__main__":
    main()
