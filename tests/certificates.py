"""Certificates for tests: an authority of its own, made afresh, that signs for any host."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and its key."""

    cert: str
    key: str


class Authority:
    """Signs certificates; whoever trusts `file` trusts them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority of {folder.name}")])
        made = self._begin(self._name, self._key.public_key(), authority=True).sign(self._key, hashes.SHA256())
        self.file = str(self._write("authority.pem", made.public_bytes(serialization.Encoding.PEM)))

    def issue(self, host: str) -> Certificate:
        """Sign for a host name or an IP address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._begin(name, key.public_key()).add_extension(_alternative(host), critical=False)
        cert = made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Certificate(str(self._write(f"{host}.pem", cert)), str(self._write(f"{host}.key", raw)))

    def _begin(self, name, public, *, authority=False):
        at = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, name, public, x509.random_serial_number())
        builder = builder.not_valid_before(at - timedelta(hours=1)).not_valid_after(at + timedelta(hours=1))
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
            False,
        )
        # Python's default context asks for all of these (VERIFY_X509_STRICT).
        return (
            builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **usage),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def _write(self, name: str, raw: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(raw)
        return path


def _alternative(host: str) -> x509.SubjectAlternativeName:
    try:
        return x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    except ValueError:
        return x509.SubjectAlternativeName([x509.DNSName(host)])
