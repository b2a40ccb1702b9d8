import pytest
from pydicom.uid import SecondaryCaptureImageStorage

from tests.integration.support import ct_instance, dcmtk, needs_dcmtk, written

pytestmark = [pytest.mark.peers, needs_dcmtk]


@pytest.fixture
def study(tmp_path):
    first = ct_instance(seed=1)
    return [
        written(tmp_path, ct_instance(seed=n, StudyInstanceUID=first.StudyInstanceUID), f"{n}.dcm") for n in range(1, 6)
    ]


def test_echoscu_is_answered(edge):
    with edge() as here:
        code, said = dcmtk("echoscu", here.port)
    assert code == 0
    assert "Received Echo Response (Success)" in said


def test_storescu_stores_a_study_byte_for_byte(edge, study):
    with edge() as here:
        code, said = dcmtk("storescu", here.port, "--propose-lossless", *study)
        assert code == 0
        assert said.count("Received Store Response (Success)") == len(study)
        assert len(here.arrivals) == len(here.files) == len(study)
        data_sets = {path.read_bytes()[-64 * 64 * 2 :] for path in here.files}
        assert data_sets == {path.read_bytes()[-64 * 64 * 2 :] for path in study}


def test_dcmsend_stores_a_study(edge, study):
    with edge() as here:
        assert dcmtk("dcmsend", here.port, *study)[0] == 0
        assert len(here.arrivals) == len(study)
        assert {arrival.source for arrival in here.arrivals} == {"STORESCU"}


@pytest.mark.parametrize("max_pdu", [4096, 16384, 131072, 0])
def test_every_pdu_size_carries_an_instance(edge, tmp_path, max_pdu):
    path = written(tmp_path, ct_instance(size=256))
    with edge(max_pdu=max_pdu) as here:
        code, said = dcmtk("storescu", here.port, path)
        assert code == 0, said
        assert here.files[0].read_bytes()[-4096:] == path.read_bytes()[-4096:]


def test_an_identical_resend_succeeds_and_adds_no_bytes(edge, study):
    with edge() as here:
        for _ in range(2):
            assert dcmtk("storescu", here.port, *study)[1].count("Received Store Response (Success)") == len(study)
        assert len(here.arrivals) == 2 * len(study)
        assert len(here.files) == len(study)


def test_below_the_low_water_mark_the_sender_is_told_to_come_again(edge, study):
    with edge(low_water_bytes=1 << 62) as here:
        assert "(Refused: OutOfResources)" in dcmtk("storescu", here.port, study[0])[1]
        assert here.arrivals == here.files == []


def test_an_unknown_calling_ae_is_rejected_where_the_site_says_so(edge, study):
    with edge(unknown_peers="reject") as here:
        code, said = dcmtk("storescu", here.port, study[0], calling="STRANGER")
        assert code != 0
        assert "Calling AE Title Not Recognized" in said
        assert here.arrivals == []


def test_an_unknown_calling_ae_is_accepted_where_the_site_says_so(edge, study):
    with edge(unknown_peers="accept") as here:
        code, _ = dcmtk("storescu", here.port, study[0], calling="STRANGER")
        assert code == 0
        assert [arrival.source for arrival in here.arrivals] == ["STRANGER"]


def test_a_peer_is_accepted_from_its_own_host_only(edge, study):
    peers = [
        {"name": "near", "address": "NEAR@localhost:104"},
        {"name": "far", "address": "FAR@192.0.2.1:104"},
    ]
    with edge(unknown_peers="reject", peers=peers) as here:
        assert dcmtk("storescu", here.port, study[0], calling="NEAR")[0] == 0
        assert dcmtk("storescu", here.port, study[0], calling="FAR")[0] != 0


def test_another_called_ae_is_rejected_unless_the_site_allows_it(edge):
    with edge() as here:
        assert "Called AE Title Not Recognized" in dcmtk("echoscu", here.port, called="ELSEWHERE")[1]
    with edge(require_called_aet=False) as here:
        assert dcmtk("echoscu", here.port, called="ELSEWHERE")[0] == 0


def test_other_sop_classes_are_stored_too(edge, tmp_path):
    path = written(tmp_path, ct_instance(sop_class=SecondaryCaptureImageStorage))
    with edge() as here:
        assert dcmtk("storescu", here.port, path)[0] == 0
        assert [arrival.sop_class_uid for arrival in here.arrivals] == [SecondaryCaptureImageStorage]
