"""What looks at pixels say: one finding a look, and no copy in a series whose slices do not beat their neighbours."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from statistics import fmean

from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.closeness import CLEARLY_AHEAD, is_beaten, is_closer, lead_over_neighbours
from pacs_dedup.domain.frames.noise_model import LEAST_COPY_BITS, MOST_UNEXPLAINED, Reading, copy_bits, read_figures
from pacs_dedup.domain.frames.sketch_evidence import SketchPair, sketch_bits
from pacs_dedup.domain.frames.sop_findings import SopFinding, TwinLooks
from pacs_dedup.domain.frames.verification import Fidelity
from pacs_dedup.domain.identifiers import BlobId

_RECONSTRUCTED_MODALITIES = frozenset({"CT", "MR", "PT", "NM"})
_VOLUMES_IN_TIME = frozenset({"MR", "PT", "NM"})
_MOVING = frozenset({"US", "IVUS", "XA", "RF", "ES"})
_MOST_TEXT = 0.05
_ALIKE, _SOME_NOISE, _MUCH_NOISE = 0.985, 0.6, 0.9
_NEARLY_ALIKE, _NEARLY_ALL_NOISE = 0.95, 0.97
_RATHER_ALIKE, _LEAST_NOISE = 0.9, 0.4
_ENOUGH_PIXELS = 10_000
_ENOUGH_SLICES = 5
_FEWEST = 2
_LEAST_MEAN_BITS = 1.0
"""What slices that leave it open must weigh on average where at least `_ENOUGH_SLICES` speak together."""
_SHARE_THAT_WINS = 0.8


class Finding(StrEnum):
    """What a look at two frames says, the other looks at its series considered."""

    COPY = "copy"
    RECONSTRUCTION = "reconstruction"
    REPEAT = "repeat"
    UNCLEAR = "unclear"
    SKETCHED = "sketched"


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
        return Finding.COPY if _settled_though_thin(look) else Finding.UNCLEAR
    reconstructed = look.at.modalities <= _RECONSTRUCTED_MODALITIES
    finding = _FINDINGS[read_figures(look.result, kernel=look.at.kernel, reconstructed=reconstructed)]
    if finding is Finding.COPY and (_moves(look) or not _tells_alone(look)):
        return Finding.UNCLEAR
    if finding is Finding.REPEAT and _lost_its_noise(look):
        finding = Finding.UNCLEAR
    settled = finding is Finding.UNCLEAR and _settled_by_the_clock(look) and not _moves(look)
    return Finding.COPY if settled else finding


def _lost_its_noise(look: Looked) -> bool:
    """Whether compression may be why two frames of one moment share less noise than copies do; they are no repeats.

    What shares next to none is another image, whatever its header says. Under one UID, where one of two images may
    stand for the other, they have to be clearly closer than others.
    """
    some = look.result.fidelity is Fidelity.LOSSY and look.result.correlation >= _LEAST_NOISE
    return some and _one_image_by_the_header(look) and (not look.at.one_uid or is_closer(look))


def _settled_though_thin(look: Looked) -> bool:
    """Whether two frames are one by their headers, and look it, of which little carries grey levels.

    Eight bits over the whole range of a CT leave a head three or four levels: no noise, and what is alike are edges.
    So noise does not speak here for itself; but where the clock rules a repeat out, and a neighbour looks less alike,
    the picture is enough.
    """
    found = look.result
    by_noise = not found.refused and copy_bits(found) >= LEAST_COPY_BITS
    alike = by_noise or found.likeness >= _ALIKE
    return (
        alike
        and found.outlier_share <= _MOST_TEXT
        and _one_image_by_the_header(look)
        and lead_over_neighbours(look) > 0
    )


def _moves(look: Looked) -> bool:
    """Whether what disagrees may be motion.

    In pictures of moving organs the graphics, the still parts and the speckle of a closed probe repeat from frame to
    frame; blocks that disagree are the organ, and no burnt-in text.
    """
    return not look.at.modalities.isdisjoint(_MOVING) and look.result.outlier_share > _MOST_TEXT


def _tells_alone(look: Looked) -> bool:
    """Whether noise may speak without the clock.

    Small matrices, as functional and diffusion scans have them, hold more fine structure than noise: their repeats look
    like copies that lost a little. So they need the clock's word too, unless every grey level follows exactly.
    """
    found = look.result
    follows = found.fidelity is Fidelity.EXACT and found.unexplained_share <= MOST_UNEXPLAINED
    return look.at.one_moment or follows or _is_large(look) or look.at.modalities.isdisjoint(_VOLUMES_IN_TIME)


def _is_large(look: Looked) -> bool:
    """Whether enough pixels were compared; those that enlarging a small matrix makes do not count."""
    live, matrix = look.result.live_pixels, look.at.least_matrix
    return min(live, live if matrix is None else matrix) >= _ENOUGH_PIXELS


def _settled_by_the_clock(look: Looked) -> bool:
    """Whether the clock settles what noise leaves open.

    Strong compression takes most of the noise away. Two frames of one moment are no repeats of each other, and where
    they look the same to the last percent only the reconstruction is left to doubt, which the reading has excluded. A
    small matrix must show more of the same noise, for it has less. Nearly all the same noise may stand for some of the
    likeness: values that wrap, as phases do, are spread where they wrap.
    """
    found = look.result
    noise = _SOME_NOISE if _is_large(look) else _MUCH_NOISE
    alike = found.likeness >= _ALIKE and found.correlation >= noise
    nearly = found.likeness >= _NEARLY_ALIKE and found.correlation >= _NEARLY_ALL_NOISE
    return _one_image_by_the_header(look) and (alike or nearly or _settled_without_noise(look))


def _settled_without_noise(look: Looked) -> bool:
    """Whether a frame that was compressed and filed anew is settled though its noise is no copy's.

    Then the picture is enough, as of frames that have no noise; or what is left of the noise leans towards a copy; or
    the frame declares itself to be the other one, and neither its noise nor a neighbour says otherwise.
    """
    found = look.result
    if found.fidelity is not Fidelity.LOSSY or look.at.one_uid:
        return False
    ahead = lead_over_neighbours(look) > 0
    leans = copy_bits(found) >= 0 and found.likeness >= _RATHER_ALIKE
    declared = look.at.declared and found.correlation >= _LEAST_NOISE and not is_beaten(look)
    return (ahead and (found.likeness >= _ALIKE or leans)) or declared


def _one_image_by_the_header(look: Looked) -> bool:
    """Whether two frames are of one moment and were reconstructed once, as far as is told."""
    kept = look.at.kernel == "equal" or not look.at.modalities <= _RECONSTRUCTED_MODALITIES
    return look.at.one_moment and kept


def _settled_together(findings: Findings) -> Findings:
    """Take what is unclear for copies where the clock speaks for every slice, and all of them together for a copy.

    Compression takes the same from every slice; a repeat has a noise of its own in each. So a little that speaks for a
    copy in slice after slice is more than a little; and so is that each is clearly closer to its own partner than to
    the slices beside it.
    """
    answered = [(look, finding) for look, finding in findings if not is_silent(look, finding)]
    against = any(finding in (Finding.REPEAT, Finding.RECONSTRUCTION) for _, finding in answered)
    by_header = all(_one_image_by_the_header(look) and not _moves(look) for look, _ in answered)
    if len(answered) < _ENOUGH_SLICES or against or not by_header:
        return findings
    still_open = [look for look, finding in answered if finding is Finding.UNCLEAR]
    aligned = all(is_closer(look) and look.result.fidelity is Fidelity.LOSSY for look in still_open)
    if still_open and not aligned and fmean(copy_bits(look.result) for look in still_open) < _LEAST_MEAN_BITS:
        return findings
    return [(look, finding if is_silent(look, finding) else Finding.COPY) for look, finding in findings]


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
    unopposed = not any(finding in (Finding.REPEAT, Finding.RECONSTRUCTION) for _, finding in findings)
    sketched = unopposed and sketch_bits(sketch_pairs(look for look, _ in findings)) > 0
    for look, finding in findings:
        if sketched and not look.held:
            yield look, Finding.SKETCHED
            continue
        holds = (most and aligned) or finding is not Finding.COPY
        yield look, finding if holds else Finding.UNCLEAR


def _stand_together(copies: Sequence[Looked]) -> bool:
    """Whether copies stand against their partners' neighbours.

    Nearly each has to be closer to its partner. Where the clock knows which is which, no neighbour must be ahead on the
    whole: volumes that follow one another within a second look so alike that of compressed ones no more can be asked.
    """
    measured = [look for look in copies if not look.result.refused]
    wins = sum(map(is_closer, measured))
    needed = _SHARE_THAT_WINS * len(measured) if len(measured) >= _ENOUGH_SLICES else len(measured)
    if wins >= needed:
        return True
    leads = [lead_over_neighbours(look) for look in measured]
    return all(map(_one_image_by_the_header, measured)) and fmean(leads) > -CLEARLY_AHEAD


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
        refuted=frozenset(map(_blobs, refuted)),
        left_open=frozenset(map(_blobs, said[SopFinding.UNSETTLED])),
        reach=_reach_of(copies, frozenset(at.series for at in refuted)),
    )


def _reach_of(copies: Iterable[LookAt], doubted: frozenset[str]) -> Mapping[str, float]:
    """Return, of each series that looks vouch for, how far apart the sketches of a copy may lie in it."""
    distances: dict[str, list[float]] = defaultdict(list)
    for at in copies:
        if at.series not in doubted:
            distances[at.series].append(at.sketch_distance or 0.0)
    return {series: max(each) for series, each in distances.items()}


def _of_a_twin(look: Looked, finding: Finding) -> SopFinding | None:
    """Say what one look means; None where it leaves the answer to the sketches and the rest of the series."""
    closer = is_closer(look)
    match finding:
        case Finding.COPY if not is_beaten(look):
            return SopFinding.LOSSY_TWIN
        case Finding.RECONSTRUCTION:
            return SopFinding.CONFLICTING
        case Finding.REPEAT:
            return SopFinding.UNSETTLED if closer else SopFinding.CONFLICTING
        case _:
            return None if closer or look.result.refused else SopFinding.UNSETTLED


def _blobs(at: LookAt) -> tuple[BlobId, BlobId]:
    return (at.incoming.blob_id, at.prior.blob_id)


def sketch_pairs(looked: Iterable[Looked]) -> list[SketchPair]:
    """Return the sketches of looks whose pixels are no longer held."""
    return [
        SketchPair(look.at.sketch_distance, look.at.neighbour_distance)
        for look in looked
        if not look.held and look.at.sketch_distance is not None
    ]
