"""Who calls is decided once for an association, and what it sends is theirs."""

import socket

from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.operations import Instruments
from tests.integration.support import ct_instance, written
from tests.integration.test_bad_input_at_the_port import associate

NAMED_HOST = {"name": "ct", "address": "CT@localhost"}
ELSEWHERE = {"name": "mr", "address": "MR@192.0.2.1"}


def store(port, path, calling, times=1):
    association = associate(port, calling=calling)
    answers = [association.send_c_store(path).Status for _ in range(times)]
    association.release()
    return answers


def test_a_peers_host_is_looked_up_once_for_an_association_whatever_it_sends(edge, tmp_path, monkeypatch):
    asked, really = [], socket.getaddrinfo

    def looked_up(host, *args, **options):
        asked.append(host)
        return really(host, *args, **options)

    instruments = Instruments(Settings(peers=[NAMED_HOST]))

    def receive(incoming):
        instruments.received(incoming, StoreStatus.SUCCESS, 0.01)
        return StoreStatus.SUCCESS

    path = written(tmp_path, ct_instance())
    with edge(peers=[NAMED_HOST], receive=receive, unknown_peers="reject") as here:
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        assert store(here.port, path, "CT", times=5) == [0] * 5
        assert asked.count("localhost") == 1
    sample = "pacs_dedup_instances_received_total"
    assert instruments.registry.get_sample_value(sample, {"peer": "ct"}) == 5


def test_an_instance_is_a_peers_only_if_the_association_is(edge, tmp_path):
    came = []

    def receive(incoming):
        came.append((incoming.calling_ae, incoming.peer))
        return StoreStatus.SUCCESS

    path = written(tmp_path, ct_instance())
    with edge(peers=[NAMED_HOST, ELSEWHERE], receive=receive) as here:
        for calling in ("CT", "MR", "NOBODY"):
            assert store(here.port, path, calling) == [0]
    assert came == [("CT", "ct"), ("MR", ""), ("NOBODY", "")]
