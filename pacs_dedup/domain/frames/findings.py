"""What looks at pixels say: one finding a look, and no copy in a series whose slices do not beat their neighbours."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from statistics import fmean

from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.by_the_clock import (
    MOST_TEXT,
    RECONSTRUCTED_MODALITIES,
    has_little_noise,
    is_large,
    lost_its_noise,
    one_image_by_the_header,
    settled_by_the_clock,
    settled_though_thin,
)
from pacs_dedup.domain.frames.closeness import CLEARLY_AHEAD, is_beaten, is_closer, is_named, lead_over_neighbours
from pacs_dedup.domain.frames.noise_model import LEAST_COPY_BITS, MOST_UNEXPLAINED, Reading, copy_bits, read_figures
from pacs_dedup.domain.frames.sketch_evidence import SketchPair, sketch_bits
from pacs_dedup.domain.frames.sop_findings import SopFinding, TwinLooks
from pacs_dedup.domain.frames.verification import Fidelity
from pacs_dedup.domain.identifiers import BlobId

_VOLUMES_IN_TIME = frozenset({"MR", "PT", "NM"})
_MOVING = frozenset({"US", "IVUS", "XA", "RF", "ES"})
_ENOUGH_SLICES = 5
_FEWEST = 2
_LEAST_MEAN_BITS = 1.0
"""What slices that leave it open must weigh on average where at least `_ENOUGH_SLICES` speak together."""
_SHARE_THAT_WINS = 0.8
_SHARE_LEFT = 0.2
_MOST_CHANGED = 0.04
"""Share of the range by which JPEG at quality 75 changes the mean of a block in one frame of a hundred."""
_SAME_NOISE = 0.75
"""Correlation that slices of other acquisitions do not reach but where everything looks like everything."""


class Finding(StrEnum):
    """What a look at two frames says, the other looks at its series considered."""

    COPY = "copy"
    RECONSTRUCTION = "reconstruction"
    REPEAT = "repeat"
    UNCLEAR = "unclear"
    WORN = "worn"
    """The noise is another one, the clock rules a repeat out, and compression may be why: open, and nobody vouches."""
    SKETCHED = "sketched"


AGAINST = frozenset({Finding.REPEAT, Finding.RECONSTRUCTION, Finding.WORN})
"""Where a look says this, no other look at its series speaks for it."""


Findings = Sequence[tuple[Looked, Finding]]
_FINDINGS = {
    Reading.COPY: Finding.COPY,
    Reading.RECONSTRUCTION: Finding.RECONSTRUCTION,
    Reading.REPEAT: Finding.REPEAT,
    Reading.UNCLEAR: Finding.UNCLEAR,
}


def read_all(looked: Sequence[Looked]) -> Findings:
    """Say what the figures of every look mean, series by series."""
    series: dict[str, list[tuple[Looked, Finding]]] = defaultdict(list)
    for look in looked:
        series[look.at.series].append((look, _read(look)))
    return [settled for findings in series.values() for settled in _settle(_settled_together(findings))]


def _read(look: Looked) -> Finding:
    if not look.held:
        return Finding.UNCLEAR  # its series decides, by the sketches
    if look.result.thin:
        return Finding.COPY if settled_though_thin(look) else Finding.UNCLEAR
    reconstructed = look.at.modalities <= RECONSTRUCTED_MODALITIES
    finding = _FINDINGS[read_figures(look.result, kernel=look.at.kernel, reconstructed=reconstructed)]
    if finding is Finding.COPY and (_moves(look) or not _tells_alone(look)):
        return Finding.UNCLEAR
    if finding is Finding.REPEAT and lost_its_noise(look):
        finding = Finding.WORN
    is_open = finding in (Finding.UNCLEAR, Finding.WORN)
    settled = is_open and settled_by_the_clock(look) and not _moves(look)
    return Finding.COPY if settled else finding


def _moves(look: Looked) -> bool:
    """Whether what disagrees may be motion.

    In pictures of moving organs the graphics, the still parts and the speckle of a closed probe repeat from frame to
    frame; blocks that disagree are the organ, and no burnt-in text.
    """
    return not look.at.modalities.isdisjoint(_MOVING) and look.result.outlier_share > MOST_TEXT


def _tells_alone(look: Looked) -> bool:
    """Whether noise may speak without the clock.

    Small matrices, as functional and diffusion scans have them, hold more fine structure than noise: their repeats look
    like copies that lost a little. So they need the clock's word too, unless every grey level follows exactly.
    """
    found = look.result
    follows = found.fidelity is Fidelity.EXACT and found.unexplained_share <= MOST_UNEXPLAINED
    return look.at.one_moment or follows or is_large(look) or look.at.modalities.isdisjoint(_VOLUMES_IN_TIME)


def _settled_together(findings: Findings) -> Findings:
    """Take what is unclear for copies where the clock speaks for every slice, and all of them together for a copy.

    Compression takes the same from every slice; a repeat has a noise of its own in each. So a little that speaks for a
    copy in slice after slice is more than a little. Under kept UIDs a header may describe another reconstruction, so
    that there the little has to be more, unless few slices are open.
    """
    answered = [(look, finding) for look, finding in findings if not is_silent(look, finding)]
    against = any(finding in AGAINST for _, finding in answered)
    by_header = all(one_image_by_the_header(look) and not _moves(look) for look, _ in answered)
    if len(answered) < _ENOUGH_SLICES or against or not by_header:
        return findings
    open_bits = [copy_bits(look.result) for look, finding in answered if finding is Finding.UNCLEAR]
    in_question = any(look.at.one_uid for look, _ in answered) and len(open_bits) > _SHARE_LEFT * len(answered)
    if open_bits and fmean(open_bits) < (LEAST_COPY_BITS if in_question else _LEAST_MEAN_BITS):
        return findings
    left = (
        finding if is_silent(look, finding) or not _may_be_taken(look) else Finding.COPY for look, finding in findings
    )
    return [(look, finding) for (look, _), finding in zip(findings, left, strict=True)]


def _may_be_taken(look: Looked) -> bool:
    """Whether others may speak for a look; under a kept UID only where it leans to its partner by itself."""
    leans = copy_bits(look.result) >= _LEAST_MEAN_BITS and is_closer(look)
    return not look.at.one_uid or leans


def is_silent(look: Looked, finding: Finding) -> bool:
    """Tell whether there was too little to compare, and the clock did not settle it either."""
    few = look.result.thin or bool(look.result.refused)
    return look.held and few and finding is Finding.UNCLEAR


def shows_noise(look: Looked) -> bool:
    """Tell whether noise alone weighs as much as a copy's does; what is a copy all the same, the headers settled."""
    return not look.result.thin and copy_bits(look.result) >= LEAST_COPY_BITS


