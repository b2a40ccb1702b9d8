"""The package recordlinkage over the same candidates: Jaro-Winkler features, weights by its ECM classifier."""

import warnings
from collections.abc import Mapping
from importlib.util import find_spec

from benchmarks.linkage_parts.febrl import Pair, Record

THRESHOLDS = {"name": 0.85, "number": 0.85}


def why_absent() -> str:
    """Say why recordlinkage can not be measured; empty where it can."""
    return "" if find_spec("recordlinkage") else "the package recordlinkage is not installed"


def score(records: Mapping[str, Record], candidates: list[Pair], kinds: Mapping[str, str]) -> dict[Pair, float]:
    """Return the log2 odds that its classifier gives each candidate.

    The classifier takes agreement as yes or no; missing values count as disagreement there, as its guide has it.

    Args:
        records: by identifier; absent values are empty.
        candidates: pairs to classify.
        kinds: ``name``, ``date`` or ``number`` by attribute.
    """
    import numpy as np
    import pandas as pd
    import recordlinkage as rl

    table = pd.DataFrame.from_dict(dict(records), orient="index").replace("", None)
    pairs = pd.MultiIndex.from_tuples(candidates)
    compare = rl.Compare()
    for attribute, kind in kinds.items():
        if kind == "date":
            compare.exact(attribute, attribute, label=attribute)
        else:
            method = "jarowinkler" if kind == "name" else "damerau_levenshtein"
            compare.string(attribute, attribute, method=method, threshold=THRESHOLDS[kind], label=attribute)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of pandas, about how recordlinkage uses it
        features = compare.compute(pairs, table)
        classifier = rl.ECMClassifier(binarize=None)
        classifier.fit(features)
        odds = classifier.prob(features)
    odds = np.clip(odds.to_numpy(), 1e-12, 1 - 1e-12)
    # The classifier rounds to 0 and 1; the sum of its weights ranks what it can not tell apart.
    weights = features.to_numpy() @ np.array([classifier.log_weights[name][1] - classifier.log_weights[name][0]
                                              for name in features.columns])  # fmt: skip
    bits = np.log2(odds / (1 - odds)) + 1e-6 * weights
    return dict(zip(candidates, bits.tolist(), strict=True))
