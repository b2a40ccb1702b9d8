"""The page for PACS managers explains every reason, every proof and every command there is."""

import re
from pathlib import Path

from typer.main import get_command

from pacs_dedup.config import Peer
from pacs_dedup.dicom.secure_transport import TlsProfile
from pacs_dedup.entrypoints.cli.peers import app
from pacs_dedup.entrypoints.listener.refusals import Refusal

PAGE = (Path(__file__).parents[4] / "docs" / "guide" / "who-may-talk.md").read_text()


def test_every_reason_for_a_refusal_is_explained_in_one_row():
    section = PAGE.partition("## When somebody does not get in")[2]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    explained = [reason for row in rows[1:] for reason in re.findall("`([a-z_]+)`", row)]
    assert sorted(explained) == sorted(Refusal)


def test_every_proof_that_a_peer_can_be_asked_for_is_explained():
    for key in ("address", "certificate", "certificate_name", "user", "passcode", "tls"):
        assert key in Peer.model_fields
        assert f"{key} = " in PAGE


def test_every_profile_and_every_command_is_named():
    assert all(f'profile = "{profile}"' in PAGE for profile in TlsProfile)
    for command in get_command(app).commands:
        assert f"peers {command}" in PAGE
