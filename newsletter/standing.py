"""How the mail servers are, in words for the admin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsletter import budgets, health
from newsletter.models import RelayState
from newsletter.relays import Options, parse

ICONS = {health.CLOSED: "check", health.OPEN: "time", health.HALF_OPEN: "rotate", health.OUT_OF_USE: "minus"}
WORDS = {
    health.CLOSED: gettext_lazy("Works"),
    health.HALF_OPEN: gettext_lazy("Is tried with one connection as soon as there is mail"),
    health.OUT_OF_USE: gettext_lazy("Taken out of use"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One mail server of MAIL_RELAYS, as it is now; `pk` is None until a worker has seen it."""

    pk: int | None
    options: Options
    circuit: str
    icon: str
    words: str
    busy: int
    policy_refusals: int
    error: str
    others: int

    @property
    def can_try(self) -> bool:
        """Whether its rest can be ended."""
        return self.pk is not None and self.circuit == health.OPEN

    @property
    def can_leave(self) -> bool:
        """Whether it can be taken out of use."""
        return self.pk is not None and self.circuit != health.OUT_OF_USE

    @property
    def can_return(self) -> bool:
        """Whether it can be taken into use."""
        return self.pk is not None and self.circuit == health.OUT_OF_USE


def mail_servers(now: datetime) -> list[Seen]:
    """Return the relays of MAIL_RELAYS in their order. Raises BadRelay."""
    states = {state.name: state for state in RelayState.objects.all()}
    shares = budgets.shares()
    found = [parse(line) for line in settings.MAIL_RELAYS]
    able = sum(_circuit(states.get(options.name), now) == health.CLOSED for options in found)
    return [_seen(options, states.get(options.name), shares.get(options.name, []), able, now) for options in found]


def _circuit(state: RelayState | None, now: datetime) -> str:
    return health.circuit(state, now) if state else health.CLOSED


def _seen(options: Options, state: RelayState | None, shares: list[Any], able: int, now: datetime) -> Seen:
    circuit = _circuit(state, now)
    return Seen(
        pk=state.pk if state else None,
        options=options,
        circuit=circuit,
        icon="warning" if state and state.out_of_order and circuit != health.OUT_OF_USE else ICONS[circuit],
        words=_in_words(state, circuit),
        busy=sum(share.connections for share in shares),
        policy_refusals=state.policy_refusals if state else 0,
        error=state.last_error if state and circuit != health.CLOSED else "",
        others=able - (circuit == health.CLOSED),
    )


def _in_words(state: RelayState | None, circuit: str) -> str:
    if state is None or (circuit in WORDS and not (circuit == health.HALF_OPEN and state.out_of_order)):
        return str(WORDS[circuit])
    at = f"{localtime(state.rests_until):%H.%M.%S}" if state.rests_until else ""
    if state.out_of_order:
        return (_("Out of order; is tried again at %(at)s") % {"at": at}) if at else _("Out of order; is about to be tried again")
    failures = state.failures
    said = ngettext("Rests until %(at)s after %(n)d failure", "Rests until %(at)s after %(n)d failures in a row", failures)
    return said % {"at": at, "n": failures}


def troubles(now: datetime) -> list[str]:
    """Return, for whoever follows a mailing, which mail servers don't work now and what that means; none is well."""
    seen = mail_servers(now)
    unwell = [found for found in seen if found.circuit != health.CLOSED]
    said = [f"{found.options.name}: {found.words[:1].lower()}{found.words[1:]}" for found in unwell]
    if not seen:
        return [_("There is no mail server in the settings, so nothing can leave.")]
    if len(said) == len(seen):
        said.append(_("No mail server works now. Nobody is lost: letters wait, and leave when one works again."))
    return said
