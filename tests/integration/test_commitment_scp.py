"""Peers ask us for storage commitment: a scripted modality, and a real Orthanc."""

import time
from io import BytesIO

import pytest
from pydicom.uid import CTImageStorage, MRImageStorage, generate_uid
from pynetdicom.dimse_primitives import N_ACTION
from pynetdicom.dsutils import encode

from pacs_dedup.ports.journal import Step
from tests.integration.commitment_peers import (
    ALL_COMMITTED,
    ASK,
    FAILURES_EXIST,
    PUSH_INSTANCE,
    PUSH_MODEL,
    Modality,
    action,
    references,
    request,
)
from tests.integration.support import ct_instance, free_port, needs_orthanc, written

UNHURRIED = {"same_association_s": 30}
"""A busy machine is slow, not wrong."""

NO_SUCH_OBJECT, PROCESSING_FAILURE, CLASS_CONFLICT, DUPLICATE_UID = 0x0112, 0x0110, 0x0119, 0x0131
NOT_AUTHORIZED = 0x0124


@pytest.fixture
def modality():
    with Modality().listening() as started:
        yield started


def test_what_was_delivered_is_committed_over_the_same_association(running_service, modality):
    service = running_service(peers=[modality.peer()], commitment=UNHURRIED)
    instances = [ct_instance(seed=n) for n in range(3)]
    modality.send(service.port, *instances)
    uid = modality.ask(service.port, *instances, stay_s=30)
    (report,) = modality.wait(1)
    assert report.same_association
    assert (report.event_type, report.transaction_uid) == (ALL_COMMITTED, uid)
    assert report.committed == tuple(references(*instances))
    assert report.failed == ()
    wait_until_told(service)
    assert len(modality.reports) == 1, "it is told once"


def test_every_reference_is_answered_with_its_own_reason(running_service, modality):
    service = running_service(peers=[modality.peer(), Modality("OTHER").peer()])
    mine, damaged, gone, others = (ct_instance(seed=n) for n in range(4))
    modality.send(service.port, mine, damaged, gone)
    Modality("OTHER").send(service.port, others)
    lose(service, damaged, keep_length=True)
    lose(service, gone)
    asked = references(mine, damaged, gone, others)
    asked.append((str(MRImageStorage), str(mine.SOPInstanceUID)))
    modality.ask(service.port, named=asked, stay_s=30)
    (report,) = modality.wait(1)
    assert report.event_type == FAILURES_EXIST
    assert report.committed == (asked[0],)
    reasons = [PROCESSING_FAILURE, PROCESSING_FAILURE, NO_SUCH_OBJECT, CLASS_CONFLICT]
    assert report.failed == tuple((*named, reason) for named, reason in zip(asked[1:], reasons, strict=True))
    with service.database() as database:
        assert len(database.arrivals.problems()) == 2
    assert sum("missing or damaged" in line.get("event", "") for line in service.lines) == 2


def test_stores_go_on_over_the_association_while_a_report_is_told(running_service, modality):
    service = running_service(peers=[modality.peer()], commitment=UNHURRIED)
    first, *more = (ct_instance(seed=n) for n in range(40))
    with modality.associated(service.port) as association:
        assert association.send_c_store(first).Status == 0
        assert request(association, generate_uid(), references(first)) == 0
        for ds in more:
            assert association.send_c_store(ds).Status == 0
            time.sleep(0.02)
        (report,) = modality.wait(1)
    assert report.same_association
    assert len(service.files) == 40


def test_a_report_that_is_refused_at_first_is_told_again(running_service):
    with Modality(answers=[0x0110, 0x0110]).listening() as modality:
        service = running_service(peers=[modality.peer()], commitment={"same_association_s": 0})
        instance = ct_instance()
        modality.send(service.port, instance)
        uid = modality.ask(service.port, instance)
        reports = modality.wait(3)
        wait_until_told(service)
        assert {report.transaction_uid for report in reports} == {uid}
        assert len(modality.reports) == 3


def test_who_is_never_reached_is_given_up_and_stays_in_the_list(running_service):
    modality = Modality()
    settings = {"same_association_s": 0, "report_for_s": 3}
    service = running_service(peers=[modality.peer(port=free_port())], commitment=settings)
    instance = ct_instance()
    modality.send(service.port, instance)
    uid = modality.ask(service.port, instance)
    wait_until_told(service)
    assert any(line.get("event") == "commitment never told, given up" for line in service.lines)
    with service.database() as database:
        (untold,) = database.commitment_requests.untold()
    assert (untold.request.transaction_uid, bool(untold.given_up_at)) == (uid, True)


def test_a_service_that_is_killed_after_the_request_answers_when_it_is_back(running_service, tmp_path):
    with Modality().listening() as modality:
        data = tmp_path / "service"
        service = running_service(data=data, peers=[modality.peer()], role="scp")
        instance = ct_instance()
        modality.send(service.port, instance)
        uid = modality.ask(service.port, instance)
        service.process.kill()
        service.process.wait()
        assert modality.reports == []
        running_service(data=data, peers=[modality.peer()])
        (report,) = modality.wait(1, within_s=60)
        assert (report.event_type, report.transaction_uid) == (ALL_COMMITTED, uid)


