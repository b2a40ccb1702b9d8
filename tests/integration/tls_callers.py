"""Callers over TLS: DCMTK, and Python's own TLS where a caller must not behave."""

import ssl
import time

from tests.integration.support import LOOPBACK, dcmtk

HERE = f"IP:{LOOPBACK},DNS:localhost"


def store(port, study, *, issued, trusting, calling="MR1", options=()):
    known = ["+tls", issued.key, issued.cert] if issued else ["+tla"]
    return dcmtk("storescu", port, *known, "+cf", trusting.file, *options, *study, calling=calling)


def assert_refused(here, answer, reason):
    code, said = answer
    assert code != 0, said
    assert "Received Store Response" not in said
    assert here.nothing_got_in
    assert here.refused_as(reason), here.refused
    call = here.refused[0]
    assert here.alerts == [(call.calling_ae, LOOPBACK, call.explanation)]


def wait_until(condition, said, within_s=15):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, said
        time.sleep(0.02)


def client(issued, **how):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(how.get("ciphers", "ALL:@SECLEVEL=0"))
    context.minimum_version, context.maximum_version = how.get(
        "versions", (context.minimum_version, context.maximum_version)
    )
    context.load_cert_chain(issued.cert, issued.key)
    return context
