"""The page on reliability is made from a run's ledger."""

import pytest

from benchmarks.torture.ledger import Journal, data_set_of, read_lines
from benchmarks.torture.report import BEGIN, END, PAGE, put_into, rendered
from tests.images import image_dataset, textured, write

ROUND = {
    "deployment": "sqlite",
    "seconds": 30.0,
    "faults": ["disk full", "worker killed"],
    "kills": 2,
    "sent": 9,
    "acknowledged": 7,
    "refused": 2,
    "resent": 1,
    "failed_calls": 3,
    "cuts": 4,
    "commitments": 5,
    "usage": [{"role": "listener", "pid": 7, "descriptors": 20, "threads": 9, "resident_mb": 80.4}],
    "violations": [],
}


def ledger_of(tmp_path, *rounds):
    journal = Journal(tmp_path / "ledger.jsonl")
    journal.write("start", seed="5", left_out={"PostgreSQL frozen": "the database is a file"})
    for facts in rounds:
        journal.write("round", **facts)
    return read_lines([journal.path])


def test_the_table_adds_rounds_up_by_fault_and_says_how_to_repeat_them(tmp_path):
    text = rendered(ledger_of(tmp_path, ROUND, {**ROUND, "faults": ["worker killed"]}))
    assert "make torture SEED=5" in text
    assert "| disk full | 1 | 2 | 9 | 7 | 2 | 0 | 0 | 0 | 0 | 1 |" in text
    assert "| worker killed | 2 | 4 | 18 | 14 | 4 | 0 | 0 | 0 | 0 | 2 |" in text
    assert "Left out on this machine: PostgreSQL frozen" in text
    assert "| listener | 2 | 20 descriptors, 9 threads, 80 MB |" in text


def test_a_broken_promise_stands_in_the_table(tmp_path):
    lost = {**ROUND, "violations": [{"kind": "lost", "what": "x"}]}
    assert "| worker killed | 1 | 2 | 9 | 7 | 2 | 1 | 0 | 0 | 0 | 1 |" in rendered(ledger_of(tmp_path, lost))


def test_a_ledger_that_a_kill_cut_short_is_read_as_far_as_it_goes(tmp_path):
    ledger_of(tmp_path, ROUND)
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"event": "rou')
    assert len(read_lines([tmp_path / "ledger.jsonl"])) == 2


def test_only_what_stands_between_the_markers_is_renewed():
    page = put_into(PAGE.read_text(), "new")
    assert f"{BEGIN}\n\nnew\n\n{END}" in page
    assert page.partition(BEGIN)[0] == PAGE.read_text().partition(BEGIN)[0]
    with pytest.raises(ValueError, match="no place"):
        put_into("a page without markers", "new")


def test_the_data_set_of_a_file_begins_after_its_meta_information(tmp_path):
    path = write(image_dataset(textured(8, 8)), tmp_path / "x.dcm")
    assert data_set_of(path.read_bytes())[:8] == b"\x08\x00\x16\x00UI\x1a\x00"
    with pytest.raises(ValueError, match=r"PS3\.10"):
        data_set_of(path.read_bytes()[:100])
