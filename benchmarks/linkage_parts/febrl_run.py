"""Every method on every FEBRL set; one row each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.linkage_parts import recordlinkage_peer, splink_peer
from benchmarks.linkage_parts.febrl import ATTRIBUTES, NAMES, Dataset, Pair, Record, blocking_keys, candidates
from benchmarks.linkage_parts.metrics import Accuracy, Scored, accuracy
from benchmarks.linkage_parts.register import OURS, TUTORIAL, fit
from pacs_dedup.domain.patients.comparison import compare_patients
from pacs_dedup.domain.patients.identity import PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.tier import search_among

TARGETS = {"FULL": (0.9998, 0.9998), "PACS": (0.9922, 0.9834), "NOID": (0.9596, 0.8172)}
"""Asked of FEBRL 4: best F1, and recall at a precision of 0.999; the best of three earlier methods."""
KINDS = {
    "given_name": "name",
    "surname": "name",
    "date_of_birth": "date",
    "soc_sec_id": "number",
    "street_number": "exact",
    "postcode": "number",
}
Scores = Mapping[Pair, float]


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one method on one set with some attributes."""

    number: int
    attributes: str
    method: str
    accuracy: Accuracy


def run(data: Dataset, label: str) -> Iterator[Row]:
    """Let every installed method score one FEBRL set."""
    pairs = candidates(data, ATTRIBUTES[label])
    for method, scored in METHODS.items():
        scores = scored(data, label, pairs)
        if scores is None:
            continue
        found = [Scored(scores[pair], pair in data.truths) for pair in pairs if pair in scores]
        yield Row(data.number, label, method, accuracy(found, len(data.truths)))


def _ours(data: Dataset, label: str, pairs: list[Pair]) -> Scores:
    model = fit(OURS, data, ATTRIBUTES[label], pairs)
    return {(a, b): model.bits(data.records[a], data.records[b]) for a, b in pairs}


def _tutorial(data: Dataset, label: str, pairs: list[Pair]) -> Scores:
    model = fit(TUTORIAL, data, ATTRIBUTES[label], pairs)
    return {(a, b): model.bits(data.records[a], data.records[b]) for a, b in pairs}


def _as_shipped(data: Dataset, label: str, pairs: list[Pair]) -> Scores | None:
    """Score by `compare_patients` with the weights for Hong Kong; it knows neither house numbers nor postcodes."""
    if label == "FULL":
        return None
    people = {key: _identity(record, label) for key, record in data.records.items()}
    prior = search_among(len(data.sides[1])).prior_bits
    return {(a, b): compare_patients(people[a], people[b]).bits + prior for a, b in pairs}


def _identity(record: Record, label: str) -> PatientIdentity:
    family, given = (tuple(record[name].upper().split()) for name in ("surname", "given_name"))
    number = record["soc_sec_id"] if label == "PACS" else ""
    ids = (PatientId(number, "FEBRL"),) if number else ()
    return PatientIdentity(ids, PersonNameParts(family, given, family_known=True), record["date_of_birth"])


def _equal(data: Dataset, label: str, pairs: list[Pair]) -> Scores:
    """Link by a rule: equal names and birth date, or an equal number."""
    return {pair: 1.0 for pair in pairs if _rule(*(data.records[key] for key in pair), label)}


def _rule(a: Record, b: Record, label: str) -> bool:
    named = all(a[name] == b[name] != "" for name in (*NAMES, "date_of_birth"))
    return named or (label != "NOID" and a["soc_sec_id"] == b["soc_sec_id"] != "")


def _recordlinkage(data: Dataset, label: str, pairs: list[Pair]) -> Scores | None:
    if recordlinkage_peer.why_absent():
        return None
    kinds = {name: "date" if KINDS[name] == "exact" else KINDS[name] for name in ATTRIBUTES[label]}
    return recordlinkage_peer.score(data.records, pairs, kinds)


def _splink(data: Dataset, label: str, pairs: list[Pair]) -> Scores | None:
    if splink_peer.why_absent():
        return None
    known = set(pairs)
    found = splink_peer.predict(splink_peer.make_linker(splink_task(data, label)))
    return {pair: bits for pair, bits in found.items() if pair in known}


def splink_task(data: Dataset, label: str) -> splink_peer.Task:
    """Describe a FEBRL set to Splink; every family of blocking keys is a column."""
    attributes = ATTRIBUTES[label]
    sides = data.sides[:1] if data.sides[0] == data.sides[1] else data.sides
    tables = [[_splink_row(key, data.records[key], attributes) for key in side] for side in sides]
    blocking = sorted({column for table in tables for row in table for column in row if column.startswith("key_")})
    complete = [[dict.fromkeys(blocking) | row for row in table] for table in tables]
    same = [" and ".join(f"l.{name} = r.{name}" for name in (*NAMES, "date_of_birth"))]
    same += ["l.soc_sec_id = r.soc_sec_id"] if "soc_sec_id" in attributes else []
    training = ["date_of_birth", "postcode"] if label == "FULL" else ["date_of_birth", "surname", "given_name"]
    return splink_peer.Task(complete, {name: KINDS[name] for name in attributes}, blocking, same, training)


def _splink_row(key: str, record: Record, attributes: tuple[str, ...]) -> splink_peer.Row:
    row: splink_peer.Row = {"unique_id": key} | {name: record[name] or None for name in attributes}
    for found in blocking_keys(record, attributes):
        kind = "_".join((found[0], *found[2:3])) if found[0] in ("family", "given") else found[0]
        row[f"key_{kind}"] = "|".join(found)
    return row


METHODS: Mapping[str, Callable[[Dataset, str, list[Pair]], Scores | None]] = {
    "pacs_dedup": _ours,
    "pacs_dedup, weights for Hong Kong": _as_shipped,
    "Fellegi-Sunter by hand, Jaro-Winkler": _tutorial,
    "Splink 5": _splink,
    "recordlinkage, ECM": _recordlinkage,
    "equal name and birth date, or number": _equal,
}
