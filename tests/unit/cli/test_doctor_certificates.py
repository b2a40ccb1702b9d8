"""The doctor looks at certificates before they end."""

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.domain.health import Health
from pacs_dedup.entrypoints.doctor import surroundings
from tests.certificates import authority, needs_openssl

pytestmark = [pytest.mark.peers, needs_openssl]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("hospital"))


def examined(issuer, **validity):
    issued = issuer.issue(f"ours-{len(list(issuer.folder.iterdir()))}", **validity)
    tls = {"enabled": True, "cert": issued.cert, "key": issued.key, "ca": issuer.file}
    return {finding.component: finding for finding in surroundings.certificates(Settings(dicom={"tls": tls}))}


def test_a_certificate_that_ends_soon_is_a_warning(issuer):
    finding = examined(issuer, days=20)["our certificate"]
    assert finding.health is Health.WARNING
    assert "renewed" in finding.remedy


def test_a_certificate_with_time_left_is_fine(issuer):
    found = examined(issuer, days=400)
    assert {finding.health for finding in found.values()} == {Health.OK}
    assert "valid until" in found["our certificate"].description


def test_a_certificate_that_has_ended_is_a_failure(issuer):
    with pytest.raises(BadConfiguration, match="have a new one issued"):
        examined(issuer, days=-1)


def test_without_tls_there_is_nothing_to_examine():
    assert list(surroundings.certificates(Settings())) == []
