"""Who needs which certificate file."""

from pathlib import Path

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.wiring.associations import check_peers_tls, check_tls, destination, peer_tls

TLS = {"enabled": True, "cert": Path("nowhere.pem"), "key": Path("nowhere.key"), "ca": Path("nowhere.ca")}
ARCHIVE = {"name": "archive", "address": "ARCHIVE@127.0.0.1:104", "roles": ["destination"]}


def test_a_worker_needs_no_files_of_the_listener():
    settings = Settings(dicom={"tls": TLS}, peers=[ARCHIVE])
    check_peers_tls(settings)
    with pytest.raises(BadConfiguration, match=r"nowhere\.key can not be read"):
        check_tls(settings)


def test_who_calls_a_peer_over_tls_needs_them():
    settings = Settings(dicom={"tls": TLS}, peers=[{**ARCHIVE, "tls": True}])
    with pytest.raises(BadConfiguration, match=r"nowhere\.key can not be read"):
        check_peers_tls(settings)


def test_who_only_reads_cases_needs_none():
    settings = Settings(dicom={"tls": TLS}, peers=[{**ARCHIVE, "tls": True}])
    destination(settings.peers[0], settings).close()
    contexts = peer_tls(settings.peers[0], settings)
    assert contexts is not None
    with pytest.raises(BadConfiguration):
        contexts()
    assert peer_tls(Settings(peers=[ARCHIVE]).peers[0], settings) is None
