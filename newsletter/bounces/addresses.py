"""Mail addresses as reports write them: typed (RFC 3464), xtext (RFC 3461), internationalised (RFC 6533), or in prose."""

import re
from contextlib import suppress

_ANY = re.compile(r"[^\s<>()\[\]\",;:'@“”’*|=]{1,64}@[^\s<>()\[\]\",;:'@“”’*|=]{1,255}|\"[^\"\n]{1,64}\"@[\w.-]{1,255}")
_ADDRESS = re.compile(r"^(?:\"[^\"\n]{1,64}\"|[^\s<>@\",;:()\[\]]{1,64})@[^\s<>@\",;:()\[\]]{1,255}$")
_UNICODE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ENCODED = {"2B", "3D", "40"}
_DAEMONS = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|mdaemon|mail\.delivery\.system|double-bounce|bounces?|"
    r"microsoftexchange[0-9a-f]{10,})(?:[+=-].*)?$",
    re.IGNORECASE,
)


def typed(value: str) -> str:
    """Return the address of a field such as `rfc822; anna@example.se`, decoded; empty for what is none."""
    kind, found, rest = value.partition(";")
    text = (rest if found else kind).split("\0")[0].strip().strip("<>").strip()
    # Some add a comment, or the name that an angle-addr belongs to.
    if "<" in text:
        text = text.partition("<")[2].partition(">")[0]
    text = re.sub(r"\s{1,20}\([^()]{0,200}\)$", "", text[:600]).strip(" \t\"'").removeprefix("mailto:")
    text = _decoded(text.split()[0] if text.split() else "")
    return text if _ADDRESS.match(text) else ""


def _decoded(text: str) -> str:
    try:
        text = _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
    except (ValueError, OverflowError):
        return ""
    codes = _XTEXT.findall(text)
    # Only what xtext must encode: in anna+2024@… the plus sign is the address's own.
    if codes and len(codes) == text.count("+") and (set(codes) <= _ENCODED or "@" not in text):
        text = _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)
    return text


def in_prose(text: str) -> list[str]:
    """Return the addresses in a line of text, in their order."""
    found = [address.strip(".!?").removeprefix("mailto:") for address in _ANY.findall(text[:2_000])]
    return [address for address in found if _ADDRESS.match(address) and "." in address.rpartition("@")[2]]


def same(one: str, other: str) -> bool:
    """Tell whether two spellings are one person's: in any case, an IDN domain in either form, with or without a tag."""
    return bool(one) and _plain(one) == _plain(other)


def _plain(address: str) -> tuple[str, str]:
    local, _, domain = address.lower().strip("<> ").rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return local.strip('"').partition("+")[0], domain.rstrip(".")


def is_daemon(address: str) -> bool:
    """Tell whether a mail server, not a person, writes from `address`."""
    return bool(_DAEMONS.match(address.rpartition("@")[0] or address))
