"""``pacs-dedup compare A B``: judge two files or folders, without a database."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.domain.representative import representative_frames
from pacs_dedup.domain.verdict import Relation, Verdict
from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import counting, say, show, show_json, ticking
from pacs_dedup.reports.model import StudySummary

if TYPE_CHECKING:
    from pacs_dedup.config import Settings
    from pacs_dedup.pipeline.compare_files import Side

_PARTIAL = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is printed."""

    verdict: Verdict
    incoming: StudySummary
    prior: StudySummary
    differences: tuple[HeaderDifference, ...]
    unreadable: tuple[tuple[Path, str], ...]
    note: str = ""


def compare(
    context: typer.Context,
    incoming: Annotated[Path, typer.Argument(metavar="A", help="File or folder: the incoming side.")],
    prior: Annotated[Path, typer.Argument(metavar="B", help="File or folder: the prior side.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 unless they are distinct.")] = False,
) -> None:
    """Say what study A is to study B, and why. Nothing is stored."""
    from pacs_dedup.entrypoints.cli.render_case import differences_view, verdict_view

    compared = _compared(incoming, prior, context_of(context).settings())
    if context_of(context).as_json:
        show_json(compared)
    else:
        verdict = verdict_view(compared.verdict, compared.incoming, compared.prior)
        show(Group(verdict, differences_view(compared.differences, compared.note)))
    for path, cause in compared.unreadable:
        say(f"unreadable: {path}: {cause}")
    found = exit_code and compared.verdict.relation is not Relation.DISTINCT
    raise typer.Exit(_PARTIAL if compared.unreadable else int(found))


def _compared(incoming: Path, prior: Path, settings: "Settings") -> Comparison:
    from pacs_dedup.domain.policy import Policy
    from pacs_dedup.pipeline.compare_files import compare_sides, load_side
    from pacs_dedup.wiring import isolated_examine, isolated_verify

    examine, verify = isolated_examine(settings), isolated_verify(settings)
    try:
        sides = []
        for name, path in (("A", incoming), ("B", prior)):
            with counting(f"reading {name}", _files(path)) as tell:
                sides.append(load_side(path, examine, ticking(tell)))
        verdict = compare_sides(sides[0], sides[1], verify=verify, policy=Policy(action=settings.mode.action))
    finally:
        examine.close()
        verify.close()
    differences, note = _differences(sides[0], sides[1])
    unreadable = (*sides[0].unreadable, *sides[1].unreadable)
    return Comparison(verdict, _summary(sides[0]), _summary(sides[1]), differences, unreadable, note)


def _files(path: Path) -> int:
    from pacs_dedup.pipeline.scan import find_files

    return len(find_files([path]).files)


def _summary(side: "Side") -> StudySummary:
    from pacs_dedup.pipeline.case_report import described

    return described(StudySummary(side.study.key, size_bytes=side.size_bytes), side.study.instances)


def _differences(left: "Side", right: "Side") -> tuple[tuple[HeaderDifference, ...], str]:
    from pacs_dedup.dicom.header_diff import header_differences

    frames = representative_frames(left.study, right.study)
    blobs = [f.blob_id if f else s.study.instances[0].blob_id for f, s in zip(frames, (left, right), strict=True)]
    try:
        found = header_differences(left.paths[blobs[0]], right.paths[blobs[1]])
    except PacsDedupError as error:
        return (), f"The headers could not be compared: {error}"
    several = [s.study_uids for s in (left, right) if s.study_uids > 1]
    note = f"A side holds {max(several)} studies; they were compared as one." if several else ""
    return found, f"{note} Compared: {left.paths[blobs[0]].name} with {right.paths[blobs[1]].name}.".strip()
