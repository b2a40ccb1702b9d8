"""``pacs-dedup scan``: find copies among files that lie in folders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.verdict import Relation
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import counting, say, show, show_json, show_json_line
from pacs_dedup.reports import words

if TYPE_CHECKING:
    from pacs_dedup.pipeline.scan import Found, ScannedFile
    from pacs_dedup.pipeline.scan_summary import EqualPixels, ScanSummary
    from pacs_dedup.wiring import Services

_PARTIAL = 3
_SHOWN_GROUPS = 30
_SHOWN_PATHS = 6
_SHOWN_FILES = 30


def scan(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders; links are not followed.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where a case was opened.")] = False,
    account: Annotated[
        bool, typer.Option("--account", help="With --json: one object that accounts for every file, not the pairs.")
    ] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="With --json: names, numbers and dates as they are, not masked.")
    ] = False,
) -> None:
    """Find copies among DICOM files. Nothing is copied, moved or changed; scanning twice adds nothing.

    With --json: one object for each pair of studies that have something in common, a line each.
    """
    from pacs_dedup.entrypoints.cli.scan_run import run_steps
    from pacs_dedup.pipeline.scan import find_files
    from pacs_dedup.pipeline.scan_summary import summarise

    with services_of(context, must_exist=False) as services:
        found = find_files(paths, leave_out=services.settings.storage.path)
        say(f"{words.count(len(found.files), 'file')} found")
        scanned = _record(found, services)
        sources = {f.source for f in scanned if f.source}
        run_steps(services, sources, sum(f.arrival_id is not None for f in scanned))
        told = summarise(found, scanned, index=services.index, arrivals=services.arrivals, case_book=services.case_book)
        if context_of(context).as_json and not account:
            _show_pairs(told, services, show_values=show_values)
    if not context_of(context).as_json:
        show(summary_view(told))
    elif account:
        show_json(told)
    raise typer.Exit(_PARTIAL if told.unreadable or told.partly else int(exit_code and told.findings))


def _show_pairs(told: "ScanSummary", services: "Services", *, show_values: bool) -> None:
    """Print one line for each related pair; what could not be read goes to stderr."""
    from pacs_dedup.pipeline.related_pairs import related_pairs
    from pacs_dedup.reports.verdict_json import SideData, pair_object

    for pair in related_pairs(told.study_keys, services.case_book, services.known):
        sides = [SideData(side.summary, side.paths) for side in (pair.incoming, pair.prior)]
        show_json_line(pair_object(pair.judgement.verdict, *sides, show_values=show_values))
    for file in (*told.unreadable, *told.partly):
        say(f"unreadable: {file.path}: {file.cause}")


def _record(found: "Found", services: "Services") -> list["ScannedFile"]:
    from pacs_dedup.pipeline.scan import record_file

    scanned = []
    with counting("recording", len(found.files)) as tell:
        for done, path in enumerate(found.files, 1):
            scanned.append(record_file(path, blobs=services.blobs, arrivals=services.arrivals, clock=services.clock))
            tell(done)
    return scanned


def summary_view(told: "ScanSummary") -> RenderableType:
    """Return the account of a scan for a person: the counts, the relations, the copy groups, what was not read."""
    counts = Table(box=None, show_header=False, pad_edge=False)
    for label, value in (
        (
            "files",
            f"{told.files:,}" + (f" and {words.count(told.links, 'symbolic link')} not followed" * bool(told.links)),
        ),
        ("read", f"{told.read:,}, {words.size(told.size_bytes)}"),
        ("not DICOM", f"{told.not_dicom:,}"),
        (
            "unreadable",
            f"{len(told.unreadable):,}" + (f"; {len(told.partly):,} without usable pixels" * bool(told.partly)),
        ),
        ("instances", f"{told.instances:,} in {words.count(told.studies, 'study')}"),
    ):
        counts.add_row(Text(label, "bright_black"), value)
    return Group(counts, *_relations(told), *_equal(told), *_unreadable(told))


def _relations(told: "ScanSummary") -> list[RenderableType]:
    relations = [(relation, number) for relation, number in told.relations if relation is not Relation.DISTINCT]
    if not relations:
        return [Text("No two studies have anything in common.")]
    table = Table("pairs", "what they are", box=None, pad_edge=False)
    for relation, number in relations:
        table.add_row(f"{number:,}", words.RELATIONS[relation])
    return [Text(), table]


def _equal(told: "ScanSummary") -> list[RenderableType]:
    """Return the groups of equal files, those of the same folders together: a copied study is one entry."""
    if not told.equal_pixels:
        return [Text("No two files have equal pixels.")]
    by_folders: dict[tuple[Path, ...], list[EqualPixels]] = {}
    for group in told.equal_pixels:
        by_folders.setdefault(tuple(path.parent for path in group.paths), []).append(group)
    files = sum(len(group.paths) for group in told.equal_pixels)
    title = f"\n{words.count(len(told.equal_pixels), 'group')} of files with equal pixels ({files:,} files)"
    lines: list[RenderableType] = [Text(title, "bold")]
    for groups in list(by_folders.values())[:_SHOWN_GROUPS]:
        lines += _copies(groups)
    return [*lines, *_more(len(by_folders) - _SHOWN_GROUPS, "sets of folders", "  ")]


def _copies(groups: list["EqualPixels"]) -> list[RenderableType]:
    first = groups[0]
    blank = "" if first.informative else "; blank or test frames, which say nothing"
    times = f"{len(groups):,} times " if len(groups) > 1 else ""
    lines: list[RenderableType] = [
        Text(f"  {times}{len(first.paths)} files in {words.count(first.studies, 'study')}{blank}")
    ]
    if len(groups) == 1:
        named = [str(path) for path in first.paths]
    else:
        named = [f"{path.parent}/  ({path.name}, ...)" for path in first.paths]
    lines += [Text(f"    {name}", "bright_black", overflow="fold") for name in named[:_SHOWN_PATHS]]
    return [*lines, *_more(len(named) - _SHOWN_PATHS, "files", "    ")]


def _unreadable(told: "ScanSummary") -> list[RenderableType]:
    lines: list[RenderableType] = []
    for title, files in (("Unreadable", told.unreadable), ("Without usable pixels", told.partly)):
        if files:
            lines.append(Text(f"\n{title}", "bold"))
            lines += [Text(f"  {f.path}: {f.cause}", overflow="fold") for f in files[:_SHOWN_FILES]]
            lines += _more(len(files) - _SHOWN_FILES, "files", "  ")
    return lines


def _more(number: int, noun: str, indent: str) -> list[RenderableType]:
    return [Text(f"{indent}and {number:,} more {noun}; --json lists all", "bright_black")] if number > 0 else []
