"""The relation of two studies: gates, in order, over the evidence. Each gate is one row of the taxonomy."""

from pacs_dedup.domain.evidence import Coverage, Evidence, Fact, PatientTier
from pacs_dedup.domain.patients.names import CONTRADICTING
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Relation

_ENOUGH_ANSWERS = 4
"""One look in so many has to answer before those with hardly a grey level are left out."""
_METADATA_SUSPICION_BITS = 20.0
"""Sum of weights from which metadata alone asks for a look, although no pixel could confirm a copy."""


def relate(evidence: Evidence, policy: Policy) -> Relation:
    """Name the relation of an incoming study to a prior one.

    What lies under shared UIDs is judged first, then shared pixels, then everything else.
    """
    return (
        _under_shared_uids(evidence)
        or _with_shared_pixels(evidence, policy)
        or _without_shared_pixels(evidence)
        or Relation.DISTINCT
    )


def other_patient(link: PatientTier) -> bool:
    """Tell whether the headers name two people, or contradict themselves about one."""
    return link in (PatientTier.DIFFERENT, PatientTier.CONFLICT)


def perhaps_other_patient(evidence: Evidence) -> bool:
    """Tell whether kept UIDs come under another name, though little enough is known that it may be one person's."""
    match evidence.patient_tier:
        case PatientTier.UNKNOWN:
            against = evidence.patient_bits < 0
        case PatientTier.POSSIBLE:
            against = evidence.level(Fact.PATIENT_NAME) in CONTRADICTING
        case _:
            against = False
    return against and (evidence.sop.shared > 0 or evidence.level(Fact.STUDY_INSTANCE_UID) == "equal")


def _under_shared_uids(evidence: Evidence) -> Relation | None:
    sop = evidence.sop
    if not sop.shared:
        return None
    if sop.conflicting:
        return Relation.UID_CONFLICT
    if sop.unsettled:
        return Relation.UNDECIDED
    return _grown(evidence) if sop.shared < evidence.incoming_instances else _resent(evidence)


def _grown(evidence: Evidence) -> Relation | None:
    """Some instances are known by UID, some are new; new ones whose pixels are known are judged by pixels.

    A study that grows under another patient's name is no ordinary growth; its pixels and UIDs are judged further on.
    Nor is one whose known instances came otherwise than they are known: what they say is not lost among new ones. What
    the new ones say, turned or alike without an answer, is in turn not lost among known ones that came again.
    """
    coverage, sop = evidence.coverage, evidence.sop
    if coverage.renewed or coverage.turned or other_patient(evidence.patient_tier):
        return None
    if evidence.level(Fact.STUDY_INSTANCE_UID) != "equal":
        return None
    if _alike_without_answer(coverage) and not sop.lossy_twin:
        return Relation.UNDECIDED
    unchanged = sop.shared == sop.identical + sop.transcoded
    return Relation.CONTINUED if unchanged else _resent(evidence)


def _resent(evidence: Evidence) -> Relation:
    sop = evidence.sop
    stranger = other_patient(evidence.patient_tier)
    if sop.lossy_twin:
        return Relation.WRONG_PATIENT if stranger else Relation.LOSSY_TWIN
    if sop.corrected:
        return Relation.CORRECTED_RESEND
    if sop.not_comparable:
        return Relation.UNDECIDED if stranger else Relation.UNDIGESTABLE
    return Relation.TRANSCODED_RESEND if sop.transcoded else Relation.RESEND


def _with_shared_pixels(evidence: Evidence, policy: Policy) -> Relation | None:
    coverage = evidence.coverage
    if not coverage.images_matched and not coverage.turned:
        return _with_shared_objects(evidence)
    if _noise_against_the_clock(evidence):
        return Relation.UNDECIDED
    if other_patient(evidence.patient_tier):
        return Relation.WRONG_PATIENT
    if coverage.turned:
        return Relation.ORIENTATION_TWIN
    if not _known_patient(evidence.patient_tier):
        return Relation.COPY_PATIENT_UNKNOWN
    return _covered(evidence, policy)


def _noise_against_the_clock(evidence: Evidence) -> bool:
    """Noise speaks for a copy more than digests do, and the acquisition times against it.

    A quiet scan and its repeat can look alike beyond what noise tells apart, so this is for a person. A shared capture
    or two among them prove nothing of the rest.
    """
    coverage = evidence.coverage
    mostly_noise = coverage.verified > coverage.exact + coverage.value and not coverage.turned
    return mostly_noise and _acquired_at_other_times(evidence)


def _acquired_at_other_times(evidence: Evidence) -> bool:
    if evidence.level(Fact.ACQUISITION_FRACTIONS) == "differs":
        return True  # volumes of a functional scan follow one another within a second
    return evidence.level(Fact.ACQUISITION_TIME) in ("same_day", "same_day_other_extent", "other_day")


def _with_shared_objects(evidence: Evidence) -> Relation | None:
    """Reports and documents alone: equal content makes a copy only where everything is equal."""
    coverage = evidence.coverage
    if not coverage.exact or coverage.matched < max(coverage.incoming, coverage.prior):
        return None
    if other_patient(evidence.patient_tier):
        return Relation.UNDECIDED
    known = _known_patient(evidence.patient_tier)
    return Relation.EXACT_COPY if known else Relation.COPY_PATIENT_UNKNOWN


def _known_patient(tier: PatientTier) -> bool:
    return tier in (PatientTier.SAME, PatientTier.PROBABLE)


