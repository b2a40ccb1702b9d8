"""Names as Hong Kong and its neighbours write them: order, spacing, English names, hanzi, two romanisations.

Start with `compare_names`; `levels` says what a comparison can come to and what it weighs.
"""

from pacs_dedup.domain.names.compare import compare_names, compare_names_of
from pacs_dedup.domain.names.keys import name_key, name_keys
from pacs_dedup.domain.names.levels import CONTRADICTING, LEVELS, NameLevel

__all__ = ["CONTRADICTING", "LEVELS", "NameLevel", "compare_names", "compare_names_of", "name_key", "name_keys"]
