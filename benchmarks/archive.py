"""A synthetic archive: studies that share nothing but what is asked for, put into an index through its ports."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.blocking import index_keys, patient_group
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, Digest, SopInstanceUid, StudyInstanceUid, StudyKey
from pacs_dedup.domain.patients.identity import PatientId
from tests.builders import make_acquisition, make_frame, make_geometry, make_instance, make_patient, renewed

SLICES, CT_SLICES, FILMS = 500, 10, 2
CT_EVERY = 10
"""One study in so many is a CT, the others are films."""

_FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
_TEMPLATE = make_instance()
_BLANK = make_frame("blank", informative=False)


def make_study(number: int, slices: int, *, blank: bool) -> StudyFingerprint:
    """A study with pixels, noise, moment, patient and UIDs of its own; its last slice may be a blank that all share."""
    random, begun = Random(number), _FIRST_DAY + timedelta(minutes=7 * number)
    uid = StudyInstanceUid(f"1.2.{number}")
    patient = make_patient(PatientId(f"P{number // 4}"), birth_date=f"{1930 + number // 4 % 90}0101")
    acquired = make_acquisition(None, acquired_at=f"{begun:%Y%m%d%H%M%S}", study_date=f"{begun:%Y%m%d}")

    def instance(place: int) -> InstanceFingerprint:
        stored, value, dataset = (Digest(f"{kind}:{random.randbytes(32).hex()}") for kind in ("spd1", "aid1", "dsd3"))
        frame = make_frame("", stored_digest=stored, value_digest=value, sketch=random.randbytes(64))
        return replace(
            _TEMPLATE,
            study_instance_uid=uid,
            patient=patient,
            blob_id=BlobId(random.randbytes(32).hex()),
            dataset_digest=dataset,
            sop_instance_uid=SopInstanceUid(f"{uid}.1.{place}"),
            acquisition=replace(acquired, geometry=make_geometry(float(place))),
            frames=(_BLANK if blank and place == slices - 1 else frame,),
        )

    return StudyFingerprint(StudyKey(uid, "A"), 1, tuple(map(instance, range(slices))))


def make_copy(study: StudyFingerprint) -> StudyFingerprint:
    """The study as another source sends it: every UID is new."""
    instances = renewed(study.instances, root="1.3.7")
    return StudyFingerprint(StudyKey(instances[0].study_instance_uid, "B"), 1, instances)


def archived(numbers: Iterable[int]) -> Iterable[StudyFingerprint]:
    """The studies of an archive: films, and now and then a CT, each CT with one blank slice."""
    for number in numbers:
        is_ct = number % CT_EVERY == 0
        yield make_study(number, CT_SLICES if is_ct else FILMS, blank=is_ct)


def make_findable(study: StudyFingerprint, database: Database) -> None:
    """Put a study's blocking keys into the index, as settling it does."""
    database.index.put_keys(study.key, patient_group(study), index_keys(study))


def file_instances(study: StudyFingerprint, database: Database, first_arrival: int) -> None:
    """Put a study's fingerprints into the index and its members into the register, and settle it."""
    for arrival_id, instance in enumerate(study.instances, first_arrival):
        database.index.put(instance)
        database.register.file(study.key, ArrivalId(arrival_id), instance.blob_id, _FIRST_DAY)
    database.register.settle(study.key, study.generation)
