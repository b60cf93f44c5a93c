"""Secrets and signatures as Standard Webhooks 1.0 has them (standardwebhooks.com, "Signature scheme")."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
# The specification asks for 24 to 64.
BYTES = 32


def new_secret() -> str:
    """Return a secret as receivers write it down: the prefix and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signatures(keys: Iterable[str], hook_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one `v1,<base64>` per secret, separated by spaces.

    `timestamp`: seconds since 1970, as the header `webhook-timestamp` has it.
    """
    signed = b".".join([hook_id.encode(), str(timestamp).encode(), body])
    return " ".join(f"v1,{_signature(key, signed)}" for key in keys)


def _signature(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