def test_the_same_request_again_is_answered_again(running_service, modality):
    service = running_service(peers=[modality.peer()])
    instance, other = ct_instance(seed=1), ct_instance(seed=2)
    modality.send(service.port, instance)
    uid = modality.ask(service.port, instance, stay_s=30)
    modality.ask(service.port, instance, transaction_uid=uid)
    first, second = modality.wait(2)
    assert (first.committed, first.failed) == (second.committed, second.failed)
    assert (second.same_association, second.calling_ae) == (False, "PACSDEDUP"), "it had released at once"
    modality.ask(service.port, instance, other, transaction_uid=uid)
    *_, third = modality.wait(3)
    assert third.failed == tuple((*named, DUPLICATE_UID) for named in references(instance, other))


def test_who_is_no_peer_is_not_offered_commitment(running_service, modality):
    service = running_service(peers=[])
    with modality.associated(service.port) as association:
        assert [str(context.abstract_syntax) for context in association.rejected_contexts] == [PUSH_MODEL]


@pytest.mark.parametrize("known", [False, True])
def test_commitment_is_not_taken_over_a_context_for_something_else(running_service, modality, known):
    service = running_service(peers=[modality.peer()] if known else [])
    asked = N_ACTION()
    asked.MessageID, asked.ActionTypeID = 1, ASK
    asked.RequestedSOPClassUID, asked.RequestedSOPInstanceUID = PUSH_MODEL, PUSH_INSTANCE
    asked.ActionInformation = BytesIO(encode(action("1.2.3", [("1.2", "1.3")]), False, True))
    with modality.associated(service.port) as association:
        for_storage = next(c for c in association.accepted_contexts if c.abstract_syntax == CTImageStorage)
        association._reactor_checkpoint.clear()
        association.dimse.send_msg(asked, for_storage.context_id)
        _, answer = association.dimse.get_msg(block=True)
        association._reactor_checkpoint.set()
    assert answer.Status == NOT_AUTHORIZED
    assert not modality.reports


MALFORMED = [
    ({"instance": "1.2.3"}, 0x0112),
    ({"action_type": 2}, 0x0123),
    ({"named": []}, 0x0115),
    ({"uid": "1.two"}, 0x0115),
    ({"named": [("1.2", "no uid")]}, 0x0115),
    ({"nothing": True}, 0x0114),
]


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
def test_a_malformed_request_is_refused_with_the_right_status(running_service, modality):
    service = running_service(peers=[modality.peer()])
    with modality.associated(service.port) as association:
        for changed, status in MALFORMED:
            information = action(changed.get("uid", "1.2.3"), changed.get("named", [("1.2", "1.3")]))
            answer, _ = association.send_n_action(
                None if "nothing" in changed else information,
                changed.get("action_type", ASK),
                PUSH_MODEL,
                changed.get("instance", PUSH_INSTANCE),
            )
            assert answer.Status == status, changed
    with service.database() as database:
        assert database.commitment_requests.untold() == ()


@pytest.mark.peers
@needs_orthanc
def test_orthanc_asks_us_and_learns_what_we_hold(running_service, orthanc, tmp_path):
    address = f"ORTHANC@127.0.0.1:{orthanc.dicom_port}"
    service = running_service(peers=[{"name": "orthanc", "address": address}])
    orthanc.know("dedup", "PACSDEDUP", service.port)
    held, unknown = ct_instance(seed=1), ct_instance(seed=2)
    ids = [orthanc.upload(written(tmp_path, ds, f"{n}.dcm")) for n, ds in enumerate((held, unknown))]
    orthanc.store("dedup", ids[:1])
    assert asked_by(orthanc, ids[:1])["Status"] == "Success"
    answer = asked_by(orthanc, ids)
    assert answer["Status"] == "Failure"
    assert [each["SOPInstanceUID"] for each in answer["Success"]] == [held.SOPInstanceUID]
    failures = [(each["SOPInstanceUID"], each["FailureReason"]) for each in answer["Failures"]]
    assert failures == [(unknown.SOPInstanceUID, NO_SUCH_OBJECT)]


def wait_until_told(service):
    """Wait until nothing is to be looked into or told any more."""
    deadline = time.monotonic() + 60
    with service.database() as database:
        while any(database.journal.backlog()[step] for step in (Step.COMMIT, Step.REPORT)):
            assert time.monotonic() < deadline, service.log.read_text()
            time.sleep(0.1)


def asked_by(orthanc, ids):
    """Let Orthanc ask us, and wait for the answer that it gets."""
    transaction = orthanc.call("/modalities/dedup/storage-commitment", {"Resources": ids})["ID"]
    deadline = time.monotonic() + 30
    while (answer := orthanc.call(f"/storage-commitment/{transaction}"))["Status"] == "Pending":
        assert time.monotonic() < deadline, "we did not answer"
        time.sleep(0.1)
    return answer


def lose(service, ds, *, keep_length=False):
    """Damage the one blob in a test folder that holds these pixels, or remove it."""
    (path,) = [path for path in service.files if ds.PixelData in path.read_bytes()]
    if keep_length:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.chmod(0o600)
        path.write_bytes(content)
    else:
        path.unlink()
