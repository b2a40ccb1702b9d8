import io
import json
import logging
import subprocess
import sys
import threading
import warnings

import pytest

from pacs_dedup.domain.errors import PeerUnavailable
from pacs_dedup.log import ALLOWED_KEYS, configure_logging, describe_error, get_logger, keyed_hash, study_hash

NAME = "CHAN^TAI MAN"


@pytest.fixture
def lines():
    before = logging.getLogger().handlers
    out = io.StringIO()
    hooks = threading.excepthook
    configure_logging(key=b"test", stream=out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    threading.excepthook = hooks
    logging.captureWarnings(False)
    logging.getLogger().handlers = before


def test_a_key_that_nobody_vouched_for_is_dropped(lines):
    get_logger("pacs_dedup.x").info("instance received", patient_name=NAME, size_bytes=7)
    (line,) = lines()
    assert line["size_bytes"] == 7
    assert line["event"] == "instance received"
    assert set(line) <= ALLOWED_KEYS
    assert NAME not in json.dumps(line)


def test_an_exception_is_reduced_to_its_kind_and_place(lines):
    try:
        int(NAME)
    except ValueError:
        get_logger("pacs_dedup.x").exception("step failed")
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert line["where"].startswith("test_log.py:")
    assert NAME not in json.dumps(line)


def test_our_own_errors_keep_their_cause():
    assert describe_error(PeerUnavailable("archive: no answer"))["cause"] == "archive: no answer"


@pytest.mark.parametrize("library", ["sqlalchemy.engine", "somebody.else"])
def test_a_library_says_only_where_it_complained(lines, library):
    try:
        int(NAME)
    except ValueError:
        logging.getLogger(library).exception("row %s", NAME)
    (line,) = lines()
    assert (line["event"], line["logger"], line["error"]) == ("a library reported", library, "ValueError")
    assert NAME not in json.dumps(line)


@pytest.mark.parametrize("library", ["pynetdicom", "pynetdicom.dul", "pydicom"])
def test_dicom_libraries_are_silent(lines, library):
    logging.getLogger(library).error("value %s", NAME)
    assert lines() == []


def test_warnings_that_quote_values_are_silent(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"Invalid value for VR PN: {NAME}", stacklevel=1)
    assert NAME not in json.dumps(lines())


def test_a_thread_that_fails_does_not_print_the_message(lines, capsys):
    def fail():
        raise RuntimeError(NAME)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["error"]) == ("a thread failed", "RuntimeError")
    assert NAME not in capsys.readouterr().err


def test_a_uid_is_hashed_under_the_key_of_the_installation(lines):
    uid = "1.2.840.113619.2.1"
    under_test_key = study_hash(uid)
    assert uid not in under_test_key
    assert under_test_key == study_hash(uid) != study_hash(uid + ".1")
    configure_logging(key=b"other")
    assert study_hash(uid) != under_test_key


def test_what_happens_to_study_uids_happens_to_any_text(lines):
    assert len(study_hash("\ud800 not a uid")) == 16


def test_a_site_may_choose_to_see_uids_as_they_are(lines):
    uid = "1.2.826.0.1.3680043.1"
    assert study_hash(uid) != uid
    configure_logging(key=b"test", log_uids=True)
    assert study_hash(uid) == uid
    assert keyed_hash(uid) != uid, "what names patients elsewhere is hashed all the same"
    configure_logging(key=b"test")
    assert study_hash(uid) != uid


def test_a_program_that_forgets_to_configure_logging_leaks_nothing():
    code = f"from pacs_dedup.log import get_logger; get_logger('pacs_dedup').warning('hm', patient_name={NAME!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr)["event"] == "hm"
    assert NAME not in done.stdout + done.stderr
