"""All figures of a run as one JSON object: the source of every table and plot."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from benchmarks.measure import conditions
from benchmarks.scoring import metrics
from benchmarks.scoring.outcomes import Judged, Outcome
from benchmarks.scoring.rival_metrics import contest
from benchmarks.scoring.run_costs import run_costs
from benchmarks.scoring.tasks import Material, version
from benchmarks.scoring.versions import digest_of_files
from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.verdict import RULES_VERSION

_ROUNDS = 3
ENOUGH = 8
"""Copies of one transform of which a share says something."""


def figures_of(material: Material, judged: Judged) -> dict[str, Any]:
    """Count everything there is to count; only plain values, as JSON has them."""
    outcomes = judged.outcomes
    searched, wrong = metrics.searched_pairs(outcomes)
    counted = {
        "about": about(material, judged),
        "recall": metrics.recall_by(outcomes, metrics.single_transform),
        "recall by sort": metrics.recall_by(outcomes, metrics.sort_by_uids),
        "confusion": metrics.confusion(outcomes),
        "negatives": metrics.safety_by_kind(outcomes),
        "promises": metrics.promises(outcomes),
        "search": {"strangers": searched, "called copies or held": wrong},
        "certainty": metrics.calibration(outcomes, metrics.by_certainty, metrics.is_right),
        "bits": metrics.calibration(outcomes, metrics.by_bits, metrics.is_true_copy),
        "rivals": contest(outcomes),
        "costs": {"one frame": {} if material.quick else _stage_costs(), "run": run_costs(outcomes)},
    }
    plain: dict[str, Any] = json.loads(json.dumps(counted, default=_plain))
    return plain


def about(material: Material, judged: Judged) -> dict[str, Any]:
    """Say what was judged, with what, and when."""
    seeds, chains = material.chosen_seeds(), material.chosen_chains()
    manifest = material.corpus / "MANIFEST.csv"
    return {
        "conditions": conditions(),
        "code": version(),
        "digests": DIGEST_VERSION,
        "rules": RULES_VERSION,
        "corpus": digest_of_files([manifest]) if manifest.exists() else "none: images of pydicom's wheel alone",
        "command": judged.command,
        "split": material.side,
        "few": _few(material, judged),
        "seed of the chains": material.chain_seed,
        "seeds": dict(Counter(f"{seed.kind}, {seed.derived or 'as found'}" for seed in seeds)),
        "subjects": len({seed.subject for seed in seeds}),
        "transforms": sum(len(chain.steps) == 1 for chain in chains),
        "chains": sum(len(chain.steps) > 1 for chain in chains),
        "pairs": dict(Counter(_sort(outcome) for outcome in judged.outcomes)),
        "tasks": f"{judged.done:,} of {judged.tasks:,} done",
        "failed": len(judged.failures),
    }


def _few(material: Material, judged: Judged) -> dict[str, int]:
    happened = Counter(o.transform for o in judged.outcomes if o.kind == "copy")
    names = (chain.name for chain in material.chosen_chains() if len(chain.steps) == 1)
    return {name: happened[name] for name in names if happened[name] < ENOUGH}


def _stage_costs() -> dict[str, str]:
    from benchmarks.scoring.costs import stage_costs  # it brings the benchmark of fingerprinting along

    return stage_costs(_ROUNDS)


def _sort(outcome: Outcome) -> str:
    return outcome.kind if outcome.kind in ("copy", "reverse") else "negative"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return dict(value) if isinstance(value, Mapping) else str(value)
