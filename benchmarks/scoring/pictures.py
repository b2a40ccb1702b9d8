"""The frames of a judged pair side by side: its studies are made again, for nothing of them was kept."""

from pathlib import Path

from benchmarks.scoring.bench import INCOMING, Bench, OnDisk, study
from benchmarks.scoring.examined import Examined, examine_study
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.tasks import Material
from benchmarks.simulator.model import Study
from benchmarks.simulator.negative_model import sent
from benchmarks.simulator.negatives import negatives
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.representative import representative_frames
from pacs_dedup.pipeline.thumbnails import side_by_side
from pacs_dedup.reports.model import Pictures

_NOTHING = Pictures(note="A side can not be decoded.")


def pictures_of(outcome: Outcome, bench: Bench, material: Material) -> Pictures:
    """Return a frame of each side and their difference; empty where a side can not be decoded."""
    try:
        incoming, prior = _studies(outcome, bench, material)
    except LookupError:
        return Pictures(note="What made this pair is not there any more.")
    with bench.scratch(lambda: incoming, lambda: prior) as (files_a, files_b):
        a, b = examine_study(files_a.paths(), INCOMING, 1), examine_study(files_b.paths(), "PRIOR", 1)
        if not a.study.instances or not b.study.instances:
            return _NOTHING
        left, right = representative_frames(a.study, b.study)
        return side_by_side(_path(left, a, files_a), _frame(left), _path(right, b, files_b), _frame(right))


def _studies(outcome: Outcome, bench: Bench, material: Material) -> tuple[Study, Study]:
    if outcome.incoming not in bench.named:
        pair = {p.name: p for p in negatives(bench.seeds, material.limit)}[outcome.incoming]
        return pair.build_b(), pair.build_a()
    incoming, prior = study(bench.named[outcome.incoming]), study(bench.named[outcome.prior])
    if outcome.transform:
        chain = {c.name: c for c in material.chosen_chains()}[outcome.transform]
        copy = sent(lambda: incoming, chain, outcome.incoming)
        return (prior, copy) if outcome.kind == "reverse" else (copy, prior)
    return incoming, prior


def _path(frame: FrameRef | None, examined: Examined, files: OnDisk) -> Path | None:
    return files.finder(examined)(frame.blob_id) if frame else None


def _frame(frame: FrameRef | None) -> int:
    return frame.frame if frame else 0
