"""System checks: a bad configuration stops the start, with an id and a hint."""

from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

SHORT = 32


@register
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the environment."""
    return [*_not_yet(), *_addresses(), *_proxies(), *_logs(), *_secrets()]


def _not_yet() -> Iterator[CheckMessage]:
    if settings.BROKER_URL:
        yield Error(
            "BROKER_URL is set, but running the duties through a broker is not supported yet.",
            hint="Leave it empty: `manage.py up` or `manage.py worker` run the duties.",
            id="deploy.E001",
        )
    if settings.STORAGE_URL and not settings.STORAGE_URL.startswith("file:///"):
        yield Error(
            "STORAGE_URL names storage outside the local disk, which is not supported yet.",
            hint="Write file:///folder, or leave it empty: uploads are kept in var/media.",
            id="deploy.E002",
        )


def _addresses() -> Iterator[CheckMessage]:
    for name in ("SITE_URL", "FRONTEND_URL"):
        address = getattr(settings, name)
        parts = urlsplit(address)
        if address and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path):
            yield Error(
                f"{name} is {address!r}, which is not a web address without a path.",
                hint="Write it like https://ordet.example.se.",
                id="deploy.E006",
            )
    if settings.FRONTEND_URL == settings.SITE_URL:
        yield Error(
            "FRONTEND_URL is SITE_URL: readers would be sent round in circles.",
            hint="Leave FRONTEND_URL empty to show the reader site in the box.",
            id="deploy.E010",
        )
    host = urlsplit(settings.SITE_URL).hostname
    if host and host not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        yield checks.Warning(
            f"SITE_URL's host {host} is not in ALLOWED_HOSTS, so it would be refused.",
            hint=f"Add {host} to ALLOWED_HOSTS.",
            id="deploy.W001",
        )


def _proxies() -> Iterator[CheckMessage]:
    for network in settings.TRUSTED_PROXIES:
        try:
            ip_network(network, strict=False)
        except ValueError:
            yield Error(f"TRUSTED_PROXIES holds {network!r}.", hint="Write networks such as 10.0.0.0/8.", id="deploy.E009")


def _logs() -> Iterator[CheckMessage]:
    if settings.LOG_FORMAT not in {"line", "json"}:
        yield Error(f"LOG_FORMAT is {settings.LOG_FORMAT!r}.", hint="Write line or json.", id="deploy.E007")
    if settings.SENTRY_DSN and find_spec("sentry_sdk") is None:
        yield Error(
            "SENTRY_DSN is set, but the package sentry-sdk is not installed.",
            hint="Install it into .venv, or leave SENTRY_DSN empty.",
            id="deploy.E008",
        )


def _secrets() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        return
    for name in ("SECRET_KEY", "SUPPRESSION_KEY", "FIELD_KEYS", "LINK_KEYS"):
        value = getattr(settings, name)
        if any(len(key) < SHORT for key in ([value] if isinstance(value, str) else value)):
            yield checks.Warning(
                f"{name} holds a key shorter than {SHORT} characters.",
                hint='Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"',
                id="deploy.W002",
            )
