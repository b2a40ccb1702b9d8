"""docs/accuracy.md, written from the figures of one run and from nothing else."""

from collections.abc import Mapping
from typing import Any

from benchmarks.scoring import tables
from benchmarks.scoring.copies import SEEN, STRANGERS
from benchmarks.scoring.figures import ENOUGH
from benchmarks.scoring.rivals import SAMPLED_FRAMES
from benchmarks.scoring.turns import (
    CHAIN_SHARE,
    CHAINED_A_ROUND,
    COPIES_A_ROUND,
    CUT_SHARE,
    IMAGES_A_ROUND,
    LEAST,
    SERIES_A_ROUND,
)
from benchmarks.simulator.negative_model import PASSED

_HEAD = """# Accuracy, measured

`make install-bench`, and then the command in the table below wrote this page; every figure is of that run. Without
`--minutes` it goes through all tasks; a stopped run goes on where it was.

Real images play the priors of an archive. Each is sent through simulated transfers, written to files, fingerprinted
and judged by the product's own code under the policy that lets copies be held, and so are pairs that are no copies
however alike they look. A copy counts as found if the search by blocking keys brought its source up **and** the verdict
says that both show the same images. Pairs that are no copies are compared whether or not a search would have brought
them together, which is harder than life. The simulator shares no code with what it checks. Pairs that claim to be two
images and have equal stored values, as the repeated frames of a cine have, are left out.

Bounds are one-sided, 95 %: exact (Clopper and Pearson), which take pairs for independent; with whole subjects
resampled (bootstrap, 2,000 draws); and where nothing failed, 3/n. *By subject, upper* is the exact bound as if each
subject were a single trial. Pairs of one subject are not independent, so the truth lies between the first and the
last."""

_DRAWN = f"""Not everything that could be done is a task, and not every task is done in a run of some minutes. What is
drawn hangs on the names alone, so that it is the same each time:

* Transforms: every one on every seed that it fits; on a cutting of a longer series (part, tiles, slice) and on a
  study composed of series, {100 * CUT_SHARE:.0f} % of them. Chains: {100 * CHAIN_SHARE:.0f} % of that. On {LEAST} seeds
  at least, or on all that fit where there are fewer.
* Slices: two of each series play single images, those a third and two thirds of the way through.
* Search: for every copy it is asked whether its source is a candidate. For {100 * SEEN:.0f} % of the copies all other
  candidates are judged as well.
* Strangers: each copy is compared with {STRANGERS} prior that it is no copy of, of its modality and size if there is
  one. Each seed is compared with every other that shares no frame with it, once as it is and once after one of
  {len(PASSED)} transfers.
* Neighbouring slices, repeats and the like: all pairs of the corpus are tasks, each as it is and after each of the
  {len(PASSED)} transfers.
* Splits: thresholds are chosen on the subjects called tune. Runs on those called test have shown faults of rules that
  were mended since: moving pictures, images that lost their greys, slices with no greys to compare, reconstructions
  without times; later sizes undone by one filter, and small matrices of which compression left little noise, for
  which three thresholds were set with both sides in view (docs/decisions/0105); and lossy versions under kept UIDs,
  whose rules were measured on all subjects (0115). So the test subjects are not blind to the rules.
* Perceptual hashes: of a copy, {SAMPLED_FRAMES} frames spread over the study; of a prior, all.
* Order: first all comparisons of seeds with each other; then rounds, each with {COPIES_A_ROUND} copies by every
  transform, {CHAINED_A_ROUND} by every chain, and of every kind of negative {IMAGES_A_ROUND} pairs of single images or
  {SERIES_A_ROUND} of series. A run that stops has done each about as often as any other, or as often as there are."""

_CERTAINTY = """A band is a statement about the kind of evidence. The words were chosen on the tuning split so that a
verdict that is *certain* is right at least 99 times in 100, and one that is *likely* 95 times, by the lower bound;
*possible* promises nothing and asks for a look. Right means: the same images where the verdict says so, and otherwise
none in common, or the relation that was expected. The pairs are what the simulator made, not what a hospital
receives."""

