"""The mail providers whose API a relay may speak: how a line of MAIL_RELAYS becomes django-anymail's options."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PREFIX = "anymail+"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: its adapter's class, what the address's user and password are called there, and further options."""

    backend: str
    user: str
    password: str = ""
    options: tuple[str, ...] = ()


def _http(name: str, user: str = "api_key", password: str = "", *options: str) -> Provider:
    return Provider(f"anymail.backends.{name}.EmailBackend", user, password, ("api_url", *options))


# Without Amazon SES: its adapter repeats calls by itself, so a letter could leave twice. It speaks SMTP.
PROVIDERS = {
    "postmark": _http("postmark", "server_token", "", "message_stream"),
    "mailgun": _http("mailgun", "api_key", "", "sender_domain"),
    "sendgrid": _http("sendgrid"),
    "brevo": _http("brevo"),
    "mailjet": _http("mailjet", "api_key", "secret_key"),
    "resend": _http("resend"),
    "sparkpost": _http("sparkpost", "api_key", "", "subaccount"),
    "mailersend": _http("mailersend", "api_token"),
    "mandrill": _http("mandrill"),
    "mailtrap": _http("mailtrap", "api_token"),
    "scaleway": _http("scaleway", "secret_key", "", "project_id", "region"),
}


def provider_of(scheme: str) -> Provider | None:
    """Return the provider that `anymail+NAME` means; None for another scheme or name."""
    return PROVIDERS.get(scheme.removeprefix(PREFIX)) if scheme.startswith(PREFIX) else None


def pick(scheme: str, given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Take the provider's own options out of `given`. Raises ValueError with words for the operator."""
    provider = provider_of(scheme)
    if provider is None:
        return ()
    found = tuple((name, given.pop(name)) for name in provider.options if name in given)
    address = urlsplit(dict(found).get("api_url", "https://api.example.se"))
    if address.scheme not in {"http", "https"} or not address.hostname or address.username:
        raise ValueError("api_url is a web address without a user name")
    return found


def arguments(scheme: str, user: str, password: str, given: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return what the adapter's class is made with."""
    provider = PROVIDERS[scheme.removeprefix(PREFIX)]
    return {provider.user: user} | ({provider.password: password} if provider.password else {}) | dict(given)
