"""``pacs-dedup audit``: read the audit log, and prove that nobody has changed it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.audit_chain import AuditEntry, Verification, verify
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json

if TYPE_CHECKING:
    from pacs_dedup.ports.audit_log import AuditLog
    from pacs_dedup.wiring import Services

app = typer.Typer(name="audit", help="Read the audit log, and prove that nobody has changed it.", no_args_is_help=True)
_NOT_WHOLE = 3
_PRIVATE = 0o600
_DIGEST = "Digest of an entry, noted outside, that must be in the log: the log's lines `audit log head` name them."


@app.command("verify")
def verify_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="An exported file; else the log itself.")] = None,
    head: Annotated[str, typer.Option("--head", metavar="DIGEST", help=_DIGEST)] = "",
) -> None:
    """Walk along the whole chain; exit with 3 where an entry was changed, is missing, or bears no seal of ours."""
    if file is not None:
        with _opened(file) as lines:
            found = verify(_exported(lines), None, head.lower())
    else:
        from pacs_dedup.wiring.audit import seal_key

        with services_of(context) as services:
            found = verify(_entries(services.audit_log), seal_key(services.settings), head.lower())
    _tell(context, found, head, with_seals=file is None)
    raise typer.Exit(_NOT_WHOLE if found.broken or found.unsealed or not found.anchored else 0)


@app.command()
def export(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: standard output.")] = None,
) -> None:
    """Write every entry as a line of JSON with its digest; docs/reference/audit.md has the program that checks them."""
    with services_of(context) as services, _created(out) if out else nullcontext(sys.stdout) as file:
        for entry in _entries(services.audit_log):
            file.write(json.dumps(entry.to_json(), sort_keys=True) + "\n")
        services.auditor.log_used("audit export")
    if out:
        say(f"Written: {out.absolute()}\nIt names patients and studies; keep it like the images themselves.")


@app.command("list")
def list_(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", min=1, help="How many of the newest entries.")] = 50,
    kind: Annotated[str, typer.Option("--kind", help="Only entries of this kind, e.g. security-alert.")] = "",
) -> None:
    """List the newest entries, oldest first. That somebody did so becomes an entry too."""
    with services_of(context) as services:
        entries = [entry for entry in _newest(services, last, kind) if kind in ("", entry.record["kind"])][-last:]
        services.auditor.log_used("audit list")
    if context_of(context).as_json:
        show_json([entry.to_json() for entry in entries])
    else:
        show(_table(entries))


def _newest(services: "Services", last: int, kind: str) -> Iterator[AuditEntry]:
    after = 0 if kind else max(0, services.audit_log.head().sequence - last)
    return _entries(services.audit_log, after)


def _entries(log: "AuditLog", after: int = 0) -> Iterator[AuditEntry]:
    while page := log.entries(after):
        yield from page
        after = page[-1].sequence


def _exported(lines: TextIO) -> Iterator[AuditEntry]:
    for number, line in enumerate(lines, start=1):
        try:
            yield AuditEntry.from_json(json.loads(line, object_pairs_hook=_each_once))
        except (ValueError, AttributeError, RecursionError):
            raise BadRequest(f"line {number} is no entry; `pacs-dedup audit export` writes one on each line") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Take no object that names something twice: of two values one program reads the first, another the last."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return dict(pairs)


def _tell(context: typer.Context, found: Verification, anchor: str, *, with_seals: bool) -> None:
    if context_of(context).as_json:
        told = {"entries": found.head.sequence, "head": found.head.digest, "broken": found.broken}
        show_json(told | {"unsealed": found.unsealed if with_seals else None, "head_found": found.anchored})
        return
    say(f"Entries 1 to {found.head.sequence} are as they were written. Head: {found.head.digest}")
    if found.broken:
        say(f"The chain is broken: {found.broken}.", error=True)
    if not found.anchored:
        say(f"No entry has the digest {anchor}: the log was cut off before it, or made anew.", error=True)
    if found.unsealed:
        say(
            f"{found.unsealed} entries bear no seal of this installation's key: anybody may have made them.", error=True
        )
    if not with_seals:
        say("Seals are not checked in a file; that needs the installation's key.")


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadRequest(f"{file} can not be read ({error.strerror})") from None


def _created(file: Path) -> TextIO:
    try:
        return os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{file} can not be written ({error.strerror}); choose another place with --out") from None


def _table(entries: list[AuditEntry]) -> Table:
    table = Table("no.", "at", "what", "who", "from", "about", "outcome", box=None, pad_edge=False)
    for entry in entries:
        table.add_row(*map(Text, _cells(entry)))
    return table


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    """Return an entry in words; one that was tampered with may lack anything."""
    record = entry.record
    try:
        actor, studies = record["actor"], record.get("studies", ())
        about = [record.get("subject", ""), *(study["study_instance_uid"] for study in studies)]
        said = (record["at"][:19], record["kind"], actor["name"], actor["address"], " ".join(filter(None, about)))
        return (str(record["sequence"]), *said, str(record["outcome"]))
    except (KeyError, TypeError, AttributeError):
        return (str(record.get("sequence")), "", "not as it was written; see `pacs-dedup audit verify`", "", "", "", "")
