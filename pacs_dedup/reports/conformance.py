"""The DICOM conformance statement, in the order of the template of PS3.2 Annex N, as Markdown."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

Rows = tuple[tuple[str, ...], ...]
"""Rows of a table, each as wide as its heading."""

_TEMPLATE: Final = "conformance.md.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an installation does on the network, taken from the code and the settings that do it.

    Attributes:
        implementation: Implementation Class UID and Version Name (PS3.7 D.3.3.2).
        services: service, SOP class, SCU and SCP as Y or N (N.1.2).
        sop_classes: name, UID, and whether the standard retired it, of every Storage SOP class accepted.
        transfer_syntaxes: name and UID of every transfer syntax accepted.
        character_sets: defined terms of Specific Character Set (0008,0005) that are read.
        association: parameter and value (N.7.1.1).
        rejections: result, source, reason and when (PS3.8 9.3.4).
        operations: code, meaning, when and clause of each status that is answered whatever the service.
        statuses: code, meaning, when, and Error Comment (0000,0902) of each C-STORE response given (N.7.3.2.5).
        answers: codes of a destination and what is done on them.
        commitment: tables of the Storage Commitment service by their headings (N.7.3.2.6).
        settings: key, value in force, default.
        security: feature and how it is set in this installation (N.8).
    """

    version: str
    ae_title: str
    implementation: tuple[str, str]
    services: Rows
    sop_classes: Rows
    transfer_syntaxes: Rows
    character_sets: tuple[str, ...]
    association: Rows
    rejections: Rows
    operations: Rows
    statuses: Rows
    answers: Rows
    commitment: tuple[tuple[str, tuple[str, ...], Rows], ...]
    settings: Rows
    security: Rows


def render_conformance(statement: Statement) -> str:
    """Return the statement as Markdown; equal facts give equal text, so that a stale copy can be found."""
    return _template().render(s=statement) + "\n"


def table(rows: Rows, *heading: str) -> str:
    """Write a Markdown table; a bar inside a value is escaped."""
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pacs_dedup.reports"),
        autoescape=False,  # noqa: S701 - Markdown, from the settings of whoever reads it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["table"] = table
    return environment.get_template(_TEMPLATE)
