"""DKIM: signs messages with the domain's key (RFC 6376, relaxed/relaxed; Ed25519 by RFC 8463).

What is the same in all of a mailing's messages is brought into canonical form once; per message only
its own few headers are, the body is hashed, and the digest signed.
"""

import base64
import hashlib
import re
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

LEAST_BITS = 2048
# Signed when they are there, in this order; those of list messages are demanded by RFC 8058.
# fmt: off
SIGNED = [
    "From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Feedback-ID",
]
# fmt: on
# Named once more than they occur, so that nobody can add another one on the way (RFC 6376, 8.15).
OVERSIGNED = ("from", "to", "subject", "date", "reply-to")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE)
_RSA = (padding.PKCS1v15(), Prehashed(hashes.SHA256()))
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class BadKey(ValueError):
    """A key that can't sign; its words never hold the key."""


class BadSelector(BadKey):
    """A selector that can't be part of a domain's name."""


def relaxed_header(lines: bytes) -> bytes:
    """Return one header field, CRLF at its end, in relaxed form (RFC 6376, 3.4.2)."""
    name, _, value = lines.partition(b":")
    return name.strip().lower() + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip() + b"\r\n"


def relaxed_lines(body: bytes) -> bytes:
    """Return lines of a body in relaxed form (RFC 6376, 3.4.4); empty ones at the body's end are the caller's affair."""
    return re.sub(rb"[ \t]+(?=\r\n)", b"", re.sub(rb"[ \t]+", b" ", body))


@dataclass(frozen=True, slots=True)
class Begun:
    """A signature's header with places for time and body hash, and its relaxed form."""

    header: bytes
    relaxed: bytes


class Signer:
    """Signs for one domain. Holds the private key and never shows it."""

    def __init__(self, domain: str, selector: str, key: Key) -> None:
        """`selector` names the key's DNS record, `<selector>._domainkey.<domain>`."""
        self.domain = domain
        self.selector = selector
        self._key = key
        self.kind = "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"

    def __repr__(self) -> str:
        return f"<Signer {self.selector}._domainkey.{self.domain} {self.kind}>"

    @property
    def record(self) -> str:
        """The text that the DNS record must have."""
        public = self._key.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={self.kind}; p={base64.b64encode(raw).decode()}"

    def begin(self, names: Sequence[str]) -> "Begun":
        """Return the signature's header for fields `names` in the order in which they are hashed; see `finish`."""
        listed = [name.lower() for name in names]
        fields = ":\r\n  ".join([":".join(listed), ":".join(OVERSIGNED)])
        header = (
            f"DKIM-Signature: v=1; a={self.kind}-sha256; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; t=%d;\r\n h={fields};\r\n bh=%b;\r\n b="
        ).encode("ascii")
        return Begun(header, relaxed_header(header)[:-2])

    def finish(self, begun: "Begun", at: datetime, fields: "hashlib._Hash", body: "hashlib._Hash") -> bytes:
        """Return the whole header: `fields` has hashed the relaxed fields of `begun`, `body` the relaxed body."""
        own = int(at.timestamp()), b2a_base64(body.digest(), newline=False)
        # The signature covers its own header too, as if nothing stood in b= yet.
        fields.update(begun.relaxed % own)
        signature = b2a_base64(self._signature(fields.digest()), newline=False)
        lines = [signature[place : place + 72] for place in range(0, len(signature), 72)]
        return begun.header % own + b"\r\n ".join(lines) + b"\r\n"

    def _signature(self, digest: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, *_RSA)
        return self._key.sign(digest)

    def signed(self, raw: bytes, at: datetime) -> bytes:
        """Return `raw`, a whole message with CRLF, with its signature on top."""
        head, _, body = raw.partition(b"\r\n\r\n")
        found = {relaxed_header(field).partition(b":")[0].decode("ascii", "replace"): field for field in _fields(head)}
        names = [name for name in SIGNED if name.lower() in found]
        hashed = hashlib.sha256(b"".join(relaxed_header(found[name.lower()]) for name in names))
        body = relaxed_lines(body).rstrip(b"\r\n")
        return self.finish(self.begin(names), at, hashed, hashlib.sha256(body + b"\r\n" if body else b"")) + raw


def _fields(head: bytes) -> list[bytes]:
    return re.split(rb"\r\n(?![ \t])", head)


def signer() -> Signer | None:
    """Return who signs what `MAIL_FROM`'s domain sends, None where no key is set. Raises BadKey."""
    if not settings.MAIL_DKIM_KEY:
        return None
    selector, domain = settings.MAIL_DKIM_SELECTOR.strip(), parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2].lower()
    if not _SELECTOR.fullmatch(selector):
        raise BadSelector(f"MAIL_DKIM_SELECTOR is {selector!r}, which can't stand before ._domainkey.{domain}")
    found = _read(settings.MAIL_DKIM_KEY)
    # Raised here, where no variable holds the key.
    if isinstance(found, str):
        raise BadKey(found)
    return Signer(domain, selector, found)


@lru_cache(maxsize=2)
@sensitive_variables()
def _read(text: str) -> Key | str:
    """Return the key, or what is wrong with it."""
    pem = text.replace("\\n", "\n").strip()
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    # Whatever it was, its words and its frames stay here.
    except Exception as error:
        return f"MAIL_DKIM_KEY can't be read as a private key in PEM ({type(error).__name__})"
    if isinstance(key, rsa.RSAPrivateKey):
        return key if key.key_size >= LEAST_BITS else f"MAIL_DKIM_KEY has {key.key_size} bits; RSA needs {LEAST_BITS} or more"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    return "MAIL_DKIM_KEY is neither an RSA nor an Ed25519 key"
