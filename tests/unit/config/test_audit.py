"""``[audit]``: ways to the receiver, and what may be said on them."""

import pytest
from pydantic import ValidationError

from pacs_dedup.config.audit import Audit, NamePatients


@pytest.mark.parametrize(
    ("syslog", "host", "port"),
    [
        ("udp://siem", "siem", 514),
        ("tcp://siem", "siem", 601),
        ("tls://siem", "siem", 6514),
        ("tls://10.1.2.3:7000", "10.1.2.3", 7000),
        ("tcp://[::1]:7000", "::1", 7000),
    ],
)
def test_a_receiver_is_a_transport_a_host_and_the_registered_port(syslog: str, host: str, port: int) -> None:
    audit = Audit(syslog=syslog)
    assert (audit.host, audit.port) == (host, port)


@pytest.mark.parametrize(
    "syslog", ["siem", "http://siem", "tls://", "tls://siem:0", "tls://siem:x", "tls://siem:99999", "siem:514"]
)
def test_anything_else_is_refused_with_the_forms_that_can_be_used(syslog: str) -> None:
    with pytest.raises(ValidationError, match="udp://host:514, tcp://host:601 or tls://host:6514"):
        Audit(syslog=syslog)


@pytest.mark.parametrize(
    ("syslog", "protected"),
    [
        ("tls://siem", True),
        ("tcp://127.0.0.1", True),
        ("udp://localhost", True),
        ("tcp://[::1]:601", True),
        ("tcp://siem", False),
        ("udp://10.1.2.3", False),
    ],
)
def test_patients_are_named_only_where_nobody_on_the_way_can_read_it(syslog: str, protected: bool) -> None:
    assert Audit(syslog=syslog).names_patients is protected
    assert Audit(syslog=syslog, name_patients=NamePatients.ALWAYS).names_patients
    assert not Audit(syslog=syslog, name_patients=NamePatients.NEVER).names_patients


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Audit(syslog="tls://siem", syslog_cert="cert.pem")


def test_certificates_are_for_tls() -> None:
    with pytest.raises(ValidationError, match="for tls:// only"):
        Audit(syslog="tcp://siem", syslog_ca="ca.pem")


def test_without_a_receiver_nothing_is_asked() -> None:
    assert Audit().transport == ""
    assert Audit().port == 0
