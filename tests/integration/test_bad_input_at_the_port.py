import secrets
import socket
import time
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, MRImageStorage, generate_uid
from pynetdicom import AE, build_context
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.sop_class import Verification

from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.raw_messages import (
    LAST_FRAGMENT_OF_A_COMMAND,
    LAST_FRAGMENT_OF_A_DATA_SET,
    command,
    fragment,
)
from tests.integration.support import LOOPBACK, ct_instance, cutting_proxy, dcmtk, needs_dcmtk, written

PRIVATE_SOP_CLASS = "1.2.826.0.1.3680043.9999.1"
WITHOUT_UIDS = b"\x08\x00\x60\x00CS\x02\x00CT"
"""A data set of one element, Modality (0008,0060): what it is about is in the command alone."""


def associate(port, *contexts, calling="SCU", **more):
    keep_data_sets_private()
    ae = AE(ae_title=calling)
    contexts = contexts or (build_context(CTImageStorage, ExplicitVRLittleEndian),)
    return ae.associate(LOOPBACK, port, contexts=list(contexts), ae_title="PACSDEDUP", **more)


def send_raw(port, folder, data, *, sop_class=CTImageStorage, sop_instance="1.2.3"):
    """Send bytes as the data set of a C-STORE whose command names what it is told to name."""
    path = folder / f"{secrets.token_hex(4)}.dcm"
    path.write_bytes(file_head(sop_class, sop_instance, ExplicitVRLittleEndian) + data)
    association = associate(port, build_context(sop_class, ExplicitVRLittleEndian))
    assert association.is_established
    try:
        return association.send_c_store(path)
    finally:
        association.release()


def encoded(ds, folder):
    path = written(folder, ds, "source.dcm")
    return path.read_bytes()[len(path.read_bytes()) - _data_set_length(path) :]


def _data_set_length(path):
    with path.open("rb") as file:
        file.seek(132)
        meta_length = 12 + int.from_bytes(file.read(12)[8:], "little")
    return path.stat().st_size - 132 - meta_length


def answers(port):
    association = associate(port, build_context("1.2.840.10008.1.1"), calling="ALIVE")
    try:
        return association.is_established and association.send_c_echo().Status == 0
    finally:
        association.release()


def wait_until(condition, within_s=10):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: pacs\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"\x01\x00\x00\x00\x00\x04ABCD",
        b"\x04\x00\x00\x00\x00\x06" + bytes(6),
        b"\x05\x00\x00\x00\x00\x04" + bytes(4),
        b"\x07\x00\x00\x00\x00\x04" + bytes(4),
        b"\x01\x00\xff\xff\xff\xff" + bytes(100),
        bytes(4096),
        b"",
        b"\x01",
    ],
    ids=["http", "tls", "associate", "data", "release", "abort", "endless", "zeros", "nothing", "one-byte"],
)
def test_what_is_not_dicom_is_survived(edge, garbage, capfd):
    with edge() as here:
        with socket.create_connection((LOOPBACK, here.port)) as connection:
            connection.sendall(garbage)
        assert answers(here.port)
        assert wait_until(lambda: not here.listener._ae.active_associations), "it must not hold a place"
        assert here.arrivals == here.files == []
    assert "Traceback" not in capfd.readouterr().err


@needs_dcmtk
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_connection_cut_inside_an_instance_leaves_nothing(edge, tmp_path, share):
    path = written(tmp_path, ct_instance(size=512))
    with edge() as here:
        with cutting_proxy(here.port, int(path.stat().st_size * share)) as port:
            code, _ = dcmtk("storescu", port, path)
        assert code != 0
        assert wait_until(lambda: here.listener.associations == 0)
        assert here.arrivals == here.files == []
        assert dcmtk("storescu", here.port, path)[0] == 0
        assert len(here.arrivals) == 1


