"""Figures as tables in Markdown: the same text on the terminal and in the documentation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.measure import table
from benchmarks.scoring.rival_metrics import OURS

Figures = Mapping[str, Any]
_NOTHING = "-"


def recall_table(recalls: Figures) -> str:
    """Write recall by transform or by sort."""
    header = [
        "copies",
        "n",
        "found",
        "lower bound",
        "several series",
        "one series",
        "single radiographs",
        "other single images",
        "named rightly",
        "search / judgement missed",
    ]
    rows = [[name, *_recall(told)] for name, told in recalls.items()]
    return table(header, rows)


def _recall(told: Figures) -> list[str]:
    return [
        f"{told['found']['trials']:,}",
        share(told["found"]),
        lower(told["found"]),
        counted(told["studies"]),
        counted(told["series"]),
        counted(told["radiographs"]),
        counted(told["images"]),
        share(told["named"]),
        f"{told['not_searched']}, {told['not_judged']}",
    ]


def promise_table(promises: Figures) -> str:
    """Write what must never, or always, happen, with all bounds."""
    header = [
        "what",
        "pairs",
        "subjects",
        "hits",
        "exact bounds",
        "subjects resampled",
        "3/n",
        "by subject, upper",
    ]
    return table(header, [[name, *_bounded(told)] for name, told in promises.items()])


def _bounded(told: Figures) -> list[str]:
    if not told["trials"]:
        return ["0", *[_NOTHING] * 6]
    three = _NOTHING if told["rule_of_three"] is None else percent(told["rule_of_three"])
    return [
        f"{told['trials']:,}",
        str(told["subjects"]),
        str(told["hits"]),
        f"{percent(told['lower'])} to {percent(told['upper'])}",
        f"{percent(told['resampled_lower'])} to {percent(told['resampled_upper'])}",
        three,
        percent(told["subjects_upper"]),
    ]


def negative_table(negatives: Figures) -> str:
    """Write false copies and wrong holds by kind of negative."""
    header = ["negatives", "pairs", "subjects", "false copies", "upper bound", "by subject, upper", "held wrongly"]
    rows = [
        [
            kind,
            f"{told['false_copies']['trials']:,}",
            str(told["false_copies"]["subjects"]),
            str(told["false_copies"]["hits"]),
            percent(told["false_copies"]["upper"]),
            percent(told["false_copies"]["subjects_upper"]),
            str(told["false_holds"]["hits"]),
        ]
        for kind, told in negatives.items()
    ]
    return table(header, rows)


def rival_table(rivals: Figures) -> str:
    """Write every rule's recall by sort of copy, and its false copies by kind of negative."""
    names = [*(n for n in rivals if n != OURS), OURS]
    header = ["", *(_with_threshold(name, rivals[name]) for name in names)]
    sorts = [f"found: {sort}" for sort in rivals[OURS]["found"]]
    kinds = [f"false: {kind}" for kind in rivals[OURS]["false"]]
    rows = [[s, *(share(rivals[n]["found"][s.removeprefix("found: ")]) for n in names)] for s in sorts]
    rows += [[k, *(share(rivals[n]["false"][k.removeprefix("false: ")]) for n in names)] for k in kinds]
    rows.append(["F1 of all", *(f"{rivals[name]['f1']:.3f}" for name in names)])
    return table(header, rows)


def _with_threshold(name: str, told: Figures) -> str:
    return name if told["threshold"] is None else f"{name}, up to {told['threshold']:.0f} bits"


def confusion_table(confusion: Figures) -> str:
    """Write what was said (columns) of what was expected (rows); columns that nobody used are left out."""
    said = sorted({name for row in confusion.values() for name in row})
    rows = [[expected, *(str(row.get(name, "")) for name in said)] for expected, row in confusion.items()]
    return table(["expected \\ said", *said], rows)


def calibration_table(bands: Figures, what: str, counted: str) -> str:
    """Write the share of verdicts in each band of which something holds."""
    rows = [[band, f"{told['said']:,}", share(told["share"]), _between(told["share"])] for band, told in bands.items()]
    return table([what, "pairs", counted, "exact bounds"], rows)


def plain_table(header: Sequence[str], told: Mapping[str, object]) -> str:
    """Write names and values."""
    return table(header, [[name, str(value)] for name, value in told.items()])


def share(rate: Figures) -> str:
    """Write a rate in per cent, or that there was nothing to count."""
    return percent(rate["hits"] / rate["trials"]) if rate["trials"] else _NOTHING


def counted(rate: Figures) -> str:
    """Write a rate with its count."""
    return f"{share(rate)} of {rate['trials']:,}" if rate["trials"] else _NOTHING


def lower(rate: Figures) -> str:
    """Write the lower of the exact bound and of the one by resampling subjects."""
    return percent(min(rate["lower"], rate["resampled_lower"])) if rate["trials"] else _NOTHING


def percent(value: float) -> str:
    """Write a share in per cent, with as many digits as small ones need; 100 % is all, never almost all."""
    if 0 < value < 0.001:
        return f"{100 * value:.3g} %"
    text = f"{100 * value:.1f}"
    return "> 99.9 %" if text == "100.0" and value < 1 else f"{text.removesuffix('.0')} %"


def _between(rate: Figures) -> str:
    return f"{percent(rate['lower'])} to {percent(rate['upper'])}"


def joined(words: Iterable[object]) -> str:
    """Write a list in one line."""
    return ", ".join(map(str, words))
