"""LinkedIn's connection in words: what each right and role is for, and when the interface's version ends."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.keydates import STOCKHOLM
from social import checks
from social.channels.linkedin.client import SCOPES
from social.channels.linkedin.roles import POSTERS, UPLOADERS, short_of, words_of
from social.channels.linkedin.statistics import ROLE as COUNTED_FOR
from social.models import ChannelState
from social.standing import Ability, Flaw, Standing

PURPOSES = {
    "w_organization_social": gettext_lazy("post, change and take away posts"),
    "r_organization_social": gettext_lazy("read posts back, so that none goes out twice"),
    "rw_organization_admin": gettext_lazy("see pages and roles, and fetch figures"),
}
# Without this one nothing goes out at all.
POSTING = "w_organization_social"
# The end of a version is mailed again when it is so near.
NEARER = (90, 30, 7)


def standing(state: ChannelState, version: str, now: datetime) -> Standing:
    """Tell how the connection `state` stands at `now` with the interface's `version` (YYYYMM)."""
    number = state.organization.rpartition(":")[2]
    return Standing(
        page_url=f"https://www.linkedin.com/company/{number}/" if number else "",
        role=words_of(state.role),
        abilities=_abilities(state.role),
        rights=[Ability(str(PURPOSES[scope]), _granted(state, scope), scope) for scope in SCOPES],
        version=version,
        version_ends=checks.version_ends(version) if checks.FORM.fullmatch(version) else None,
        flaws=list(_flaws(state, version, now)),
    )


def _abilities(role: str) -> list[Ability]:
    if not role:
        return []
    return [
        Ability(_("post on the page"), role in POSTERS),
        Ability(_("upload pictures"), role in UPLOADERS),
        Ability(_("see figures"), role == COUNTED_FOR),
    ]


def _granted(state: ChannelState, scope: str) -> bool | None:
    return scope in state.scopes if state.scope else None


def _flaws(state: ChannelState, version: str, now: datetime) -> Iterator[Flaw]:
    if not state.connected:
        return
    yield from _version_flaws(version, now.astimezone(STOCKHOLM).date())
    for scope in SCOPES:
        if _granted(state, scope) is False:
            words = _("The right %(scope)s was not granted; it is needed to %(purpose)s. Reconnect and grant every right.")
            words %= {"scope": scope, "purpose": PURPOSES[scope]}
            yield Flaw(f"right {scope}", words, 0 if scope == POSTING else None)
    if state.role in POSTERS and state.role not in UPLOADERS:
        yield Flaw(f"pictures {state.role}", _("The role may not upload pictures, so posts go out without."))
    elif state.role and state.role not in POSTERS:
        yield Flaw(f"role {state.role}", short_of(state.role), 0)


def _version_flaws(version: str, today: date) -> Iterator[Flaw]:
    """Tell of a version that has ended or ends soon, by the rule of the system check."""
    if not checks.FORM.fullmatch(version):
        yield Flaw(f"version {version}", _("LINKEDIN_VERSION has to be a month such as 202609."), 0)
    elif ends := checks.version_ending(version, today):
        left = (ends - today).days
        step = next((days for days in reversed(NEARER) if left <= days), NEARER[0]) if left >= 0 else "ended"
        yield Flaw(f"version {version} {step}", _version_words(version, ends, today), max(left + 1, 0))


def _version_words(version: str, ends: date, today: date) -> str:
    if ends < today:
        words = _("LinkedIn ended version %(version)s of its interface on %(day)s.")
    else:
        words = _("LinkedIn ends version %(version)s of its interface on %(day)s.")
    words %= {"version": version, "day": date_format(ends, "j F Y")}
    return f"{words} {_('Whoever runs the server sets LINKEDIN_VERSION to a newer month.')}"


def steps() -> list[str]:
    """Return what whoever runs the server does at LinkedIn, once."""
    return [
        _("Make an app at linkedin.com/developers and tie it to the association's page; a super administrator confirms it."),
        _("Ask for the product “Community Management API” under Products. LinkedIn's review may take weeks."),
        _("Under Auth, add the address below as an authorized redirect URL, letter by letter."),
        _("Copy Client ID and Client Secret from there to LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET, and restart Ordet."),
        _("Come back here and connect, signed in at LinkedIn with an account that may post for the page."),
    ]
