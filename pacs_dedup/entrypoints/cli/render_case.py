"""A verdict on a terminal: the sentence, the evidence as a waterfall, the header differences, the history."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.case import CaseEvent, ReviewCase
from pacs_dedup.domain.evidence import InstanceCounts
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.domain.verdict import Certainty, Disposition, Verdict
from pacs_dedup.reports import words
from pacs_dedup.reports.model import CaseReport, StudySummary
from pacs_dedup.reports.waterfall import Bar, Waterfall, acquisition_waterfall, condensed, patient_waterfall

_CHART = 30
_STYLES = {
    Disposition.ALERT: "bold red",
    Disposition.QUARANTINE: "bold magenta",
    Disposition.FLAG: "bold yellow",
    Disposition.LINK: "bold",
    Disposition.ACCEPT: "bold",
}
_BANDS = {Certainty.CERTAIN: "bold", Certainty.LIKELY: "", Certainty.POSSIBLE: "dim"}


def case_view(report: CaseReport) -> RenderableType:
    """Return everything about one case."""
    case = report.case
    held = f"held back until {words.moment(report.held_until) or 'somebody releases it'}" if report.held else ""
    head = Text.assemble(
        (f"Case {case.case_id}", "bold"), f"  {case.state}  opened {words.moment(case.opened_at)}  ", (held, "magenta")
    )
    parts = [
        verdict_view(case.verdict, report.incoming, report.prior),
        Text(),
        differences_view(report.differences, report.differences_note),
        Text(),
        _history(case.events),
        Text(f"\n{next_step(case)}", "dim"),
    ]
    return Group(head, *parts)


def verdict_view(verdict: Verdict, incoming: StudySummary, prior: StudySummary) -> RenderableType:
    """Return the sentence, both studies and the waterfalls of a verdict."""
    line = Text.assemble(
        (words.DISPOSITIONS[verdict.disposition].upper(), _STYLES[verdict.disposition]),
        f"  {words.RELATIONS[verdict.relation]}  ",
        (verdict.certainty.value, _BANDS[verdict.certainty]),
    )
    notes = [Text(f"Not held back: {veto}", "yellow") for veto in verdict.vetoes]
    if verdict.would_hold:
        notes.append(Text(words.REHEARSAL, "yellow"))
    if verdict.better != "equal":
        notes.append(Text(f"The {verdict.better} study carries more."))
    notes.extend(_instances(verdict.evidence.instances))
    waterfalls = [acquisition_waterfall(verdict.evidence), patient_waterfall(verdict.evidence)]
    charts = [view for w in waterfalls if w.bars for view in (Text(), waterfall_view(condensed(w)))]
    return Group(line, Text(verdict.sentence, "bold"), *notes, Text(), _sides(incoming, prior), *charts)


def _instances(counts: InstanceCounts) -> Iterator[Text]:
    """Yield one line on how the instances correspond; none where nobody has counted."""
    told = [(label, number) for label, number in zip(_PAIRED, astuple(counts), strict=True) if number]
    if told:
        yield Text("Instances: " + ", ".join(f"{number:,} {label}" for label, number in told))


_PAIRED = ("identical", "re-encoded", "near", "different under one UID", "only incoming", "only prior")


def waterfall_view(waterfall: Waterfall) -> Table:
    """Return the evidence as rows with bars; what was not compared is grey, what caps hold back has its own row."""
    table = Table(title=waterfall.question, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("fact", no_wrap=True)
    table.add_column("finding", ratio=1)
    table.add_column("against < | > for", no_wrap=True, width=_CHART)
    table.add_column("bits", justify="right", no_wrap=True)
    for bar in waterfall.bars:
        table.add_row(*_row(waterfall, bar))
    total = Text(words.signed(waterfall.total), "bold")
    summed = _chart(waterfall, waterfall.end, "█")
    table.add_row(Text("Total", "bold"), Text(words.strength(waterfall.total), "bold"), summed, total)
    return table


def _row(waterfall: Waterfall, bar: Bar) -> Iterator[Text]:
    if not bar.compared:
        yield from (Text(bar.label, "bright_black"), Text(bar.sentence, "bright_black"))
        yield from (Text("not compared", "bright_black"), Text(""))
        return
    style = "" if bar.comparison is None else "green" if bar.bits > 0 else "red" if bar.bits < 0 else ""
    block = "▒" if bar.comparison is None else "█" if bar.bits > 0 else "░"
    yield Text(bar.label)
    yield Text(bar.sentence + _values(bar))
    yield _chart(waterfall, bar, block if bar.bits else "", style)
    yield Text(words.signed(bar.bits) if bar.bits else "", style)


def _values(bar: Bar) -> str:
    found = bar.comparison
    if found is None or found.incoming == found.prior or not (found.incoming or found.prior):
        return ""
    left, right = (words.value(found.fact, text) or "-" for text in (found.incoming, found.prior))
    return f" ({left} -> {right})"


def _chart(waterfall: Waterfall, bar: Bar, block: str, style: str = "") -> Text:
    scale = (_CHART - 1) / (waterfall.high - waterfall.low)
    left, right = (round((end - waterfall.low) * scale) for end in sorted((bar.start, bar.end)))
    zero = round(-waterfall.low * scale)
    cells = [" "] * _CHART
    cells[zero] = "|"
    if block:
        cells[left : max(right, left + 1)] = block * max(right - left, 1)
    return Text("".join(cells[:_CHART]).rstrip(), style)


def _sides(incoming: StudySummary, prior: StudySummary) -> Table:
    table = Table("", "incoming", "prior", box=None, pad_edge=False)
    for label, left, right in zip(_LABELS, _cells(incoming), _cells(prior), strict=True):
        style = "bold" if left != right and label in _TELLING else ""
        table.add_row(Text(label, "bright_black"), Text(left or "-", style), Text(right or "-", style))
    return table


_LABELS = ("patient", "patient ID", "born, sex", "study", "accession", "extent", "from", "Study UID")
_TELLING = frozenset({"patient", "patient ID", "born, sex", "accession"})


def _cells(study: StudySummary) -> tuple[str, ...]:
    return (
        words.person(study.patient_name),
        study.patient_id,
        f"{words.date(study.birth_date)} {study.sex}".strip(),
        " ".join(filter(None, (study.modality, words.date(study.study_date), study.description))),
        study.accession_number,
        f"{words.count(study.instances, 'instance')} in {study.series} series, {words.size(study.size_bytes)}",
        ", ".join(filter(None, (study.key.source, words.moment(study.received_at)))),
        study.key.study_instance_uid,
    )


def differences_view(differences: tuple[HeaderDifference, ...], note: str) -> RenderableType:
    """Return only what differs, by group."""
    if not differences:
        return Group(Text("Header differences", "bold"), Text(note or "None.", "bright_black"))
    table = Table(title="Header differences", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in ("group", "element", "incoming", "prior", "kind"):
        table.add_column(column, overflow="fold")
    for group, members in groupby(differences, key=lambda d: d.group):
        for number, d in enumerate(members):
            label = Text("" if number else group, "bright_black")
            table.add_row(label, *map(Text, (d.keyword, d.incoming or "-", d.prior or "-", d.kind)))
    return Group(table, Text(note, "bright_black"))


def _history(events: Iterable[CaseEvent]) -> RenderableType:
    table = Table(
        title="History", title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False
    )
    for event in events:
        what = event.what.replace("_", " ") + (f": {event.verb}" if event.verb else "")
        table.add_row(words.moment(event.at), Text(what), Text(f"by {event.by}"), Text(event.reason))
    return table


def next_step(case: ReviewCase) -> str:
    """Say what a reviewer can do next."""
    if case.state in ("decided", "dismissed"):
        return f"Take it back: pacs-dedup cases undo {case.case_id} --by NAME"
    return f"Decide: pacs-dedup cases decide {case.case_id} VERB --by NAME --reason TEXT"
