"""The conformance statement is made from what the service runs on, and the copy in the documentation is the newest."""

from pathlib import Path

from pacs_dedup.config import Settings
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus, FailureReason
from pacs_dedup.dicom.status_code import OperationStatus
from pacs_dedup.dicom.store_status import ForeignStatus, StoreStatus
from pacs_dedup.entrypoints.cli.app import run
from pacs_dedup.entrypoints.conformance import statement
from pacs_dedup.entrypoints.listener.contexts import STORAGE_SOP_CLASSES, TRANSFER_SYNTAXES
from pacs_dedup.entrypoints.listener.refusals import Refusal
from pacs_dedup.reports.conformance import render_conformance, table

COPY = Path(__file__).parents[3] / "docs" / "conformance.md"


def stated(**sections):
    return render_conformance(statement(Settings(**sections)))


def test_the_copy_in_the_documentation_is_up_to_date():
    assert COPY.read_text() == stated(), "run: pacs-dedup conformance --out docs/conformance.md"


def test_every_class_syntax_code_and_reason_is_in_it():
    text = stated()
    missing = [uid for uid in STORAGE_SOP_CLASSES | TRANSFER_SYNTAXES if f"| {uid} |" not in text]
    codes = [*OperationStatus, *StoreStatus, *ForeignStatus, *ActionStatus, *EventStatus, *FailureReason]
    missing += [code for code in codes if f"0x{int(code):04X}" not in text]
    missing += [status for status in StoreStatus if status.comment not in text or status.when not in text]
    missing += [refusal for refusal in Refusal if refusal.words not in text]
    assert missing == []


def test_every_rejection_has_its_words_in_the_standard():
    answers = [row for row in statement(Settings()).rejections if row[1]]
    assert len(answers) == sum(refusal.answer is not None for refusal in Refusal) + 1, "what pynetdicom may answer"
    assert [row[:3] for row in answers if row[3] == Refusal.OTHER.words] == [("any", "any", "any")]
    assert all(text for row in answers for text in row)


def test_what_a_site_chooses_is_stated():
    text = stated(dicom={"ae_title": "GATE1", "max_pdu": 0, "accept_private_sop_classes": True})
    assert "AE title `GATE1`" in text
    assert "| Maximum PDU length received | no limit |" in text
    assert "and private ones" in text
    assert "| `dicom.ae_title` | GATE1 | PACSDEDUP |" in text


def test_tls_is_stated_with_its_profile(tmp_path):
    tls = {"enabled": True, "cert": tmp_path / "c.pem", "key": tmp_path / "k.pem", "ca": tmp_path / "a.pem"}
    text = stated(dicom={"tls": tls})
    assert "on port 2762, only with a certificate of a configured authority" in text
    assert str(tmp_path) not in text


def test_where_data_lie_and_who_the_peers_are_is_not_stated(tmp_path):
    peers = [{"name": "archive", "address": "ARCHIVE@10.1.2.3:104", "roles": ["destination"]}]
    text = stated(peers=peers, storage={"path": tmp_path, "database_url": "postgresql://user:secret@db/x"})
    assert [word for word in ("10.1.2.3", "ARCHIVE@", str(tmp_path), "secret") if word in text] == []


def test_the_command_writes_the_page(tmp_path, capsys):
    out = tmp_path / "statement.md"
    assert run(["conformance", "--out", str(out)]) == 0
    assert out.read_text() == stated()
    assert run(["conformance"]) == 0
    assert capsys.readouterr().out == stated()


def test_the_command_gives_the_facts_as_json(capsys):
    assert run(["conformance", "--json"]) == 0
    assert '"implementation"' in capsys.readouterr().out


def test_a_bar_inside_a_value_does_not_break_the_table():
    assert table((("a|b",),), "x").splitlines()[-1] == "| a\\|b |"
