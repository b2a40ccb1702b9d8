"""``pacs-dedup compare A B``: judge two files, folders or known studies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group

from pacs_dedup.domain.errors import BlobMissing, PacsDedupError
from pacs_dedup.domain.frames.representative import representative_frames
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.domain.verdict import Relation, Verdict
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import counting, say, show, show_json, ticking
from pacs_dedup.reports.masking import masked_difference, masked_summary
from pacs_dedup.reports.model import StudySummary

if TYPE_CHECKING:
    from pacs_dedup.pipeline.compare_files import Side
    from pacs_dedup.pipeline.fingerprint import Examine
    from pacs_dedup.wiring import Services

_PARTIAL = 3
_HELP = "File, folder, or UID of a known study; UID@source where several sent it."
OpenServices = Callable[[], "Services"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is printed."""

    verdict: Verdict
    incoming: "Side"
    prior: "Side"
    differences: tuple[HeaderDifference, ...]
    note: str = ""

    @property
    def unreadable(self) -> tuple[tuple[Path, str], ...]:
        """Files that could not be understood, with their cause."""
        return (*self.incoming.unreadable, *self.prior.unreadable)


def compare(
    context: typer.Context,
    incoming: Annotated[str, typer.Argument(metavar="A", help=f"The incoming side. {_HELP}")],
    prior: Annotated[str, typer.Argument(metavar="B", help=f"The prior side. {_HELP}")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 unless they are distinct.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Print names, numbers and dates as they are, not masked.")
    ] = False,
) -> None:
    """Say what study A is to study B, and why. Nothing is stored."""
    compared = _compared(context, incoming, prior)
    if context_of(context).as_json:
        show_json(_object(compared, show_values=show_values))
    else:
        show(_view(compared, show_values=show_values))
    for path, cause in compared.unreadable:
        say(f"unreadable: {path}: {cause}")
    found = exit_code and compared.verdict.relation is not Relation.DISTINCT
    raise typer.Exit(_PARTIAL if compared.unreadable else int(found))


def _object(compared: Comparison, *, show_values: bool) -> object:
    from pacs_dedup.reports.verdict_json import SideData, pair_object

    sides = [SideData(_summary(side), side.files) for side in (compared.incoming, compared.prior)]
    differences, note = compared.differences, compared.note
    return pair_object(compared.verdict, *sides, differences=differences, note=note, show_values=show_values)


def _view(compared: Comparison, *, show_values: bool) -> Group:
    from pacs_dedup.entrypoints.cli.render_case import differences_view, verdict_view
    from pacs_dedup.reports.verdict_json import masked_verdict

    verdict, differences = compared.verdict, compared.differences
    sides = [_summary(side) for side in (compared.incoming, compared.prior)]
    if not show_values:
        verdict, sides = masked_verdict(verdict), [masked_summary(side) for side in sides]
        differences = tuple(map(masked_difference, differences))
    return Group(verdict_view(verdict, *sides), differences_view(differences, compared.note))


def _compared(context: typer.Context, incoming: str, prior: str) -> Comparison:
    from pacs_dedup.domain.policy import Policy
    from pacs_dedup.pipeline.compare_files import compare_sides
    from pacs_dedup.wiring import isolated_examine, isolated_verify

    settings = context_of(context).settings()
    with closing(isolated_examine(settings)) as examine, closing(isolated_verify(settings)) as verify:
        with _opener(context) as services:
            sides = [_side(name, text, examine, services) for name, text in (("A", incoming), ("B", prior))]
            common = _common(sides, services) if any(map(_is_known, (incoming, prior))) else frozenset()
        policy = Policy(action=settings.mode.action)
        verdict = compare_sides(sides[0], sides[1], verify=verify, policy=policy, common=common)
    return Comparison(verdict, sides[0], sides[1], *_differences(sides[0], sides[1]))


@contextmanager
def _opener(context: typer.Context) -> Iterator[OpenServices]:
    """Yield what opens the database on first use: two folders are compared without one."""
    opened: list[Services] = []
    with ExitStack() as stack:

        def services() -> "Services":
            if not opened:
                opened.append(stack.enter_context(services_of(context)))
            return opened[0]

        yield services


def _is_known(argument: str) -> bool:
    from pacs_dedup.pipeline.known_study import names_known_study

    return names_known_study(argument) and not Path(argument).exists()


def _side(name: str, argument: str, examine: "Examine", services: OpenServices) -> "Side":
    from pacs_dedup.pipeline.compare_files import load_side
    from pacs_dedup.pipeline.known_study import load_known

    if _is_known(argument):
        side = load_known(argument, services().known)
        services().auditor.accessed([side.study.key], "compare")
        return side
    path = Path(argument)
    with counting(f"reading {name}", _files(path)) as tell:
        return load_side(path, examine, ticking(tell))


def _common(sides: "list[Side]", services: OpenServices) -> frozenset[Digest]:
    """Return what is so common among what is known here that it identifies nobody."""
    from pacs_dedup.pipeline.match import common_digests

    return frozenset().union(*(common_digests(s.study, services().index, services().policy) for s in sides))


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
        paths = _path(left, blobs[0]), _path(right, blobs[1])
        found = header_differences(*paths)
    except PacsDedupError as error:
        return (), f"The headers could not be compared: {error}"
    several = [s.study_uids for s in (left, right) if s.study_uids > 1]
    note = f"A side holds {max(several)} studies; they were compared as one." if several else ""
    return found, f"{note} Compared: {paths[0].name} with {paths[1].name}.".strip()


def _path(side: "Side", blob_id: BlobId) -> Path:
    if blob_id not in side.paths:
        raise BlobMissing("the bytes of one side are no longer held")
    return side.paths[blob_id]
