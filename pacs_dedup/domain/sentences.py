"""The verdict in one sentence that a radiographer can read aloud. No patient data."""

from collections.abc import Callable

from pacs_dedup.domain.counting import agreeing, counted, noun_for
from pacs_dedup.domain.evidence import Evidence, Fact, PatientTier
from pacs_dedup.domain.relation import perhaps_other_patient
from pacs_dedup.domain.verdict import Relation

_PATIENTS = {
    PatientTier.SAME: "the same patient",
    PatientTier.PROBABLE: "probably the same patient",
    PatientTier.POSSIBLE: "possibly the same patient",
    PatientTier.UNKNOWN: "a patient who could not be compared",
    PatientTier.DIFFERENT: "another patient",
    PatientTier.CONFLICT: "a patient whose details contradict each other",
}


def sentence_of(relation: Relation, evidence: Evidence) -> str:
    """Say the verdict in one sentence, or two where something must be done."""
    return _SENTENCES[relation](evidence)


def _n_of_m(number: int, evidence: Evidence) -> str:
    return f"{number} of {counted(evidence.coverage.incoming, 'item')}"


def _all_of(matched: int, items: int, which: str) -> str:
    if matched < items:
        return f"{matched} of the {counted(items, f'{which} item')}"
    return agreeing(items, f"the one {which} item", f"all {items} {which} items")


def _again(evidence: Evidence) -> str:
    return f"The same {noun_for(evidence.sop.shared, 'instance')} again"


def _how_equal(evidence: Evidence) -> str:
    """Say in what the matched items are equal, as the rest of a sentence about them."""
    coverage = evidence.coverage
    have = agreeing(coverage.matched, "has", "have")
    if coverage.sketched:
        return f"{have} the same noise{_by_what(evidence)}"
    if coverage.verified:
        return f"{agreeing(coverage.matched, 'shows', 'show')} the same acquisition with altered pixels"
    if coverage.value:
        return f"{have} the same pixels once rescaling, inversion or borders are undone"
    return f"{have} exactly the same {'pixels' if coverage.images_matched else 'content'}"


def _by_what(evidence: Evidence) -> str:
    coverage = evidence.coverage
    if coverage.sketched:
        some = ", some" if coverage.confirmed else ""
        return f"{some} by their sketches (the pixels are no longer held)"
    return " with altered pixels" if coverage.verified else ""


def _corrected(evidence: Evidence) -> str:
    who = _PATIENTS[evidence.patient_tier]
    undone = " once rescaling or borders are undone" if evidence.coverage.value else ""
    unread = evidence.sop.not_comparable
    but = f" but for {unread} that could not be examined" if unread else ""
    again = f"{_again(evidence)} with other header values, for {who}{_and_new(evidence)}"
    return f"{again}; the pixels are equal{undone}{but}.{_check_the_name(evidence)}"


def _and_new(evidence: Evidence) -> str:
    new = max(evidence.incoming_instances - evidence.sop.shared, 0)
    return f", and {new} that {agreeing(new, 'is', 'are')} new" if evidence.sop.shared and new else ""


def _check_the_name(evidence: Evidence) -> str:
    against = perhaps_other_patient(evidence)
    return " What the headers say of the patient does not agree: check the identity first." if against else ""


def _conflict(evidence: Evidence) -> str:
    what = "content" if evidence.sop.objects else "pixels"
    known = f"{_known_uids(evidence.sop.conflicting)} arrived with different {what}."
    if evidence.sop.objects:
        return f"{known} Two versions hide behind one UID: find out which one counts."
    if evidence.sop.conflicting == evidence.sop.refuted:
        return f"{known} By their noise alone, two images hide behind one UID: look at both."
    return f"{known} Two images hide behind one UID: find out which one the report means."


def _known_uids(number: int) -> str:
    return f"{counted(number, 'SOP Instance UID')} that {agreeing(number, 'is', 'are')} known already"


def _lossy_twin(evidence: Evidence) -> str:
    return f"{_again(evidence)}, lossily compressed{_and_new(evidence)}; the {_BETTER[evidence.better]}."


def _copy(evidence: Evidence) -> str:
    renewed = "under new UIDs" if not evidence.sop.shared else "with some UIDs renewed"
    who = _PATIENTS[evidence.patient_tier]
    return f"A copy {renewed}, for {who}: {_n_of_m(evidence.coverage.matched, evidence)} {_how_equal(evidence)}."


def _lossy_copy(evidence: Evidence) -> str:
    return f"{_copy(evidence)[:-1]}; the {_BETTER[evidence.better]}."


def _wrong_patient(evidence: Evidence) -> str:
    who = _PATIENTS[evidence.patient_tier]
    images = agreeing(_number_shared(evidence), "an image", "images")
    return (
        f"{_shared(evidence)} as {images} filed for {who}. "
        "One of the two studies may be filed under the wrong person: check the identity first."
    )


def _number_shared(evidence: Evidence) -> int:
    return evidence.coverage.matched + evidence.coverage.turned or evidence.sop.lossy_twin


def _shared(evidence: Evidence) -> str:
    """Say what two studies of two people have in common."""
    coverage = evidence.coverage
    if coverage.matched:
        turned = f", and {coverage.turned} once flipped or rotated," if coverage.turned else ""
        return f"{_n_of_m(coverage.matched, evidence)} {_how_equal(evidence)}{turned}"
    if coverage.turned:
        have = agreeing(coverage.turned, "has", "have")
        return f"{_n_of_m(coverage.turned, evidence)} {have}, once flipped or rotated, the same pixels"
    twins = evidence.sop.lossy_twin
    return f"{counted(twins, 'instance')} came again, lossily compressed, under the same {noun_for(twins, 'UID')}"


