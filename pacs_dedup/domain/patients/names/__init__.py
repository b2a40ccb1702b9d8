"""Names as Hong Kong and its neighbours write them: order, spacing, English names, hanzi, two romanisations.

Start with `compare_names`; `levels` says what a comparison can come to.
"""

from pacs_dedup.domain.patients.names.compare import compare_names, compare_names_of
from pacs_dedup.domain.patients.names.keys import name_keys
from pacs_dedup.domain.patients.names.levels import CONTRADICTING, SENTENCES, NameLevel

__all__ = ["CONTRADICTING", "SENTENCES", "NameLevel", "compare_names", "compare_names_of", "name_keys"]
