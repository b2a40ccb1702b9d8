"""What the pixels say, as weighed comparisons."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from pacs_dedup.domain.counting import agreeing, counted
from pacs_dedup.domain.evidence import Comparison, Coverage, Fact, Group
from pacs_dedup.domain.frames.alignment import Looked
from pacs_dedup.domain.frames.findings import sketch_pairs
from pacs_dedup.domain.frames.pairing import FrameItem, Pairing
from pacs_dedup.domain.frames.placement import measured_otherwise, out_of_order, placed_otherwise
from pacs_dedup.domain.frames.sketch_evidence import sketch_bits
from pacs_dedup.domain.identifiers import Digest, by_one_rule

_EQUAL_FRAME_BITS = 19.8
_FRAMES_THAT_COUNT = 8
"""Further equal frames of one study add nothing: they depend on each other."""
_NO_EQUAL_FRAME_BITS = -3.3
_VERIFIED_BITS = 7.6
_REJECTED_BITS = -12.0
_EQUAL_CONTENT_BITS = 10.0
_ALIKE = {
    Fact.PRESENTATION: ("is shown alike", "are shown alike"),
    Fact.OVERLAYS: ("carries the same overlays, or none", "carry the same overlays, or none"),
}
_OTHERWISE = {
    Fact.PRESENTATION: ("is shown otherwise", "are shown otherwise"),
    Fact.OVERLAYS: ("carries other overlays", "carry other overlays"),
}


def compare_pixels(pairing: Pairing, coverage: Coverage, looked: Sequence[Looked]) -> tuple[Comparison, ...]:
    """Weigh equal digests, equal values, verified noise, and what differs although the pixels are equal."""
    made = (
        _equal_frames(pairing),
        _equal_values(pairing),
        _noise(coverage, looked),
        _uninformative(pairing),
        _presentation(pairing),
        _overlays(pairing),
        _placement(pairing),
        _content(pairing),
        _unreadable(pairing),
    )
    return tuple(comparison for comparison in made if comparison is not None)


def _equal_frames(pairing: Pairing) -> Comparison | None:
    equal = len(pairing.exact)
    incoming = equal + len(pairing.value) + len(pairing.turned) + len(pairing.left_incoming)
    prior = equal + len(pairing.value) + len(pairing.turned) + len(pairing.left_prior)
    if not incoming or not prior:
        return None
    level = "all" if equal == incoming == prior else "some" if equal else "none"
    bits = _EQUAL_FRAME_BITS * min(equal, _FRAMES_THAT_COUNT) if equal else _NO_EQUAL_FRAME_BITS
    of_incoming, have = counted(incoming, "incoming frame"), agreeing(equal, "has", "have")
    sentence = f"{equal} of {of_incoming} {have} exactly the pixels of a prior frame"
    counts = counted(incoming, "frame"), counted(prior, "frame")
    return Comparison(Fact.FRAME_DIGESTS, Group.PIXELS, level, bits, sentence, *counts)


def _equal_values(pairing: Pairing) -> Comparison | None:
    equal = len(pairing.value)
    if not equal:
        return None
    more = f"{counted(equal, 'more frame')} {agreeing(equal, 'is', 'are')}"
    sentence = f"{more} equal once rescaling, inversion or an added border is undone"
    bits = _EQUAL_FRAME_BITS * min(equal, _FRAMES_THAT_COUNT)
    return Comparison(Fact.VALUE_DIGESTS, Group.PIXELS, "equal", bits, sentence)


def _noise(coverage: Coverage, looked: Sequence[Looked]) -> Comparison | None:
    figures = [look.result.correlation for look in looked if not look.result.refused]
    if not figures and not coverage.confirmed:
        return _sketches(coverage, looked)
    middle = f"median correlation of the noise {median(figures):.2f}" if figures else "of noise there is none left"
    frames = counted(len(looked), "frame")
    if coverage.confirmed > coverage.rejected:
        return _copies(coverage, middle)
    if coverage.reconstructed:
        show = agreeing(coverage.reconstructed, "shows", "show")
        sentence = f"{coverage.reconstructed} of {frames} {show} the same noise shaped differently ({middle})"
        return Comparison(Fact.RESIDUAL_NOISE, Group.PIXELS, "reconstructed", 0.0, sentence)
    if coverage.rejected:
        show = agreeing(coverage.rejected, "shows", "show")
        sentence = f"{coverage.rejected} of {frames} looked at {show} other noise ({middle}): another acquisition"
        return Comparison(Fact.RESIDUAL_NOISE, Group.PIXELS, "other_noise", _REJECTED_BITS, sentence)
    sentence = f"{frames} {agreeing(len(looked), 'was', 'were')} looked at without a clear answer ({middle})"
    return Comparison(Fact.RESIDUAL_NOISE, Group.PIXELS, "unclear", 0.0, sentence)


def _copies(coverage: Coverage, middle: str) -> Comparison:
    settled = coverage.settled
    shown = coverage.confirmed - settled
    alike, its = agreeing(settled, "looks like a prior one", "look like prior ones"), agreeing(settled, "its", "their")
    told = (
        (shown, agreeing(shown, "shows the same noise", "show the same noise")),
        (settled, f"{alike}, and what is left of {its} noise agrees with headers that name one image"),
    )
    tried = counted(coverage.tried, "frame")
    words = "; ".join(f"{number} of {tried} looked at {what}" for number, what in told if number)
    level, bits = ("same_noise", _VERIFIED_BITS) if shown else ("alike", 0.0)
    return Comparison(Fact.RESIDUAL_NOISE, Group.PIXELS, level, bits, f"{words} ({middle}): copies")


def _sketches(coverage: Coverage, looked: Sequence[Looked]) -> Comparison | None:
    if not coverage.sketched:
        return None
    sentence = (
        f"the noise sketches of {coverage.sketched} of {counted(coverage.tried, 'frame')} agree; "
        "the pixels themselves are no longer held and could not be looked at"
    )
    return Comparison(Fact.RESIDUAL_NOISE, Group.PIXELS, "sketched", sketch_bits(sketch_pairs(looked)), sentence)


def _uninformative(pairing: Pairing) -> Comparison | None:
    number = pairing.uninformative
    if not number:
        return None
    are, do = agreeing(number, "is", "are"), agreeing(number, "does", "do")
    frames = counted(number, "equal frame")
    sentence = f"{frames} {are} blank, uniform or shared by many patients, and {do} not count"
    return Comparison(Fact.UNINFORMATIVE_FRAMES, Group.PIXELS, "equal", 0.0, sentence)


def _presentation(pairing: Pairing) -> Comparison | None:
    """Equal pixels that a screen would show differently.

    Rewritten values come with another rescale and window, so of those only black for white is a difference.
    Digests by other rules than today's tell nothing.
    """
    turned_round = sum(1 for a, b in pairing.value if a.fingerprint.polarity * b.fingerprint.polarity < 0)
    if turned_round:
        shown = agreeing(turned_round, "is shown", "are shown")
        sentence = f"{counted(turned_round, 'frame')} with equal values {shown} black for white"
        return Comparison(Fact.PRESENTATION, Group.STRUCTURE, "differs", 0.0, sentence)
    comparable = [(a, b) for a, b in pairing.exact if by_one_rule(a.shown_as, b.shown_as)]
    unknown = len(pairing.exact) - len(comparable)
    if unknown and all(a.shown_as == b.shown_as for a, b in comparable):
        they_are = agreeing(unknown, "it is", "they are")
        sentence = f"of {counted(unknown, 'frame')} with equal pixels nothing tells whether {they_are} shown alike"
        return Comparison(Fact.PRESENTATION, Group.STRUCTURE, "not_comparable", 0.0, sentence)
    return _beside_pixels(comparable, Fact.PRESENTATION, lambda item: item.shown_as)


def _overlays(pairing: Pairing) -> Comparison | None:
    return _beside_pixels(pairing.exact, Fact.OVERLAYS, lambda item: item.instance.overlay_digest)


def _beside_pixels(
    pairs: Sequence[tuple[FrameItem, FrameItem]], fact: Fact, digest: Callable[[FrameItem], Digest | None]
) -> Comparison | None:
    if not pairs:
        return None
    differing = sum(1 for incoming, prior in pairs if digest(incoming) != digest(prior))
    if not differing:
        frames = agreeing(len(pairs), "frame", "frames")
        sentence = f"the equal {frames} {agreeing(len(pairs), *_ALIKE[fact])}"
        return Comparison(fact, Group.STRUCTURE, "equal", 0.0, sentence)
    sentence = f"{counted(differing, 'frame')} with equal pixels {agreeing(differing, *_OTHERWISE[fact])}"
    return Comparison(fact, Group.STRUCTURE, "differs", 0.0, sentence)


def _placement(pairing: Pairing) -> Comparison | None:
    """Equal pixels that are turned, or of which the headers say something else: one of the two may be a correction."""
    if pairing.turned:
        turned = len(pairing.turned)
        sentence = f"{counted(turned, 'frame')} {agreeing(turned, 'is', 'are')} equal once rotated or reflected"
        return Comparison(Fact.ORIENTATION, Group.STRUCTURE, "turned", 0.0, sentence)
    equal = (*pairing.exact, *pairing.value)
    found = (
        (
            sum(placed_otherwise(*couple) for couple in equal),
            ("is given", "are given"),
            "another side, orientation or position, or one that the prior lacks",
        ),
        (
            sum(measured_otherwise(*couple) for couple in equal),
            ("comes", "come"),
            "with another weight or injected dose, by which uptake is measured",
        ),
        (out_of_order(pairing), ("stands", "stand"), "in another order"),
    )
    told = [f"{counted(n, 'equal frame')} {agreeing(n, *verbs)} {words}" for n, verbs, words in found if n]
    return Comparison(Fact.ORIENTATION, Group.STRUCTURE, "differs", 0.0, "; ".join(told)) if told else None


def _content(pairing: Pairing) -> Comparison | None:
    equal, new, gone = pairing.content, pairing.new_content, pairing.prior_only_content
    if not (equal or new or gone):
        return None
    if new or gone:
        are_new = agreeing(new, "incoming report or other object is new", "incoming reports or other objects are new")
        are_equal = f"{equal} {agreeing(equal, 'is', 'are')} equal"
        sentence = f"{new} {are_new}, {gone} of the prior did not come, {are_equal}{_of_others(pairing)}"
        return Comparison(Fact.CONTENT_DIGESTS, Group.STRUCTURE, "differs", 0.0, sentence)
    objects_have = agreeing(equal, "report or other object has", "reports or other objects have")
    sentence = f"{equal} {objects_have} equal content"
    return Comparison(Fact.CONTENT_DIGESTS, Group.PIXELS, "equal", _EQUAL_CONTENT_BITS, sentence)


def _of_others(pairing: Pairing) -> str:
    said, known = (
        Counter(i.content_digest for i in side) for side in (pairing.new_objects, pairing.prior_only_objects)
    )
    alike = (said & known).total()
    say = agreeing(alike, "says what a known one says", "say what known ones say")
    return f"; {alike} of the new ones {say}, of other images" if alike else ""


def _unreadable(pairing: Pairing) -> Comparison | None:
    incoming, prior = pairing.unreadable_incoming, pairing.unreadable_prior
    if not incoming and not prior:
        return None
    sentence = f"{incoming} incoming and {counted(prior, 'prior instance')} could not be examined"
    return Comparison(Fact.UNREADABLE, Group.STRUCTURE, "some", 0.0, sentence, str(incoming), str(prior))