def _covered(evidence: Evidence, policy: Policy) -> Relation:
    coverage = evidence.coverage
    incoming_whole = coverage.incoming_share >= policy.complete_share and not coverage.new_content
    prior_whole = coverage.prior_share >= policy.complete_share and not coverage.prior_only_content
    if incoming_whole and prior_whole:
        return _whole_copy(evidence)
    if incoming_whole:
        return Relation.SUBSET
    return Relation.SUPERSET if prior_whole else Relation.OVERLAP


def _whole_copy(evidence: Evidence) -> Relation:
    if evidence.coverage.verified:
        return Relation.LOSSY_COPY
    if "differs" in (evidence.level(Fact.PRESENTATION), evidence.level(Fact.OVERLAYS)):
        return Relation.PRESENTATION_TWIN
    return Relation.PROCEDURE_SPLIT if _files_two_orders(evidence) else Relation.EXACT_COPY


def _files_two_orders(evidence: Evidence) -> bool:
    """Whether the modality itself filed one acquisition for two ordered procedures (PS3.17 J.4.2).

    It does so under one patient, and keeps the Frame of Reference; a copy from elsewhere that comes by the same archive
    has another patient's number, or all its UIDs renewed.
    """
    two_orders = evidence.same_source and evidence.level(Fact.ACCESSION_NUMBER) == "differs"
    one_patient = evidence.patient_tier is PatientTier.SAME
    return two_orders and one_patient and evidence.level(Fact.FRAME_OF_REFERENCE) != "differs"


def _without_shared_pixels(evidence: Evidence) -> Relation | None:
    coverage = evidence.coverage
    same_study = evidence.level(Fact.STUDY_INSTANCE_UID) == "equal"
    derived = evidence.level(Fact.SOURCE_REFERENCES) in ("to_prior", "to_incoming")
    if other_patient(evidence.patient_tier) and (same_study or derived or evidence.sop.shared):
        return Relation.UNDECIDED
    if same_study:
        return Relation.UNDECIDED if _alike_without_answer(coverage) else Relation.CONTINUED
    if derived:
        return Relation.DERIVED
    if _nothing_examined(coverage):
        return Relation.UNDIGESTABLE
    if coverage.uninformative and not _same_acquisition(evidence):
        return Relation.UNINFORMATIVE_MATCH
    return _by_acquisition(evidence)


def _nothing_examined(coverage: Coverage) -> bool:
    """Whether one side has nothing that could be compared, for it could not be digested."""
    unread_incoming = coverage.unreadable_incoming and not coverage.incoming
    return bool(unread_incoming or (coverage.unreadable_prior and not coverage.prior))


def _alike_without_answer(coverage: Coverage) -> bool:
    """Whether new frames have known ones in their places, and for half of them no look told copy from repeat.

    Ordinary growth brings frames that look different; an altered copy filed into its own study must not pass for it.
    Frames with hardly a grey level leave the answer to the others, if there are enough of these.
    """
    answered = coverage.tried - coverage.silent
    if _ENOUGH_ANSWERS * answered >= coverage.tried > 0:
        return 2 * (coverage.unclear - coverage.silent) >= answered
    return coverage.tried > 0


def _same_acquisition(evidence: Evidence) -> bool:
    one_time = evidence.level(Fact.ACQUISITION_TIME) == "equal" and not _acquired_at_other_times(evidence)
    return (evidence.level(Fact.EVENT_UIDS) == "shared" or one_time) and evidence.level(Fact.DEVICE) != "differs"


def _by_acquisition(evidence: Evidence) -> Relation | None:
    if other_patient(evidence.patient_tier):
        return Relation.UNDECIDED if _perhaps_misfiled(evidence) or _one_raw_data(evidence.coverage) else None
    if _one_raw_data(evidence.coverage):
        return Relation.OTHER_RECONSTRUCTION
    if _same_acquisition(evidence):
        return _unequal_pixels_of_one_acquisition(evidence)
    on_another_day = evidence.level(Fact.ACQUISITION_TIME) == "other_day"
    shifted = evidence.level(Fact.ACQUISITION_TIME) == "shifted"
    repeated = shifted or (_acquired_at_other_times(evidence) and not on_another_day)
    same_place = evidence.level(Fact.DEVICE) in ("serial_equal", "model_equal")
    same_person = _known_patient(evidence.patient_tier)
    return Relation.REPEAT_ACQUISITION if repeated and same_place and same_person else None


def _one_raw_data(coverage: Coverage) -> bool:
    """Whether noise itself says so, though the times may have been taken away: most looks, and none against it."""
    return coverage.reconstructed > 0 and 2 * coverage.reconstructed >= coverage.tried and not coverage.rejected


def _perhaps_misfiled(evidence: Evidence) -> bool:
    """Whether one acquisition may be filed for two patients: a scanner takes one patient at a time.

    An altered copy whose pixels gave no answer must not pass for a stranger's study.
    """
    suspicious = evidence.total_bits >= _METADATA_SUSPICION_BITS
    without_answer = 2 * evidence.coverage.unclear >= evidence.coverage.tried > 0
    return suspicious and _same_acquisition(evidence) and without_answer


def _unequal_pixels_of_one_acquisition(evidence: Evidence) -> Relation | None:
    coverage = evidence.coverage
    if coverage.reconstructed or evidence.level(Fact.KERNEL) == "differs":
        return Relation.OTHER_RECONSTRUCTION
    if not coverage.incoming or not coverage.prior:
        unread = coverage.unreadable_incoming or coverage.unreadable_prior
        return Relation.UNDIGESTABLE if unread else None
    return Relation.UNDECIDED if evidence.total_bits >= _METADATA_SUSPICION_BITS else None
