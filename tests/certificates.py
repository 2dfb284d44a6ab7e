"""Certificates of the tests' own: an authority, and what servers show."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.programs import need


@dataclass(frozen=True)
class Certificate:
    """A server's certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates for host names; `file` is what a client has to trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._openssl = need("openssl", package="openssl")
        made = self.self_signed("authority")
        self.file, self._key = made.certificate, made.key

    def self_signed(self, name: str) -> Certificate:
        """Return a certificate that vouches for itself."""
        made = Certificate(self._folder / f"{name}-itself.pem", self._folder / f"{name}-itself.key")
        self._run("req", "-x509", *self._new_key(made), "-days", "2", "-subj", f"/CN={name}", "-out", str(made.certificate))
        return made

    def certificate_for(self, host: str, *, days: int = 2) -> Certificate:
        """Return a certificate for a host name, signed by this authority; with days before today it is over."""
        made = Certificate(self._folder / f"{host}{days}.pem", self._folder / f"{host}{days}.key")
        request, names = self._folder / f"{host}.csr", self._folder / f"{host}.ext"
        names.write_text(f"subjectAltName=DNS:{host}\n")
        self._run("req", *self._new_key(made), "-subj", f"/CN={host}", "-out", str(request))
        signed_by = ("-CA", str(self.file), "-CAkey", str(self._key), "-CAcreateserial")
        self._run(
            "x509", "-req", "-in", str(request), *signed_by, "-days", str(days), "-extfile", str(names), "-out", str(made.certificate)
        )
        return made

    def _new_key(self, made: Certificate) -> tuple[str, ...]:
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", str(made.key))

    def _run(self, *arguments: str) -> None:
        subprocess.run([self._openssl, *arguments], check=True, capture_output=True)
