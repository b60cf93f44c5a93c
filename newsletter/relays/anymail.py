"""Mail providers' APIs, through django-anymail: one call per message, with our numbers as its metadata.

What the provider answers is judged here. A call whose outcome isn't known is never repeated.
"""

import email
import logging
import re
import ssl
import traceback
from email.message import EmailMessage as Mime
from email.policy import default
from typing import Any

import requests
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from newsletter.relays import (
    ACCEPTED,
    DEFERRED,
    REFUSED,
    UNCERTAIN,
    UNSENT,
    Desk,
    Options,
    Outcome,
    Parcel,
    RelayBroken,
    RelayDown,
    SessionLost,
)
from newsletter.relays.providers import arguments, provider_of

logger = logging.getLogger(__name__)

# What the provider writes itself, or what belongs to the form that we took apart.
OWN = frozenset(
    {
        "from",
        "to",
        "subject",
        "reply-to",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "dkim-signature",
    }
)
UNAUTHORISED = frozenset({401, 402, 403})
LATER = frozenset({408, 425, 429})
WRONG, SERVER, BUSY = 400, 500, 503
_STUFFED = re.compile(rb"(?m)^\.\.")


class AnyMail:
    """A provider of MAIL_RELAYS."""

    def __init__(self, options: Options) -> None:
        """Nothing is connected yet."""
        self.options = options

    @sensitive_variables("made")
    def connect(self) -> "AnyMailSession":
        """Make the adapter; the first call connects. Raises RelayBroken for options that the adapter refuses."""
        provider = provider_of(self.options.scheme)
        assert provider is not None  # noqa: S101 - parse has seen to it
        made = arguments(self.options.scheme, self.options.user, self.options.password, self.options.extra)
        made["timeout"] = self.options.timeout
        try:
            backend = import_string(provider.backend)(ignore_unsupported_features=True, **made)
            backend.open()
        except (AnymailConfigurationError, ImportError, TypeError) as error:
            raise RelayBroken(f"{self.options.name}: {type(error).__name__}: the provider's options are not right") from None
        return AnyMailSession(backend, self.options)


class AnyMailSession:
    """Calls over kept-alive connections, in one thread's hands."""

    def __init__(self, backend: Any, options: Options) -> None:
        """Take over an opened adapter."""
        self._backend = backend
        self._options = options

    def work(self, desk: Desk) -> None:
        """Send what the desk gives. Raises SessionLost, RelayDown or RelayBroken; the parcel in hand is reported first."""
        while (parcel := desk.take()) is not None:
            message = _made(parcel, desk)
            if message is None:
                continue
            if not desk.begin(parcel):
                desk.done(parcel, Outcome(UNSENT, "the right to send was lost"))
                raise SessionLost("the right to send was lost")
            outcome, trouble = self._send(message, parcel)
            desk.done(parcel, outcome)
            if trouble is not None:
                raise trouble

    def _send(self, message: Any, parcel: Parcel) -> tuple[Outcome, RelayDown | None]:
        """Make the call; return what it means for the message and, if the next would fail too, for the relay."""
        try:
            self._backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return _refused(message, str(error)), None
        except AnymailRequestsAPIError as error:
            return self._judge(error)
        except AnymailError as error:
            return Outcome(REFUSED, self._words(error), policy=True), None
        except Exception as error:
            logger.exception("%s: the provider's adapter failed.", self._options.name)
            said = f"{self._options.name}: {type(error).__name__}"
            return Outcome(UNCERTAIN, said), SessionLost(said)
        return _accepted(message, parcel), None

    def _judge(self, error: AnymailRequestsAPIError) -> tuple[Outcome, RelayDown | None]:
        status, said = error.status_code, self._words(error)
        if status is None:
            return self._unreached(error, said)
        if status in UNAUTHORISED:
            return Outcome(UNSENT, said), RelayBroken(said)
        if status in LATER:
            return Outcome(DEFERRED, said), RelayDown(said)
        if status == BUSY and "Retry-After" in error.response.headers:
            # It asks for the same once more (RFC 9110, 10.2.3), so it hasn't taken it.
            return Outcome(DEFERRED, said), RelayDown(said)
        if status >= SERVER:
            # It, or a gateway before it, failed: before or after it took the letter, nobody knows.
            return Outcome(UNCERTAIN, said), RelayDown(said)
        # Of 400 and above: the message or we are refused, not the person; many in a row pause the mailing.
        return (Outcome(REFUSED, said, policy=True) if status >= WRONG else Outcome(UNCERTAIN, said)), None

    def _unreached(self, error: Exception, said: str) -> tuple[Outcome, RelayDown]:
        """No answer: either nothing left, or nobody knows."""
        if _in_handshake(error):
            return Outcome(UNSENT, said), RelayBroken(said)
        if isinstance(error, requests.ConnectTimeout) or _never_connected(error.__cause__):
            return Outcome(UNSENT, said), RelayDown(said)
        return Outcome(UNCERTAIN, said), SessionLost(said)

    def _words(self, error: Exception) -> str:
        """Return the provider's words on one line, without our secrets."""
        response = getattr(error, "response", None)
        said = (
            f"{response.status_code} {response.text[:400]}" if response is not None else type(error.__cause__ or error).__name__
        )
        for secret in (self._options.user, self._options.password):
            said = said.replace(secret, "…") if secret else said
        return f"{self._options.name}: {' '.join(said.split())}"[:480]

    def alive(self) -> bool:
        """Each call connects anew where it must."""
        return True

    def close(self) -> None:
        """Close the connections."""
        self._backend.close()