_EXCHANGED = """*Other pixels under its header, compressed*, are those of a neighbouring slice or of a repeat, alone in
their study or for a whole series, or a disc painted in, a tenth of the range brighter; the object keeps its UIDs, times
and all else, and was compressed with loss after that. Functional volumes that follow one another within a second differ
by less than a quantisation step; what compression took, nothing can tell. They do not count as false copies above. Two
slices exchanged within a series, other kernels, and all of these uncompressed, are among the alarms of the row
before."""

_KEPT = """*UIDs kept* are lossy versions under the UIDs of their originals. What is not called a lossy twin there is an
alarm, *undecided*, for other pixels may lie under a known UID."""

_RIVALS = """All rules judge the same pairs. They are dealt with kindly: half of the instances (or of up to five frames)
make a copy; the pictures that are hashed are stretched between the 1st and 99th percentile; every arriving frame may
choose its nearest among all frames of the prior; the thresholds of the perceptual hashes are those with the best F1 on
these very pairs. None of them searches, and none has to say what the relation is."""


def document(figures: Mapping[str, Any]) -> str:
    """Return the page."""
    return "\n\n".join((_HEAD, *sections(figures))) + "\n"


def sections(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all tables under their headings."""
    return (
        f"## What was judged\n\n{_about(figures['about'])}\n\n{_few(figures['about']['few'])}",
        f"## What was drawn\n\n{_DRAWN}",
        f"## What must never, or always, happen\n\n{tables.promise_table(figures['promises'])}\n\n"
        f"{_EXCHANGED}\n\n{_search(figures)}",
        f"## Copies by sort\n\n{tables.recall_table(figures['recall by sort'])}\n\n{_KEPT}",
        f"## Copies by transform\n\n{tables.recall_table(figures['recall'])}",
        f"## Pairs that are no copies\n\n{tables.negative_table(figures['negatives'])}",
        f"## Beside other rules\n\n{_RIVALS}\n\n{tables.rival_table(figures['rivals'])}",
        f"## What was expected and what was said\n\n{tables.confusion_table(figures['confusion'])}",
        f"## How sure\n\n{_CERTAINTY}\n\n"
        f"{tables.calibration_table(figures['certainty'], 'the verdict says', 'right')}\n\n"
        f"{tables.calibration_table(figures['bits'], 'match weight, bits', 'true copies')}",
        f"## What it costs\n\n{_costs(figures['costs'])}",
    )


def _about(told: Mapping[str, Any]) -> str:
    lines = {
        "command": f"`{told['command']}`",
        "when and where": told["conditions"],
        "code": f"{told['code']} (digests {told['digests']}, rules {told['rules']})",
        "corpus": f"{told['corpus']} (digest of its manifest)",
        "seeds": f"{_counts(told['seeds'])}, of {told['subjects']} subjects (split: {told['split']})",
        "transforms": f"{told['transforms']}, and {told['chains']} chains of them (generator seed "
        f"{told['seed of the chains']})",
        "pairs": _counts(told["pairs"]),
        "tasks": f"{told['tasks']}, {told['failed']} failed",
    }
    return tables.plain_table(["", "this run"], lines)


def _few(few: Mapping[str, int]) -> str:
    """Name the transforms that happened seldom, so that nobody reads a share of two for more than it is."""
    if not few:
        return f"Every transform happened {ENOUGH} times or more."
    named = tables.joined(f"{name} ({count})" for name, count in few.items())
    return f"Transforms that happened fewer than {ENOUGH} times, for want of seeds that they fit or of time: {named}."


def _counts(counts: Mapping[str, int]) -> str:
    return tables.joined(f"{count:,} {name}" for name, count in counts.items())


def _search(figures: Mapping[str, Any]) -> str:
    told = figures["search"]
    return (
        f"By way of the search, the copies met {told['strangers']:,} priors that are not their source; "
        f"{told['called copies or held']} of these were called copies or held."
    )


def _costs(costs: Mapping[str, Any]) -> str:
    one = tables.plain_table(["one frame of 512 x 512, uncompressed", "median (least to greatest)"], costs["one frame"])
    run = tables.plain_table(["over the whole run, frames of all sizes", "median (least to greatest)"], costs["run"])
    return f"Processor time.\n\n{one}\n\n{run}" if costs["one frame"] else f"Processor time.\n\n{run}"
