"""Others on HK-synth: what ordinary parsing and string similarity make of the same headers.

They get an ordinary parser (caret, comma, else the last word is the family name) and the product's clean-up of
identifiers, and block on birth date, number, and beginnings of names with year or day of birth.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from benchmarks.linkage_parts import splink_peer
from benchmarks.linkage_parts.febrl import Dataset, Pair, Record, blocking_keys, candidates, ordered
from benchmarks.linkage_parts.hk_errors import Header
from benchmarks.linkage_parts.hk_synth import Population
from benchmarks.linkage_parts.metrics import Accuracy, Scored, accuracy
from benchmarks.linkage_parts.register import TUTORIAL, Attribute, fit
from pacs_dedup.dicom.patient_ids import patient_id
from pacs_dedup.domain.patients.identity import IdentifierKind

ATTRIBUTES = ("given_name", "surname", "date_of_birth", "soc_sec_id", "sex")
KINDS = {"given_name": "name", "surname": "name", "date_of_birth": "date", "soc_sec_id": "number", "sex": "exact"}
TOO_COMMON = "starts"
"""Beginnings of both names together are shared by thousands where a few syllables make all names."""


@dataclass(frozen=True, slots=True)
class PeerRow:
    """The figures of one method: over all pairs, and over those whose identifiers can not be compared."""

    method: str
    everything: Accuracy
    no_shared_id: Accuracy


def run(population: Population) -> Iterator[PeerRow]:
    """Let every installed method link the incoming records to the index."""
    data = dataset(population)
    pairs = candidates(data, ATTRIBUTES, leave_out=TOO_COMMON)
    for method, score in PEERS.items():
        scores = score(data, pairs)
        if scores is None:
            continue
        scored = [(pair, Scored(scores[pair], pair in data.truths)) for pair in pairs if pair in scores]
        apart = [each for pair, each in scored if not _comparable(data, pair)]
        apart_truths = sum(not _comparable(data, pair) for pair in data.truths)
        yield PeerRow(method, accuracy((each for _, each in scored), len(data.truths)), accuracy(apart, apart_truths))


def dataset(population: Population) -> Dataset:
    """Return both sides as an ordinary program would read them."""
    index = {f"i{place:06d}": _record(header) for place, header in enumerate(population.index)}
    incoming = {f"a{n:06d}": _record(record.header) for n, record in enumerate(population.incoming)}
    truths = frozenset(
        ordered(f"a{n:06d}", f"i{record.truth:06d}")
        for n, record in enumerate(population.incoming)
        if record.truth is not None
    )
    return Dataset(0, index | incoming, (tuple(index), tuple(incoming)), truths)


def _record(header: Header) -> Record:
    family, given = ordinary_name(header.name)
    number = patient_id(header.patient_id, header.issuer)
    scheme = "" if number is None else number.kind if number.kind is IdentifierKind.HKID else number.issuer
    return {
        "surname": family,
        "given_name": given,
        "date_of_birth": header.birth_date,
        "soc_sec_id": f"{scheme}:{number.value}" if number else "",
        "scheme": scheme,
        "sex": header.sex,
    }


def ordinary_name(name: str) -> tuple[str, str]:
    """Split a name as programs do that know nothing of Hong Kong."""
    text = name.split("=", maxsplit=1)[0].lower()
    if "^" in text:
        family, _, given = text.partition("^")
        return family, given.replace("^", " ").strip()
    if "," in text:
        family, _, given = text.partition(",")
        return family.strip(), given.strip()
    given, _, family = text.strip().rpartition(" ")
    return family, given


def _comparable(data: Dataset, pair: Pair) -> bool:
    schemes = {data.records[key]["scheme"] for key in pair}
    return len(schemes) == 1 and schemes != {""}


def _by_hand(data: Dataset, pairs: list[Pair]) -> Mapping[Pair, float]:
    sex = Attribute(lambda a, b: "exact" if a == b else "differs", {"exact": 0.99, "differs": 0.01})
    design = replace(TUTORIAL, attributes={**TUTORIAL.attributes, "sex": sex})
    model = fit(design, data, ATTRIBUTES, pairs)
    return {(a, b): model.bits(data.records[a], data.records[b]) for a, b in pairs}


def _splink(data: Dataset, _: list[Pair]) -> Mapping[Pair, float] | None:
    if splink_peer.why_absent():
        return None
    tables = [[_row(key, data.records[key]) for key in side] for side in data.sides]
    blocking = sorted({column for table in tables for row in table for column in row if column.startswith("key_")})
    same = ["l.soc_sec_id = r.soc_sec_id"]
    same += ["l.given_name = r.given_name and l.surname = r.surname and l.date_of_birth = r.date_of_birth"]
    complete = [[dict.fromkeys(blocking) | row for row in table] for table in tables]
    task = splink_peer.Task(complete, KINDS, blocking, same, ["date_of_birth", "given_name"])
    return splink_peer.predict(splink_peer.make_linker(task))


def _row(key: str, record: Record) -> splink_peer.Row:
    row: splink_peer.Row = {"unique_id": key} | {name: record[name] or None for name in ATTRIBUTES}
    for found in blocking_keys(record, ATTRIBUTES):
        if found[0] != TOO_COMMON:
            kind = "_".join((found[0], *found[2:3])) if found[0] in ("family", "given") else found[0]
            row[f"key_{kind}"] = "|".join(found)
    return row


def _equal(data: Dataset, pairs: list[Pair]) -> Mapping[Pair, float]:
    """Link by a rule: equal names and birth date, or an equal number."""
    names = ("given_name", "surname", "date_of_birth")
    linked = {}
    for pair in pairs:
        a, b = (data.records[key] for key in pair)
        if a["soc_sec_id"] == b["soc_sec_id"] != "" or all(a[name] == b[name] != "" for name in names):
            linked[pair] = 1.0
    return linked


PEERS: Mapping[str, Callable[[Dataset, list[Pair]], Mapping[Pair, float] | None]] = {
    "Fellegi-Sunter by hand, Jaro-Winkler": _by_hand,
    "Splink 5": _splink,
    "equal name and birth date, or number": _equal,
}