def _settle(findings: Findings) -> Iterable[tuple[Looked, Finding]]:
    """Take copies for unclear where most of a series is none, or resembles its partners' neighbours as much.

    Slices of one series are shifted together or not at all, so the others vouch for one that its neighbour beats.
    """
    most = is_most(findings, sum(1 for _, finding in findings if finding is Finding.COPY))
    aligned = _stand_together([look for look, finding in findings if finding is Finding.COPY and look.beside])
    unopposed = not any(finding in AGAINST for _, finding in findings)
    sketched = unopposed and sketch_bits(sketch_pairs(look for look, _ in findings)) > 0
    for look, finding in findings:
        if sketched and not look.held:
            yield look, Finding.SKETCHED
            continue
        holds = (most and aligned) or finding is not Finding.COPY
        yield look, finding if holds else Finding.UNCLEAR


def _stand_together(copies: Sequence[Looked]) -> bool:
    """Whether copies stand against their partners' neighbours.

    Nearly each has to be closer to its partner. Where the headers tell which is which, no neighbour must be ahead on
    the whole: volumes that follow one another within a second look so alike that of compressed ones no more can be
    asked.
    """
    measured = [look for look in copies if not look.result.refused]
    wins = sum(map(is_closer, measured))
    needed = _SHARE_THAT_WINS * len(measured) if len(measured) >= _ENOUGH_SLICES else len(measured)
    if wins >= needed:
        return True
    leads = [lead_over_neighbours(look) for look in measured]
    named = all(one_image_by_the_header(look) and is_named(look) and _noise_agrees(look) for look in measured)
    return named and fmean(leads) > -CLEARLY_AHEAD