def test_a_truncated_data_set_is_kept_as_it_came(edge, tmp_path):
    whole = encoded(ct_instance(SOPInstanceUID="1.2.3"), tmp_path)
    with edge() as here:
        response = send_raw(here.port, tmp_path, whole[: len(whole) // 2])
        assert response.Status == StoreStatus.SUCCESS
        assert here.files[0].read_bytes().endswith(whole[: len(whole) // 2])


@pytest.mark.parametrize(("sop_class", "sop_instance"), [(MRImageStorage, "1.2.3"), (CTImageStorage, "1.2.4")])
def test_command_and_data_set_that_disagree_are_refused_with_a_comment(edge, tmp_path, sop_class, sop_instance):
    data = encoded(ct_instance(SOPInstanceUID="1.2.3"), tmp_path)
    with edge() as here:
        response = send_raw(here.port, tmp_path, data, sop_class=sop_class, sop_instance=sop_instance)
        assert response.Status == StoreStatus.DATA_SET_MISMATCH
        assert response.ErrorComment == StoreStatus.DATA_SET_MISMATCH.comment
        (arrival,) = here.arrivals
        assert arrival.refused
        assert here.files[0].read_bytes().endswith(data)


@pytest.mark.parametrize("uid", ["../../../../tmp/escaped", "..", "/etc/passwd", "1.2.3/../4", "a\tb"])
def test_a_uid_never_becomes_a_path(edge, tmp_path, uid):
    with edge() as here:
        response = send_raw(here.port, tmp_path, WITHOUT_UIDS, sop_instance=uid)
        assert response.Status == StoreStatus.SUCCESS
        assert [arrival.sop_instance_uid for arrival in here.arrivals] == [uid]
        (file,) = here.files
        assert here.data in file.parents
        assert here.arrivals[0].blob_id in file.name
        assert not list(tmp_path.rglob("*escaped*"))


def test_a_uid_that_is_too_long_does_no_harm(edge, tmp_path):
    long_uid = "1." * 40 + "1"
    data = encoded(ct_instance(SOPInstanceUID=long_uid), tmp_path)
    with edge() as here:
        assert send_raw(here.port, tmp_path, data, sop_instance="1.2.3").Status == StoreStatus.DATA_SET_MISMATCH
        assert answers(here.port)


def test_a_failure_inside_is_told_and_the_association_goes_on(edge, tmp_path):
    outcomes = [RuntimeError("CHAN^TAI MAN"), StoreStatus.SUCCESS]

    def receive(_incoming):
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    path = written(tmp_path, ct_instance())
    with edge(receive=receive) as here:
        association = associate(here.port)
        first, second = association.send_c_store(path), association.send_c_store(path)
        association.release()
    assert (first.Status, second.Status) == (StoreStatus.PROCESSING_FAILURE, StoreStatus.SUCCESS)
    assert first.ErrorComment == StoreStatus.PROCESSING_FAILURE.comment


def test_the_association_above_the_limit_is_rejected_as_transient(edge):
    with edge(max_associations=1) as here:
        first = associate(here.port)
        second = associate(here.port)
        assert first.is_established
        assert second.is_rejected
        assert second.acceptor.primitive.result_str == "Rejected Transient"
        first.release()


def test_a_private_sop_class_is_stored_only_where_the_site_says_so(edge, tmp_path):
    contexts = build_context(PRIVATE_SOP_CLASS, ExplicitVRLittleEndian), build_context(CTImageStorage)
    with edge() as here:
        association = associate(here.port, *contexts)
        assert [context.abstract_syntax for context in association.rejected_contexts] == [PRIVATE_SOP_CLASS]
        association.release()
    with edge(accept_private_sop_classes=True) as here:
        response = send_raw(here.port, tmp_path, WITHOUT_UIDS, sop_class=PRIVATE_SOP_CLASS)
        assert response.Status == StoreStatus.SUCCESS
        assert [arrival.sop_class_uid for arrival in here.arrivals] == [PRIVATE_SOP_CLASS]


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.38.1"])
def test_retired_and_non_patient_storage_classes_are_stored(edge, tmp_path, sop_class):
    with edge() as here:
        assert send_raw(here.port, tmp_path, WITHOUT_UIDS, sop_class=sop_class).Status == StoreStatus.SUCCESS


def test_the_senders_first_transfer_syntax_is_taken(edge):
    with edge() as here:
        association = associate(here.port, build_context(CTImageStorage, [JPEG2000Lossless, ExplicitVRLittleEndian]))
        assert association.accepted_contexts[0].transfer_syntax == [JPEG2000Lossless]
        association.release()


def test_small_packets_leave_at_once(edge):
    with edge() as here:
        association = associate(here.port)
        (acceptor,) = here.listener._ae.active_associations
        assert acceptor.dul.socket.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        association.release()


def test_a_stored_file_is_read_by_pydicom(edge, tmp_path):
    ds = ct_instance(SOPInstanceUID=generate_uid())
    path = written(tmp_path, ds)
    with edge() as here:
        association = associate(here.port)
        assert association.send_c_store(path).Status == StoreStatus.SUCCESS
        association.release()
        stored = dcmread(here.files[0])
    assert stored.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert stored.PixelData == ds.PixelData


def answer_to_raw(port, *, calling="SCU", negotiated=CTImageStorage, sop_class=CTImageStorage, data):
    """Send a C-STORE request over the one context that was negotiated, whatever it was negotiated for.

    Without ``data`` its command says that no data set follows.
    """
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = sop_class, generate_uid()
    request.DataSet = None if data is None else BytesIO(data)
    association = associate(port, build_context(negotiated, ExplicitVRLittleEndian), calling=calling)
    assert association.is_established
    association._reactor_checkpoint.clear()
    association.dimse.send_msg(request, 1)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    association.release()
    return answer


@pytest.mark.parametrize("ours", [False, True])
def test_nothing_is_stored_over_a_context_for_verification(edge, tmp_path, ours):
    with edge() as service:
        calling = service.listener.check_ae if ours else "SCU"
        data = encoded(ct_instance(), tmp_path)
        sent = {"calling": calling, "sop_class": CTImageStorage, "data": data}
        answer = answer_to_raw(service.listener.port, negotiated=Verification, **sent)
        assert answer.Status == StoreStatus.NOT_NEGOTIATED
        assert service.nothing_got_in


def without_a_byte_of_its_data_set(port):
    """Send a C-STORE request whose command promises a data set, of which one empty and last fragment comes."""
    association = associate(port)
    association._reactor_checkpoint.clear()
    connection = association.dul.socket.socket
    for control, value in ((LAST_FRAGMENT_OF_A_COMMAND, command()), (LAST_FRAGMENT_OF_A_DATA_SET, b"")):
        connection.sendall(fragment(value, control))
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    association.release()
    return answer


@pytest.mark.parametrize(
    "ask", [lambda port: answer_to_raw(port, data=None), without_a_byte_of_its_data_set], ids=["none", "empty"]
)
def test_a_request_without_a_data_set_is_never_answered_success(edge, ask):
    with edge() as here:
        answer = ask(here.port)
        assert answer.Status == StoreStatus.NO_DATA_SET == 0xC000
        assert answer.ErrorComment == StoreStatus.NO_DATA_SET.comment
        assert here.nothing_got_in
        assert answers(here.port)
