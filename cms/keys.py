"""Keys to the content API: made in the admin, shown once, kept as a hash.

A *delivery* key names a front end (its own limit, its own origins), a *preview* key may exchange an editor's preview
token, and a *member* key may read what is for members on behalf of one who has logged in at the front end.
"""

import logging
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.secrets import LosableTextField

logger = logging.getLogger(__name__)

SECRET_BYTES = 32
SHOWN = 6
# A use is written down at most this often: reading must not turn into writing.
NOTE_USE = timedelta(minutes=1)
USUAL_PORTS = {"http": "80", "https": "443"}
_ORIGIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?", re.ASCII)
_FORM = re.compile(r"ordet_(delivery|preview|member)_[\w-]{43}", re.ASCII)


class BadKey(Exception):
    """A key that opens nothing: unknown, expired or revoked; the words are for the front end's developer."""


class APIKey(models.Model):
    """A front end's key. The secret itself stands nowhere, but for a member key, which must verify signatures (encrypted)."""

    DELIVERY, PREVIEW, MEMBER = "delivery", "preview", "member"
    KINDS = [
        (DELIVERY, _("delivery: reads what is public")),
        (PREVIEW, _("preview: shows editors their drafts")),
        (MEMBER, _("member front end: also reads for members who have logged in there")),
    ]

    name = models.CharField(_("name"), max_length=100, help_text=_("Which front end it is for, such as “the website”."))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default=DELIVERY)
    prefix = models.CharField(_("begins with"), max_length=30, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    signing_secret: Any = LosableTextField(blank=True, default="", editable=False)
    origins = models.TextField(
        _("origins"),
        blank=True,
        help_text=_("Sites whose visitors' browsers may ask with this key, one a line, such as https://www.example.se."),
    )
    per_minute = models.PositiveIntegerField(
        _("requests per minute"), default=1200, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Empty: it works until it is revoked."))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                name="member_keys_alone_sign",
                condition=models.Q(kind="member") & ~models.Q(signing_secret="")
                | ~models.Q(kind="member") & models.Q(signing_secret=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def clean(self) -> None:
        """Spell the origins alike. Raises ValidationError for what is none, and for origins of a key no browser may hold."""
        found = [origin(line) for line in self.origins.splitlines() if line.strip()]
        if found and self.kind != self.DELIVERY:
            raise ValidationError({"origins": _("Only a delivery key may stand in a page. Leave this empty.")})
        self.origins = "\n".join(dict.fromkeys(found))

    def is_alive(self, now: datetime) -> bool:
        """Tell whether the key opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def allows(self, wanted: str) -> bool:
        """Tell whether a browser on the site `wanted` may ask with this key."""
        return wanted in self.origins.splitlines()


def origin(text: str) -> str:
    """Return `text` as browsers send an Origin (RFC 6454): scheme, host and perhaps port. Raises ValidationError."""
    found = _ORIGIN.fullmatch(text.strip().lower().rstrip("/"))
    if found is None:
        words = _("“%(text)s” isn't an origin such as https://www.example.se.") % {"text": text.strip()}
        raise ValidationError({"origins": words})
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" if port in {None, USUAL_PORTS[scheme]} else f"{scheme}://{host}:{port}"


def digest(secret: str) -> str:
    """Return the name under which a secret of 256 random bits is kept; such a one needs no slow hash."""
    return sha256(secret.encode()).hexdigest()


def make(key: APIKey, user: Any, now: datetime) -> str:
    """Give the new `key` its secret, save it, and return the secret, which nobody can read again."""
    secret = f"ordet_{key.kind}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key.prefix = secret[: len(f"ordet_{key.kind}_") + SHOWN]
    key.digest, key.created_by, key.created_at = digest(secret), user, now
    key.signing_secret = secret if key.kind == APIKey.MEMBER else ""
    key.save()
    return secret


def find(secret: str, now: datetime) -> APIKey:
    """Return the living key with `secret`, and note its use. Raises BadKey."""
    key = APIKey.objects.filter(digest=digest(secret)).first() if _FORM.fullmatch(secret) else None
    if key is None:
        raise BadKey("The key is unknown.")
    if not key.is_alive(now):
        raise BadKey("The key has been revoked." if key.revoked_at else "The key has expired.")
    _note_use(key, now)
    return key


def _note_use(key: APIKey, now: datetime) -> None:
    if key.last_used_at is None or now - key.last_used_at >= NOTE_USE:
        stale = models.Q(last_used_at=None) | models.Q(last_used_at__lte=now - NOTE_USE)
        try:
            with transaction.atomic():
                APIKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
        except DatabaseError:
            # A database that takes no writes just now (locked, read only) still answers readers.
            logger.warning("The use of API key %s could not be noted.", key.pk, exc_info=True)


def signing_secret(key: APIKey) -> str:
    """Return what the front end of a member key signs with: the key itself. Raises BadKey when FIELD_KEYS have lost it."""
    # Nothing may ever be verified with an empty secret: anybody could sign with that.
    if not key.signing_secret:
        raise BadKey("The key's secret can't be read any more; make a new key.")
    return str(key.signing_secret)


def revoke(key: APIKey, now: datetime) -> bool:
    """Close `key` for good; tell whether this call did."""
    return bool(APIKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))


def origins(now: datetime) -> frozenset[str]:
    """Return the origins of all living delivery keys; a preflight carries no key."""
    living = APIKey.objects.filter(revoked_at=None).exclude(origins="").exclude(expires_at__lte=now)
    return frozenset(line for text in living.values_list("origins", flat=True) for line in text.splitlines())
