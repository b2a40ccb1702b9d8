"""Write the tables of `docs/reliability.md` from a run's ledger.

python -m benchmarks.torture.report LEDGER...
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.torture.checker import Kind
from benchmarks.torture.faults import FAULTS
from benchmarks.torture.ledger import read_lines
from tests.integration.running import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- torture: begin -->", "<!-- torture: end -->"
_COUNTED = ("kills", "sent", "acknowledged", "refused", "resent", "failed_calls", "cuts", "commitments")
_BAD = (Kind.LOST, Kind.ALTERED, Kind.HIDDEN, Kind.DOUBLED, Kind.STUCK, Kind.LEAKED, Kind.DEFECT)

_OTHERWISE = (Kind.STUCK, Kind.LEAKED, Kind.DEFECT)

Line = Mapping[str, object]


@dataclass(slots=True)
class Sum:
    """What some rounds came to, added up."""

    rounds: int = 0
    seconds: float = 0.0
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    bad: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_BAD, 0))

    def add(self, line: Line) -> None:
        """Count one round."""
        self.rounds += 1
        self.seconds += _number(line["seconds"])
        for name in _COUNTED:
            self.counted[name] += int(_number(line[name]))
        for violation in _list(line["violations"]):
            self.bad[str(violation["kind"])] += 1


def rendered(lines: Sequence[Line]) -> str:
    """Return the section of the page."""
    rounds = [line for line in lines if line["event"] == "round"]
    starts = [line for line in lines if line["event"] == "start"]
    parts = [_summary(rounds, starts), _by_deployment(rounds), _by_fault(rounds), _left_out(starts), _growth(rounds)]
    return "\n\n".join(part for part in parts if part)


def put_into(page: str, section: str) -> str:
    """Return a page with the section between its markers renewed.

    Raises:
        ValueError: the page has no markers.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{section}\n\n{END}{after}"


def _summary(rounds: Sequence[Line], starts: Sequence[Line]) -> str:
    total = _sum(rounds)
    seed = starts[0]["seed"] if starts else ""
    return (
        f"Last full run: {total.seconds / 60:.0f} minutes, {total.rounds} rounds, {total.counted['kills']} processes "
        f"killed, {total.counted['failed_calls']} system calls made to fail, {total.counted['cuts']} connections cut; "
        f"{total.counted['sent']} requests sent, {total.counted['acknowledged']} acknowledged, of these "
        f"{total.bad[Kind.LOST]} lost, {total.bad[Kind.ALTERED]} altered, {total.bad[Kind.HIDDEN]} hidden, "
        f"{total.bad[Kind.DOUBLED]} doubled; {total.counted['commitments']} requests for storage commitment answered "
        f"rightly; {sum(total.bad[kind] for kind in _OTHERWISE)} pieces of work stuck, processes grown or tracebacks "
        f"in logs. Repeat with `make torture SEED={seed}`."
    )


def _by_deployment(rounds: Sequence[Line]) -> str:
    names = list(dict.fromkeys(str(line["deployment"]) for line in rounds))
    rows = [(name, _sum(line for line in rounds if line["deployment"] == name)) for name in names]
    return _table("Deployment", [*rows, ("both" if len(names) > 1 else "all", _sum(rounds))])


def _by_fault(rounds: Sequence[Line]) -> str:
    rows = [(fault.name, _sum(line for line in rounds if fault.name in _list(line["faults"]))) for fault in FAULTS]
    told = "A round has one to three faults, so that it counts in as many rows:\n\n"
    return told + _table("Fault", [row for row in rows if row[1].rounds])


def _left_out(starts: Sequence[Line]) -> str:
    per_start = [dict(start["left_out"]) for start in starts]
    never = [name for name in (per_start[0] if per_start else {}) if all(name in each for each in per_start)]
    return "\n".join(f"Left out on this machine: {name} ({per_start[0][name]})." for name in never)


def _growth(rounds: Sequence[Line]) -> str:
    """Tell of each role what its longest-lived process had, first and last, when nothing was going on."""
    lives: dict[tuple[str, int], list[Line]] = {}
    for line in rounds:
        for usage in _list(line["usage"]):
            lives.setdefault((str(usage["role"]), int(usage["pid"])), []).append(usage)
    rows = []
    for role in dict.fromkeys(role for role, _ in lives):
        life = max((each for (own, _), each in lives.items() if own == role), key=len)
        rows.append(f"| {role} | {len(life)} | {_had(life[0])} | {_had(life[-1])} |")
    head = "| Longest-lived | rounds survived | at its first rest | at its last |\n| --- | ---: | --- | --- |\n"
    return head + "\n".join(rows) if rows else ""


def _had(usage: Line) -> str:
    megabytes = _number(usage["resident_mb"])
    return f"{usage['descriptors']} descriptors, {usage['threads']} threads, {megabytes:.0f} MB"


def _table(first: str, rows: Iterable[tuple[str, Sum]]) -> str:
    head = (
        f"| {first} | rounds | kills | sent | acknowledged | refused | lost | altered | hidden | doubled | "
        "sent on twice |\n| --- |" + " ---: |" * 10
    )
    return "\n".join([head, *(_row(name, each) for name, each in rows)])


def _row(name: str, each: Sum) -> str:
    counted, bad = each.counted, each.bad
    figures = [each.rounds, counted["kills"], counted["sent"], counted["acknowledged"], counted["refused"]]
    figures += [bad[Kind.LOST], bad[Kind.ALTERED], bad[Kind.HIDDEN], bad[Kind.DOUBLED], counted["resent"]]
    return f"| {name} | " + " | ".join(map(str, figures)) + " |"


def _sum(rounds: Iterable[Line]) -> Sum:
    total = Sum()
    for line in rounds:
        total.add(line)
    return total


def _number(value: object) -> float:
    return float(str(value))


def _list(value: object) -> list:
    return list(value)


def main(ledgers: Sequence[str]) -> None:
    """Renew the section of the page."""
    section = rendered(read_lines(map(Path, ledgers)))
    PAGE.write_text(put_into(PAGE.read_text(), section))


if __name__ == "__main__":
    main(sys.argv[1:])
