"""Certificates for tests, made with openssl: an authority, and what it issues."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl is not installed (Debian package openssl)"
)

_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_RSA = ("-newkey", "rsa:2048", "-nodes")


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    cert: Path
    key: Path

    @property
    def fingerprint(self):
        printed = openssl("x509", "-in", self.cert, "-noout", "-fingerprint", "-sha256")
        return printed.strip().partition("=")[2]


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder."""

    folder: Path
    itself: Issued

    @property
    def file(self):
        return self.itself.cert

    def issue(self, name, *, alt="", days=2, kind=_EC, uses="serverAuth,clientAuth"):
        """Issue a certificate with this common name; ``alt`` is a subjectAltName as openssl writes it."""
        issued = Issued(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        openssl("req", "-new", *kind, "-keyout", issued.key, "-out", request, "-subj", f"/CN={name}")
        more = self.folder / f"{name}.ext"
        more.write_text(f"extendedKeyUsage={uses}\n" + (f"subjectAltName={alt}\n" if alt else ""))
        signing = ("-CA", self.itself.cert, "-CAkey", self.itself.key, "-days", str(days))
        openssl("x509", "-req", "-in", request, *signing, "-extfile", more, "-out", issued.cert)
        issued.key.chmod(0o600)
        return issued


def authority(folder, name="authority", *, kind=_EC):
    """Make an authority that signs itself."""
    folder.mkdir(parents=True, exist_ok=True)
    itself = Issued(folder / f"{name}.pem", folder / f"{name}.key")
    openssl("req", "-x509", *kind, "-keyout", itself.key, "-out", itself.cert, "-days", "2", "-subj", f"/CN={name}")
    itself.key.chmod(0o600)
    return Authority(folder, itself)


def rsa_authority(folder, name="authority"):
    """Make an authority whose key is RSA, as those of older peers are."""
    return authority(folder, name, kind=_RSA)


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
