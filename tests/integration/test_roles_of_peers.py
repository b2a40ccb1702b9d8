"""What a peer may do by its roles: a destination alone is sent to, and sends nothing."""

import pytest
from pynetdicom import build_context
from pynetdicom.sop_class import Verification

from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.audit import Alert, AuditKind
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, needs_dcmtk, written
from tests.integration.test_bad_input_at_the_port import answers, associate

ARCHIVE = {"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:104", "roles": ["destination"]}
AS_A_SOURCE = {"name": "archive-sends", "address": f"ARCHIVE@{LOOPBACK}", "roles": ["source"]}


@pytest.fixture
def instance(tmp_path):
    return written(tmp_path, ct_instance())


def test_a_peer_that_is_only_a_destination_may_not_store(edge, instance):
    with edge(peers=[ARCHIVE]) as here:
        association = associate(here.port, calling="ARCHIVE")
        sent = [association.send_c_store(instance) for _ in range(3)]
        association.release()
        assert {answer.Status for answer in sent} == {StoreStatus.NOT_AUTHORIZED} == {0x0124}
        assert {answer.ErrorComment for answer in sent} == {StoreStatus.NOT_AUTHORIZED.comment}
        assert "roles" in StoreStatus.NOT_AUTHORIZED.comment
        assert here.nothing_got_in
        assert here.reasons == ["not_a_source"] * 3
        (told,) = here.security_alerts
        assert (told.kind, told.alert) == (AuditKind.SECURITY_ALERT, Alert.USE_OF_RESTRICTED_FUNCTION)
        assert (told.actor.name, told.actor.address) == ("ARCHIVE", LOOPBACK)
        assert here.listener._memory._taken_bytes == 0
        assert answers(here.port)


@needs_dcmtk
def test_storescu_of_a_destination_fails_with_the_code(edge, instance):
    with edge(peers=[ARCHIVE]) as here:
        code, said = dcmtk("storescu", here.port, instance, calling="ARCHIVE")
        assert code != 0
        assert "Received Store Response (Unknown Status: 0x124)" in said
        assert here.nothing_got_in


def test_a_peer_that_is_only_a_destination_may_echo(edge):
    with edge(peers=[ARCHIVE], unknown_peers="reject") as here:
        association = associate(here.port, build_context(Verification), calling="ARCHIVE")
        assert association.send_c_echo().Status == 0
        association.release()
        assert here.refused == []


@pytest.mark.parametrize(
    "peers",
    [[{**ARCHIVE, "roles": ["source", "destination"]}], [ARCHIVE, AS_A_SOURCE], [AS_A_SOURCE, ARCHIVE]],
    ids=["both", "in-two-entries", "in-two-entries-the-other-way"],
)
def test_a_destination_that_is_a_source_too_may_store(edge, instance, peers):
    with edge(peers=peers, unknown_peers="reject") as here:
        association = associate(here.port, calling="ARCHIVE")
        assert association.send_c_store(instance).Status == 0
        association.release()
        assert len(here.arrivals) == 1


def test_a_stranger_who_is_let_in_may_store(edge, instance):
    with edge(peers=[ARCHIVE], unknown_peers="accept") as here:
        association = associate(here.port, calling="STRANGER")
        assert association.send_c_store(instance).Status == 0
        association.release()