def _unknown_patient(evidence: Evidence) -> str:
    possible = evidence.patient_tier is PatientTier.POSSIBLE
    doubt = "is only possibly the same" if possible else "could not be compared"
    return (
        f"{_n_of_m(evidence.coverage.matched, evidence)} {_how_equal(evidence)} as a known study, "
        f"but the patient {doubt}: settle the identity first."
    )


def _subset(evidence: Evidence) -> str:
    coverage = evidence.coverage
    return (
        f"A part of a known study: {_all_of(coverage.matched, coverage.incoming, 'incoming')} "
        f"{_how_equal(evidence)} as {coverage.matched} of its {coverage.prior}."
    )


def _superset(evidence: Evidence) -> str:
    coverage = evidence.coverage
    return (
        f"More complete than the known study: it has {_all_of(coverage.matched, coverage.prior, 'known')}"
        f"{_by_what(evidence)} and {coverage.incoming - coverage.matched} more. The known one is incomplete."
    )


def _overlap(evidence: Evidence) -> str:
    coverage = evidence.coverage
    new = coverage.incoming - coverage.matched
    return (
        f"{counted(coverage.matched, 'item')} {agreeing(coverage.matched, 'is', 'are')} in both studies"
        f"{_by_what(evidence)}; {new} {agreeing(new, 'is', 'are')} only in the incoming and "
        f"{coverage.prior - coverage.matched} only in the known one. "
        "Neither replaces the other."
    )


def _continued(evidence: Evidence) -> str:
    longer = f"The same study, {counted(evidence.incoming_instances - evidence.sop.shared, 'instance')} longer"
    check = _check_the_name(evidence)
    return f"{longer}.{check}" if check else f"{longer}: ordinary growth."


def _presentation(evidence: Evidence) -> str:
    differing = [
        words
        for fact, words in ((Fact.PRESENTATION, "otherwise"), (Fact.OVERLAYS, "with other overlays"))
        if evidence.level(fact) == "differs"
    ]
    undone = " once rescaling, inversion or borders are undone" if evidence.coverage.value else ""
    return f"The stored pixels are the same{undone}, but the study is shown {' and '.join(differing)}."


def _undigestable(evidence: Evidence) -> str:
    coverage = evidence.coverage
    if coverage.unreadable_prior and not coverage.unreadable_incoming:
        words = "The pixels of the known study could not be examined, so nothing tells whether this is a copy of it."
    else:
        words = "The pixels could not be examined; the study is kept and forwarded as it came."
    return f"{words}{_check_the_name(evidence)}"


def _undecided(evidence: Evidence) -> str:
    if evidence.sop.unsettled:
        unsettled = evidence.sop.unsettled
        return (
            f"{_known_uids(unsettled)} arrived with content that differs, and nothing settles whether "
            f"{agreeing(unsettled, 'it', 'each')} is one object, compressed or rewritten, or two: look at both."
        )
    if evidence.patient_tier in (PatientTier.DIFFERENT, PatientTier.CONFLICT):
        who = _PATIENTS[evidence.patient_tier]
        return (
            f"Acquisition, UIDs, references or documents tie this study to one filed for {who}: check who it is first."
        )
    return "Much agrees, but the pixels do not settle it: a person should look."


def _uninformative(evidence: Evidence) -> str:
    only = agreeing(evidence.coverage.uninformative, "a blank or template image is", "blank or template images are")
    return f"Only {only} equal; that says nothing.{_check_the_name(evidence)}"


def _fixed(words: str) -> Callable[[Evidence], str]:
    return lambda evidence: f"{words}{_check_the_name(evidence)}"


_BETTER = {
    "incoming": "incoming study is the better version",
    "prior": "known study is the better version",
    "equal": "two versions are of equal quality",
}
_SENTENCES: dict[Relation, Callable[[Evidence], str]] = {
    Relation.DISTINCT: _fixed("Another study: nothing says that it is a copy."),
    Relation.RESEND: lambda evidence: f"{_again(evidence)}, unchanged: an ordinary re-transmission.",
    Relation.TRANSCODED_RESEND: (
        lambda evidence: f"{_again(evidence)} in another transfer syntax; the decoded pixels are equal."
    ),
    Relation.CORRECTED_RESEND: _corrected,
    Relation.UID_CONFLICT: _conflict,
    Relation.LOSSY_TWIN: _lossy_twin,
    Relation.EXACT_COPY: _copy,
    Relation.LOSSY_COPY: _lossy_copy,
    Relation.WRONG_PATIENT: _wrong_patient,
    Relation.COPY_PATIENT_UNKNOWN: _unknown_patient,
    Relation.OTHER_RECONSTRUCTION: _fixed(
        "The same acquisition, reconstructed or processed differently; both are needed."
    ),
    Relation.DERIVED: _fixed("One study was derived from the other, as its references say; both are needed."),
    Relation.REPEAT_ACQUISITION: _fixed("A repeat acquisition of the same patient: alike, but not a copy."),
    Relation.SUBSET: _subset,
    Relation.SUPERSET: _superset,
    Relation.OVERLAP: _overlap,
    Relation.PROCEDURE_SPLIT: _fixed(
        "One acquisition filed for two orders by the modality; both entries are intended."
    ),
    Relation.CONTINUED: _continued,
    Relation.ORIENTATION_TWIN: _fixed(
        "The same pixels, flipped or rotated: check the side before anyone relies on it."
    ),
    Relation.PRESENTATION_TWIN: _presentation,
    Relation.UNINFORMATIVE_MATCH: _uninformative,
    Relation.UNDIGESTABLE: _undigestable,
    Relation.UNDECIDED: _undecided,
}
