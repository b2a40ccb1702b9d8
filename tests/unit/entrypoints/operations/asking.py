"""How pages are asked for over real HTTP, and what is behind them."""

import http.client
import threading
from contextlib import closing

from prometheus_client.parser import text_string_to_metric_families

from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.pipeline.receive import IncomingInstance
from tests.integration.support import LOOPBACK

PEERS = (
    {"name": "qeh", "address": "QEHPACS@10.1.2.3:104"},
    {"name": "archive", "address": "ARCHIVE@10.1.2.4:104", "roles": ["destination"]},
)


class Failing:
    """Figures that can not be read."""

    def read(self):
        raise OutOfStorage("the database did not answer: connection to 10.9.9.9 refused")


class Hanging:
    """Figures of a database that was stopped in mid-air."""

    def __init__(self):
        self.free = threading.Event()

    def read(self):
        self.free.wait(60)
        raise OutOfStorage("too late")


def get(observation, path, method="GET"):
    return status_of(observation.port, path, method)


def status_of(port, path, method="GET"):
    """Return status and body of a page."""
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def scraped(observation):
    """Return every sample by name and labels, read by Prometheus's own parser."""
    status, body = get(observation, "/metrics")
    assert status == 200
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def incoming(calling_ae="QEHPACS", peer="qeh"):
    return IncomingInstance(
        data_set=b"",
        sop_class_uid=SopClassUid("1.2"),
        sop_instance_uid=SopInstanceUid("1.2.3"),
        transfer_syntax_uid=TransferSyntaxUid("1.2.840.10008.1.2.1"),
        calling_ae=AeTitle(calling_ae),
        called_ae=AeTitle("PACSDEDUP"),
        peer_address="10.1.2.3",
        association="a1",
        peer=peer,
    )
