"""What UIDs say. An equal UID is strong evidence; a different one is none, for transfers renew UIDs."""

from pacs_dedup.domain.counting import agreeing, counted
from pacs_dedup.domain.evidence import Comparison, Fact, Group, SopFindings
from pacs_dedup.domain.fingerprint import StudyFingerprint

_EQUAL_STUDY_BITS = 18.9
_SHARED_SOP_BITS = 18.9
_REFERENCE_BITS = 20.9


def compare_uids(incoming: StudyFingerprint, prior: StudyFingerprint, sop: SopFindings) -> tuple[Comparison, ...]:
    """Compare Study and SOP Instance UIDs, and references from one study's objects to the other's."""
    return (_study(incoming, prior), _instances(incoming, prior, sop), _references(incoming, prior))


def _study(incoming: StudyFingerprint, prior: StudyFingerprint) -> Comparison:
    equal = incoming.key.study_instance_uid == prior.key.study_instance_uid
    return Comparison(
        fact=Fact.STUDY_INSTANCE_UID,
        group=Group.UIDS,
        level="equal" if equal else "differs",
        weight_bits=_EQUAL_STUDY_BITS if equal else 0.0,
        sentence="the Study Instance UID is the same"
        if equal
        else "the Study Instance UIDs differ, which a transfer can cause",
        incoming=incoming.key.study_instance_uid,
        prior=prior.key.study_instance_uid,
    )


def _instances(incoming: StudyFingerprint, prior: StudyFingerprint, sop: SopFindings) -> Comparison:
    count = len(incoming.by_sop_instance_uid)
    if not sop.shared:
        sentence, level, bits = "no SOP Instance UID is shared, which a transfer can cause", "none_shared", 0.0
    elif sop.conflicting:
        level, bits = "conflicting", 0.0
        uids, stand = counted(sop.conflicting, "shared SOP Instance UID"), agreeing(sop.conflicting, "stands", "stand")
        sentence = f"{uids} {stand} for other pixels or content: one UID, two versions"
    else:
        level, bits = "shared", _SHARED_SOP_BITS
        are = agreeing(sop.shared, "is", "are")
        sentence = f"{sop.shared} of {counted(count, 'SOP Instance UID')} {are} known"
    return Comparison(
        Fact.SOP_INSTANCE_UIDS, Group.UIDS, level, bits, sentence, str(count), str(len(prior.by_sop_instance_uid))
    )


def _references(incoming: StudyFingerprint, prior: StudyFingerprint) -> Comparison:
    left = {uid for i in incoming.instances for uid in i.referenced_sop_instance_uids}
    right = {uid for i in prior.instances for uid in i.referenced_sop_instance_uids}
    to_prior = left & prior.by_sop_instance_uid.keys() - incoming.by_sop_instance_uid.keys()
    to_incoming = right & incoming.by_sop_instance_uid.keys() - prior.by_sop_instance_uid.keys()
    previous = {uid for i in incoming.instances for uid in i.previous_uids}
    renamed = previous & (prior.by_sop_instance_uid.keys() | {prior.key.study_instance_uid})
    if renamed:
        level, bits, sentence = "renamed", _REFERENCE_BITS, "the header says that these objects had the prior's UIDs"
    elif to_prior:
        level, bits, sentence = "to_prior", 0.0, "incoming objects name images of the prior as their sources"
    elif to_incoming:
        level, bits, sentence = "to_incoming", 0.0, "objects of the prior name incoming images as their sources"
    else:
        level, bits, sentence = "none", 0.0, "neither study names the other as its source"
    return Comparison(Fact.SOURCE_REFERENCES, Group.UIDS, level, bits, sentence)