def _never_connected(cause: BaseException | None) -> bool:
    inner = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else cause
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)


def _in_handshake(error: BaseException | None) -> bool:
    """Tell whether TLS failed before anything could leave; a record may break as well when the answer is read."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        if isinstance(error, ssl.SSLError):
            return any(frame.f_code.co_name == "do_handshake" for frame, _line in traceback.walk_tb(error.__traceback__))
        error = error.__cause__ or error.__context__
    return False


def _made(parcel: Parcel, desk: Desk) -> Any:
    """Return the parcel's message; None where it can't be made, and then it is reported."""
    try:
        return letter_of(parcel)
    except ValueError as error:
        desk.done(parcel, Outcome(REFUSED, f"not sent: {error}"[:490], soft=True))
    except Exception as error:
        # No fault of the person's: many in a row pause the mailing.
        logger.exception("A letter could not be taken apart.")
        desk.done(parcel, Outcome(REFUSED, f"not sent: {type(error).__name__}", policy=True))
    return None


def _accepted(message: Any, parcel: Parcel) -> Outcome:
    status = message.anymail_status
    found = status.recipients.get(parcel.address)
    if found is not None and found.status in {"invalid", "rejected", "failed"}:
        return _refused(message, found.status)
    said = found.message_id if found is not None else status.message_id
    return Outcome(ACCEPTED, f"taken: {said}"[:490], provider_id="".join(str(said or "").split())[:200])


def _refused(message: Any, said: str) -> Outcome:
    states = ", ".join(sorted(str(one) for one in message.anymail_status.status or ()))
    return Outcome(REFUSED, f"the provider refuses the address ({states or said})"[:490], soft=True)


def letter_of(parcel: Parcel) -> Any:
    """Return the parcel's message in the form that the adapters take, with our numbers. Raises ValueError."""
    raw = _STUFFED.sub(b".", parcel.body())
    mime = email.message_from_bytes(raw, policy=default)
    assert isinstance(mime, Mime)  # noqa: S101 - for the type checker
    text, html = mime.get_body(("plain",)), mime.get_body(("html",))
    headers = {name: " ".join(str(value).split()) for name, value in mime.items() if name.lower() not in OWN}
    made: Any = EmailMultiAlternatives(
        " ".join(str(mime["Subject"] or "").split()),
        text.get_content() if text is not None else "",
        str(mime["From"]),
        [parcel.address],
        headers=headers,
        reply_to=[str(mime["Reply-To"])] if mime["Reply-To"] else None,
    )
    if html is not None:
        made.attach_alternative(html.get_content(), "text/html")
    for part in mime.iter_attachments():
        made.attach(part.get_filename(), part.get_payload(decode=True), part.get_content_type())
    # No provider counts opens or clicks for us.
    made.track_opens = made.track_clicks = False
    if parcel.mailing:
        made.metadata = {"mailing": str(parcel.mailing), "member": str(parcel.member)}
    return made
