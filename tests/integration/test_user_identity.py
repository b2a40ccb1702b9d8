"""User Identity negotiation (PS3.7 D.3.3.7), with DCMTK on the other end."""

import time

import pytest

from pacs_dedup.config.passcodes import hashed
from tests.integration.support import ct_instance, dcmtk, needs_dcmtk, written

pytestmark = [pytest.mark.peers, needs_dcmtk]

PEERS = (
    {"name": "named", "address": "NAMED", "user": "radiology"},
    {"name": "proven", "address": "PROVEN", "user": "röntgen", "passcode": hashed("paß wort".encode())},
    {"name": "anybody", "address": "ANYBODY"},
)


@pytest.fixture
def instance(tmp_path):
    return written(tmp_path, ct_instance())


@pytest.fixture
def identified(edge):
    """Listen for peers that must say who their user is."""
    return lambda: edge(peers=[{**peer, "address": f"{peer['address']}@127.0.0.1"} for peer in PEERS])


def store(here, instance, calling, *options):
    return dcmtk("storescu", here.port, *options, instance, calling=calling)


@pytest.mark.parametrize(
    ("calling", "options"),
    [
        ("NAMED", ["--user", "radiology"]),
        ("NAMED", ["--user", "radiology", "--pos-response"]),
        ("NAMED", ["--user", "radiology", "--password", "whatever"]),
        ("PROVEN", ["--user", "röntgen", "--password", "paß wort"]),
        ("PROVEN", ["--user", "röntgen", "--password", "paß wort", "--pos-response"]),
        ("ANYBODY", []),
        ("ANYBODY", ["--user", "unheard of", "--password", "nothing"]),
    ],
)
def test_who_says_and_proves_the_user_gets_in(identified, instance, calling, options):
    with identified() as here:
        code, said = store(here, instance, calling, *options)
        assert code == 0, said
        assert len(here.arrivals) == 1
        assert here.refused == []


@pytest.mark.parametrize(
    ("calling", "options", "reason"),
    [
        ("NAMED", [], "user"),
        ("NAMED", ["--user", "Radiology"], "user"),
        ("PROVEN", [], "user"),
        ("PROVEN", ["--user", "röntgen"], "user"),
        ("PROVEN", ["--user", "röntgen", "--empty-password"], "passcode"),
        ("PROVEN", ["--user", "röntgen", "--password", "paß wort "], "passcode"),
        ("PROVEN", ["--user", "radiology", "--password", "paß wort"], "user"),
    ],
)
def test_who_does_not_is_rejected_permanently_by_the_service_provider(identified, instance, calling, options, reason):
    with identified() as here:
        code, said = store(here, instance, calling, *options)
        assert code != 0
        assert "Result: Rejected Permanent, Source: Service Provider (ACSE Related)" in said
        assert here.nothing_got_in
        assert here.refused_as(reason), here.refused
        assert [alert[:2] for alert in here.alerts] == [(calling, "127.0.0.1")]


@pytest.mark.parametrize("kind", ["--kerberos", "--saml", "--jwt"])
def test_tickets_and_tokens_prove_nothing(identified, instance, tmp_path, kind):
    token = tmp_path / "token"
    token.write_text("radiology")
    with identified() as here:
        assert store(here, instance, "NAMED", kind, token)[0] != 0
        assert here.nothing_got_in
        assert here.refused_as("user"), here.refused


def test_who_need_not_prove_anything_is_promised_nothing(identified, instance):
    with identified() as here:
        code, said = store(here, instance, "ANYBODY", "--user", "unheard of", "--pos-response")
        assert code != 0, "the sender insists on a confirmation that nobody can give"
        assert here.reasons == []
        assert here.nothing_got_in, said


def test_a_passcode_is_nowhere_in_what_is_kept_or_told(identified, instance):
    with identified() as here:
        store(here, instance, "PROVEN", "--user", "röntgen", "--password", "s3cr3t-canary")
        assert "s3cr3t-canary" not in repr(here.refused)
        assert all(b"s3cr3t-canary" not in file.read_bytes() for file in here.data.rglob("*") if file.is_file())


def test_who_guesses_passcodes_is_made_to_wait_and_told_of(edge, instance):
    limits = {"wrong_passcodes": 2, "wrong_passcodes_within_s": 3}
    peers = [{**peer, "address": f"{peer['address']}@127.0.0.1"} for peer in PEERS]
    right = ["--user", "röntgen", "--password", "paß wort"]
    with edge(peers=peers, limits=limits) as here:
        for guess in ("first", "second"):
            assert store(here, instance, "PROVEN", "--user", "röntgen", "--password", guess)[0] != 0
        code, said = store(here, instance, "PROVEN", *right)
        assert code != 0
        assert "Result: Rejected Transient, Source: Service Provider (ACSE Related)" in said
        assert here.nothing_got_in
        assert here.refused_as("passcode", "passcode", "guessing"), here.refused
        alerts = [reason.partition(":")[0] for *_, reason in here.alerts]
        assert alerts == ["passcode", "guessing"], "the second wrong one is in a number, told when the minute is over"
        assert store(here, instance, "ANYBODY")[0] == 0, "nobody else has to wait"
        time.sleep(limits["wrong_passcodes_within_s"])
        assert store(here, instance, "PROVEN", *right)[0] == 0