def _noise_agrees(look: Looked) -> bool:
    return look.result.correlation >= _SAME_NOISE or look.at.declared


def is_most(findings: Findings, copies: int) -> bool:
    """Whether so many copies are at least half of the looks at a series.

    Slices with too few grey levels to compare say nothing: two copies or more need to be half of the others only.
    """
    answered = sum(1 for look, finding in findings if not is_silent(look, finding))
    return copies > 0 and (2 * copies >= len(findings) or (copies >= _FEWEST and 2 * copies >= answered))


def read_twins(findings: Findings) -> TwinLooks:
    """Say what the looks mean for instances of one SOP Instance UID, each for itself.

    Where a slice was swapped among true twins the others can not vouch for it: one that its partner's neighbour beats
    is no twin. Nor do other figures of noise refute one that is clearly closer to its partner than to the neighbours:
    strong compression leaves little of any noise.
    """
    said: dict[SopFinding | None, list[LookAt]] = defaultdict(list)
    for look, finding in findings:
        said[_of_a_twin(look, finding)].append(look.at)
    copies, refuted = said[SopFinding.LOSSY_TWIN], said[SopFinding.CONFLICTING]
    return TwinLooks(
        copies=Counter(map(_blobs, copies)),
        alike=Counter(map(_blobs, _alike(findings))),
        refuted=frozenset(map(_blobs, refuted)),
        left_open=frozenset(map(_blobs, said[SopFinding.UNSETTLED])),
        vouched_series=frozenset({at.series for at in copies} - {at.series for at in refuted}),
    )


def _alike(findings: Findings) -> Iterable[LookAt]:
    """Return the looks that had little noise to compare, where they are few in their series."""
    series: dict[str, list[LookAt]] = defaultdict(list)
    for look, finding in findings:
        if finding is Finding.UNCLEAR and has_little_noise(look) and not _is_changed(look):
            series[look.at.series].append(look.at)
    looks = Counter(look.at.series for look, _ in findings)
    return (at for name, few in series.items() if len(few) <= _SHARE_LEFT * looks[name] for at in few)


def _is_changed(look: Looked) -> bool:
    """Whether a part of the picture was painted in or out, which compression does not do."""
    return look.result.changed > _MOST_CHANGED


def _of_a_twin(look: Looked, finding: Finding) -> SopFinding | None:
    """Say what one look means; None where it leaves the answer to the sketches and the rest of the series."""
    closer = is_closer(look)
    match finding:
        case Finding.COPY if not is_beaten(look) and not _is_changed(look):
            return SopFinding.LOSSY_TWIN
        case Finding.RECONSTRUCTION:
            return SopFinding.CONFLICTING
        case Finding.REPEAT:
            return SopFinding.UNSETTLED if closer else SopFinding.CONFLICTING
        case _:
            open_still = closer or bool(look.result.refused)
            return None if open_still and not _is_changed(look) else SopFinding.UNSETTLED


def _blobs(at: LookAt) -> tuple[BlobId, BlobId]:
    return (at.incoming.blob_id, at.prior.blob_id)


def sketch_pairs(looked: Iterable[Looked]) -> list[SketchPair]:
    """Return the sketches of looks whose pixels are no longer held."""
    return [
        SketchPair(look.at.sketch_distance, look.at.neighbour_distance)
        for look in looked
        if not look.held and look.at.sketch_distance is not None
    ]
