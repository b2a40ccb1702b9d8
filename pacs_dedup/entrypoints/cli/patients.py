"""``pacs-dedup patients compare A B``: are two patients, given as JSON, one person?"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.evidence import Comparison, Fact
from pacs_dedup.domain.patients.tier import SEARCH, search_among
from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import show, show_json

if TYPE_CHECKING:
    from pacs_dedup.domain.patients.comparison import PatientEvidence
    from pacs_dedup.domain.patients.identity import PatientIdentity

app = typer.Typer(name="patients", help="Compare who two patients are.", no_args_is_help=True)

_STDIN = "-"
_PAIR = 2


@app.callback()
def _patients() -> None:
    """Keep ``compare`` a command of its own."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is printed; values are masked unless they were asked for."""

    evidence: "PatientEvidence"
    comparisons: tuple[Comparison, ...]
    prior_bits: float
    settling: tuple[str, ...]

    @property
    def total(self) -> float:
        """Prior and match weights, bits."""
        return self.prior_bits + self.evidence.bits

    @property
    def sentence(self) -> str:
        """The tier in one sentence."""
        from pacs_dedup.domain.patients.advice import SENTENCES

        return SENTENCES[self.evidence.tier]


@app.command()
def compare(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help="JSON file of one patient; - for both on standard input.")],
    other: Annotated[str | None, typer.Argument(metavar="[B]", help="JSON file of the other patient.")] = None,
    prior_patients: Annotated[
        int | None,
        typer.Option("--prior-patients", metavar="N", min=1, help="Patients searched; the start is log2(0.5/N) bits."),
    ] = None,
    show_values: Annotated[bool, typer.Option("--show-values", help="Print names and numbers unmasked.")] = False,
) -> None:
    """Say whether two patients are one, and why.

    A patient is a JSON object of DICOM keywords: PatientID, IssuerOfPatientID, PatientName, PatientBirthDate,
    PatientSex, OtherPatientIDs, OtherPatientNames, PreviousValues (what the header held before). A alone, or - for
    standard input, holds an array of both. Nothing is stored.
    """
    from pacs_dedup.dicom.patient_json import patient_of

    left, right = _both(one, other)
    compared = _compared(patient_of(*left), patient_of(*right), prior_patients, show_values)
    if context_of(context).as_json:
        show_json(_as_json(compared))
    else:
        show(_as_table(compared))


def _compared(
    left: "PatientIdentity", right: "PatientIdentity", prior_patients: int | None, show_values: bool
) -> Compared:
    from pacs_dedup.domain.patients.advice import what_would_settle_it
    from pacs_dedup.domain.patients.comparison import compare_patients
    from pacs_dedup.reports.masking import masked_comparison

    context = SEARCH if prior_patients is None else search_among(prior_patients)
    evidence = compare_patients(left, right, context)
    shown = evidence.comparisons if show_values else tuple(map(masked_comparison, evidence.comparisons))
    level = {c.fact: c.level for c in evidence.comparisons}
    settling = what_would_settle_it(evidence.tier, level[Fact.PATIENT_ID], level[Fact.BIRTH_DATE], left, right)
    return Compared(evidence, shown, context.prior_bits, settling)


def _as_json(compared: Compared) -> dict[str, Any]:
    from pacs_dedup.domain.patients.comparison import COMMON_NAME

    evidence = compared.evidence
    common = sum(c.weight_bits for c in compared.comparisons if c.level == COMMON_NAME)
    return {
        "model": evidence.model,
        "prior_bits": round(compared.prior_bits, 2),
        "items": [
            {
                "attribute": c.fact,
                "level": c.level,
                "bits": round(c.weight_bits, 2),
                "tf_bits": round(common, 2) if c.fact is Fact.PATIENT_NAME else 0.0,
                "a": c.incoming,
                "b": c.prior,
                "note": c.sentence,
            }
            for c in compared.comparisons
            if c.level != COMMON_NAME
        ],
        "match_weight_bits": round(compared.total, 2),
        "patient_tier": evidence.tier,
        "sentence": compared.sentence,
        "what_would_settle_it": list(compared.settling),
        "vetoes": list(evidence.vetoes),
    }


def _as_table(compared: Compared) -> Group:
    from pacs_dedup.reports.words import FACTS

    table = Table("item", "a", "b", "finding", box=None, pad_edge=False)
    table.add_column("bits", justify="right", no_wrap=True)
    odds = f"1 in {2**-compared.prior_bits:,.0f} before anything is compared"
    table.add_row("start", "", "", odds, _signed(compared.prior_bits))
    for c in compared.comparisons:
        grey = "dim" if c.level.endswith("null") else None
        table.add_row(FACTS[c.fact], c.incoming, c.prior, c.sentence, _signed(c.weight_bits), style=grey)
    table.add_row("sum", "", "", f"tier: {compared.evidence.tier}", _signed(compared.total), style="bold")
    lines = [Text(), Text(compared.sentence, "bold")]
    if compared.settling:
        lines.append(Text(f"What would settle it: {'; '.join(compared.settling)}."))
    lines += [Text(f"Nothing may be held back on this: {veto}.", "yellow") for veto in compared.evidence.vetoes]
    return Group(table, *lines, Text(f"Weights: {compared.evidence.model}", "dim"))


def _signed(bits: float) -> str:
    return f"{bits:+.1f}" if abs(bits) >= 0.05 else "0"  # noqa: PLR2004 - what one decimal shows as 0.0


def _both(one: str, other: str | None) -> list[tuple[Any, str]]:
    """Return both objects, each with a name for errors."""
    if other is not None:
        if one == other == _STDIN:
            raise BadRequest("standard input can be read once: give - alone, with an array of both patients")
        return [(_loaded(one), one), (_loaded(other), other)]
    both = _loaded(one)
    if not isinstance(both, list) or len(both) != _PAIR:
        raise BadRequest(f"{one}: an array of two patients is needed where there is no second file")
    return [(both[0], f"{one}, first patient"), (both[1], f"{one}, second patient")]


def _loaded(name: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if name == _STDIN else Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadRequest(f"{name}: {error.strerror or 'it can not be read'}") from None
    except UnicodeDecodeError:
        raise BadRequest(f"{name}: not in UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"{name}: not JSON ({error.msg}, line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise BadRequest(f"{name}: nested too deeply") from None
