"""Storage commitment at a running service is in its audit log, in both directions and over either association."""

import pytest
from pydicom.uid import generate_uid

from pacs_dedup.domain.audit_chain import verify
from tests.integration.commitment_peers import Archive, Modality, references, request
from tests.integration.support import ct_instance
from tests.integration.test_audit_of_a_service import audit_log, recorded
from tests.integration.test_commitment_scp import UNHURRIED, wait_until_told
from tests.integration.test_commitment_scu import SOON, wait_until

HERE, MODALITY, ARCHIVE = "PACSDEDUP", "MODALITY", "ARCHIVE"


def commitments(data):
    """Who told whom what of commitment, in the order of time: kind, actor, peer, outcome, subject, detail."""
    return [
        (
            record["kind"].removeprefix("commitment-"),
            record["actor"]["name"],
            record["peer"]["name"],
            record["outcome"],
            record.get("subject", ""),
            record["detail"],
        )
        for record in sorted(recorded(data), key=lambda record: record["at"])
        if record["kind"].startswith("commitment-")
    ]


@pytest.mark.parametrize("same_association", [True, False])
def test_what_is_asked_of_us_and_answered_is_recorded_once_each(running_service, same_association):
    with Modality().listening() as modality:
        more = UNHURRIED if same_association else {"same_association_s": 0}
        service = running_service(peers=[modality.peer()], commitment=more)
        held, unknown = ct_instance(seed=1), ct_instance(seed=2)
        modality.send(service.port, held)
        uid = modality.ask(service.port, held, unknown, stay_s=30 if same_association else 0)
        (report,) = modality.wait(1)
        assert report.same_association is same_association
        wait_until_told(service)
    assert service.stop() == 0
    facts = {"instances": "2", "committed": "1", "not committed, 0112 No such object instance": "1"}
    assert commitments(service.data) == [
        ("asked", MODALITY, HERE, 0, uid, {"instances": "2"}),
        ("answered", HERE, MODALITY, 4, uid, facts),
    ]


def test_a_request_that_is_refused_is_recorded_once_for_its_association(running_service):
    modality = Modality()
    service = running_service(peers=[modality.peer()])
    with modality.associated(service.port) as association:
        for _ in range(5):
            assert request(association, generate_uid(), []) == 0x0115
    assert service.stop() == 0
    (refused,) = commitments(service.data)
    assert refused[:4] == ("asked", MODALITY, HERE, 4)
    assert "lacks a valid Transaction UID or any valid reference" in refused[5]["reason"]


@pytest.mark.parametrize("same_association", [True, False])
def test_what_we_ask_of_a_destination_and_are_answered_is_recorded(running_service, same_association):
    archive, instance = Archive(same_association=same_association), ct_instance()
    with archive.listening(), Modality().listening() as modality:
        service = running_service(peers=[archive.peer(), modality.peer()], commitment=SOON)
        archive.call_back = service.port
        modality.send(service.port, instance)
        wait_until(lambda: archive.confirmed == [0x0000], service)
        forged = archive.answer_to((generate_uid(), tuple(references(instance))))
        assert archive.report(forged) == 0x0115
        assert service.stop() == 0
    uid = archive.requests[0][0]
    asked, answered, distrusted = commitments(service.data)
    assert asked == ("asked", HERE, ARCHIVE, 0, uid, {"instances": "1"})
    assert answered == ("answered", ARCHIVE, HERE, 0, uid, {"instances": "1", "committed": "1"})
    assert distrusted[:4] == ("answered", ARCHIVE, HERE, 4)
    with audit_log(service.data) as log:
        assert verify(log.entries()).broken == ""
