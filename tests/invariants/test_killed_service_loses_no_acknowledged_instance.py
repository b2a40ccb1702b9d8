"""Invariants 1 and 3: what was acknowledged survives any crash, and nothing is doubled."""

import random
import shutil
import threading

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, build_context

from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.running import opened_database, start_service
from tests.integration.support import LOOPBACK, arrivals, ct_instance, written

KILLS = 20
LONGEST_TRANSFER_S = 0.3
INSTANCES_IN_A_STUDY = 25
SUCCESS = 0x0000


class Sender:
    """A modality that sends one instance after the other, and again what was not acknowledged."""

    def __init__(self, folder):
        self.folder = folder
        self.acknowledged = {}
        self._pending = None
        self._study = None

    def send_until_cut(self, port, cut_after_s, cut):
        """Send one instance, then as many as go through until ``cut``, which comes somewhere inside a transfer."""
        keep_data_sets_private()
        ae = AE(ae_title="MODALITY")
        context = build_context(CTImageStorage, ExplicitVRLittleEndian)
        association = ae.associate(LOOPBACK, port, contexts=[context], ae_title="PACSDEDUP")
        assert association.is_established
        assert self._send(association) == SUCCESS
        timer = threading.Timer(cut_after_s, cut)
        timer.start()
        while association.is_established and self._send(association) == SUCCESS:
            pass
        timer.join()
        association.abort()

    def _send(self, association):
        path = self._pending = self._pending or self._next()
        try:
            status = getattr(association.send_c_store(path), "Status", None)
        except RuntimeError:  # the association has ended
            return None
        if status == SUCCESS:
            self.acknowledged[path.stem] = path
            self._pending = None
        return status

    def _next(self):
        number = len(self.acknowledged)
        if number % INSTANCES_IN_A_STUDY == 0:
            self._study = generate_uid()
        ds = ct_instance(seed=number, size=128, StudyInstanceUID=self._study)
        return written(self.folder, ds, f"{ds.SOPInstanceUID}.dcm")


@pytest.mark.slow
def test_killed_service_loses_no_acknowledged_instance(tmp_path):
    data, sent = tmp_path / "data", tmp_path / "sent"
    sent.mkdir()
    sender, chance = Sender(sent), random.Random(7)  # noqa: S311 - no secret
    for _ in range(KILLS):
        service = start_service(data, completion={"quiet_s": 0.5})
        try:
            service.wait_until_it_listens()
            sender.send_until_cut(service.port, chance.uniform(0, LONGEST_TRANSFER_S), service.process.kill)
        finally:
            service.process.kill()
            service.process.wait()
    service = start_service(data, completion={"quiet_s": 0.5})
    try:
        service.wait_until_it_listens()
        service.wait_until_idle()
        assert service.stop() == 0
    finally:
        service.process.kill()
    assert len(sender.acknowledged) >= KILLS
    assert_all_held_once(data, service.files, sender)
    shutil.rmtree(data)


def assert_all_held_once(data, files, sender):
    with opened_database(data) as database:
        arrived = arrivals(database.arrivals)
        fingerprints = database.index.get({arrival.blob_id for arrival in arrived})
    held = {arrival.sop_instance_uid: arrival.blob_id for arrival in arrived}
    by_name = {file.name: file for file in files}
    for uid, path in sender.acknowledged.items():
        assert uid in held, "an acknowledged instance has no arrival"
        stored = dcmread(by_name[held[uid]])
        assert stored.PixelData == dcmread(path).PixelData
    assert len(set(held.values())) == len(held), "one blob stands for two instances"
    assert 0 <= len(by_name) - len(held) <= KILLS, "bytes without an arrival: at most those of one transfer a kill"
    assert sorted(f.sop_instance_uid for f in fingerprints) == sorted(held), "each is fingerprinted, once"
