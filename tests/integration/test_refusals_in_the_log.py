"""What a flood of callers who do not get in leaves in the log: the first of each reason and address, and a number."""

import io
import json
import logging
import threading

import pytest

from pacs_dedup.log import configure_logging
from tests.integration.support import LOOPBACK, ct_instance, written
from tests.integration.test_bad_input_at_the_port import associate

ARCHIVE = {"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:104", "roles": ["destination"]}


@pytest.fixture
def lines():
    before, hooks, out = logging.getLogger().handlers, threading.excepthook, io.StringIO()
    configure_logging(stream=out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines() if "refus" in line]
    threading.excepthook = hooks
    logging.captureWarnings(False)
    logging.getLogger().handlers = before


def test_a_flood_of_refusals_is_two_lines(edge, lines):
    with edge(unknown_peers="reject") as here:
        for number in range(30):
            assert associate(here.port, calling=f"GUESS{number}").is_rejected
        assert here.refused_as(*["unknown"] * 30)
        (first,) = lines()
    assert (first["event"], first["calling_ae"], first["address"]) == ("association refused", "GUESS0", LOOPBACK)
    assert first["reason"].startswith("unknown: no peer has this AE title")
    _, again = lines()
    assert (again["event"], again["reason"], again["count"]) == ("association refused, again", "unknown", 29)
    assert "calling_ae" not in again, "they may have called themselves anything"


def test_each_reason_has_its_line(edge, lines, tmp_path):
    path = written(tmp_path, ct_instance())
    with edge(peers=[ARCHIVE], unknown_peers="reject") as here:
        association = associate(here.port, calling="ARCHIVE")
        for _ in range(3):
            association.send_c_store(path)
        association.release()
        associate(here.port, calling="NOBODY")
        assert here.refused_as(*["not_a_source"] * 3, "unknown")
        told = [(line["event"], line["reason"].partition(":")[0]) for line in lines()]
        assert told == [("instance refused", "not_a_source"), ("association refused", "unknown")]
    assert [(line["event"], line["count"]) for line in lines()[2:]] == [("instance refused, again", 2)]
