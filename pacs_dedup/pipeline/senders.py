"""What a site knows of its senders, applied when a study is read.

A fingerprint is kept by blob, and one blob may come from several senders: it says what the header says. Whose number a
Patient ID is without an issuer, or whether it is nobody's, depends on who sent the study that is being judged.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from pacs_dedup.dicom.patient_ids import patient_id
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, PatientId, PatientIdentity, SenderDefaults

Senders = Mapping[str, SenderDefaults]
"""What is known of each source; nothing of those that are not named."""


def header_defaults(source: str, senders: Senders) -> SenderDefaults:
    """Return what reading a header needs to know of its sender: in which character set it writes."""
    return SenderDefaults(charset=senders.get(source, NO_DEFAULTS).charset)


def as_sent_by(
    source: str, instances: Collection[InstanceFingerprint], senders: Senders
) -> tuple[InstanceFingerprint, ...]:
    """Return fingerprints with the patient as a header from this source means it."""
    defaults = senders.get(source, NO_DEFAULTS)
    if not (defaults.issuer or defaults.pseudo_ids):
        return tuple(instances)
    meant = {patient: _meant(patient, defaults) for patient in {i.patient for i in instances}}
    return tuple(replace(instance, patient=meant[instance.patient]) for instance in instances)


def _meant(patient: PatientIdentity, defaults: SenderDefaults) -> PatientIdentity:
    return replace(patient, ids=tuple(number for each in patient.ids if (number := _number(each, patient, defaults))))


def _number(known: PatientId, patient: PatientIdentity, defaults: SenderDefaults) -> PatientId | None:
    """Return a number with its issuer; None where its sender gives such numbers to people it can not identify."""
    written = known.value if known.previous else patient.display_id or known.value
    here = patient_id(written, defaults.issuer, pseudo_ids=defaults.pseudo_ids)
    if here is None or known.previous or known.issuer:
        return here and known
    return replace(known, issuer=here.issuer)
