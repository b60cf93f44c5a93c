"""The newsletter's public pages and own admin pages in a real browser: accessible, within the screen, no script needed."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Identity
from newsletter import identity, personal, signup, ways, yearly
from newsletter.letter import Letter
from newsletter.models import (
    AddressChange,
    Delivery,
    Issue,
    Mailing,
    MailingList,
    Member,
    MemberLogin,
    NewsletterRules,
    Question,
    SignUp,
    Subscription,
    Visits,
)
from tests.browser.accessibility import violations
from tests.newsletter.stage import make_mailing, make_member

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SUBJECTS = [
    ("Mod, möten och en stängningsdag att minnas", "Ordföranden om mod · sista dag för abstract · Malmö i juni"),
    ("Tre svenska projekt nominerade till årets europeiska pris", "Rösta senast den 4 november"),
    ("Vägledning om barn som anhöriga", ""),
]


@pytest.fixture
def lists(site: str) -> list[MailingList]:
    """Two open lists, one of which greets and asks."""
    Identity.objects.create(
        name="Föreningen Sveriges socialledare", tagline="För dig som leder socialtjänsten", email="a@example.se"
    )
    return [
        MailingList.objects.create(
            name="Nyhetsbrevet",
            slug="nyhetsbrevet",
            is_open=True,
            asks_yearly=True,
            description="Krönikor, utlysningar och nyheter, ungefär en gång i månaden.",
            welcome_subject="Välkommen till nyhetsbrevet",
            welcome_text="<p>Roligt att du är <b>med</b>! Här är <a href='https://example.se/'>det senaste numret</a>.</p>",
        ),
        MailingList.objects.create(name="Kurser och dagar", slug="kurser", is_open=True, description="När anmälan öppnar."),
    ]


def letter(title: str, url: str) -> Letter:
    return Letter(
        title,
        f'<html lang="sv"><head><title>{title}</title></head><body><h1>{title}</h1><a href="{url}">Läs</a></body></html>',
        url,
    )


@pytest.fixture
def mia(lists: list[MailingList]) -> Member:
    """A subscriber of the first list for two years."""
    return make_member(1, lists[0], timezone.now() - timedelta(days=800), employer="Sjöbergs kommun", role="Enhetschef")


@pytest.fixture
def sent(lists: list[MailingList], site: str) -> list[Mailing]:
    """Three issues that have been sent."""
    out = []
    for number, (subject, preheader) in enumerate(SUBJECTS):
        at = timezone.now() - timedelta(days=30 * (number + 1))
        out.append(make_mailing(lists[0], at, letter(subject, f"{site}/nyhetsbrev/"), frozen_at=at, state=Mailing.SENT))
        Issue.objects.filter(pk=out[-1].issue_id).update(preheader=preheader, number=12 - number)
    return out


@pytest.fixture
def addresses(lists: list[MailingList], mia: Member, sent: list[Mailing]) -> dict[str, str]:
    """Every public page that is looked at, by name."""
    NewsletterRules.objects.create(tracking=True)
    asked = [SignUp.objects.create(address="otto@exempel.se", list=one) for one in lists]
    question = Question.objects.create(member=mia, list=lists[0], year=2026)
    change = AddressChange.objects.create(member=mia, address="mia.ny@exempel.se")
    personal.ask_by_member(mia, timezone.now())
    personal.links_due(timezone.now())
    urls = {
        "unsubscribe": identity.unsubscribe_url(sent[0].pk, mia.pk),
        "preferences": identity.preferences_url(mia.pk),
        "question": ways.question_url(question.pk),
        "mine": next(word for word in mail.outbox[-1].body.split() if "/n/m/" in word),
        "new-address": ways.new_address_url(change.pk),
        "enter": ways.login_url(MemberLogin.objects.create(member=mia, mailed_at=timezone.now()).pk),
    }
    return {name: urlsplit(url).path for name, url in urls.items()} | {
        "subscribe": "/nyhetsbrev/",
        "confirm": f"/n/c/{signup.sign_link('confirm', *(row.pk for row in asked))}",
        "ask": "/nyhetsbrev/mina-uppgifter/",
        "login": "/nyhetsbrev/logga-in/?next=/",
        "gone": "/n/m/x",
    }


# After a press of a button: which page, and the button's words.
PRESSED = [
    ("subscribe", "Prenumerera"),
    ("ask", "Mejla mig länken"),
    ("login", "Mejla mig länken"),
    ("mine", "Byt adress"),
    ("mine", "Radera mina uppgifter …"),
    ("preferences", "Spara"),
    ("confirm", "Ja, jag vill prenumerera"),
    ("question", "Ja, jag vill vara kvar"),
    ("unsubscribe", "Avregistrera mig"),
    ("new-address", "Ja, använd den här adressen"),
]


def look(page: Page, name: str, shoot: Any) -> dict[Any, Any]:
    """Look at the open page in both schemes and four widths; return what is wrong."""
    wrong: dict[Any, Any] = {}
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[name, width] = "wider than the screen"
    for scheme, width in (("light", 1280), ("dark", 320)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        shoot(f"newsletter-{name}-{scheme}-{width}", full_page=True)
        wrong[name, scheme, width] = violations(page)
    return {key: found for key, found in wrong.items() if found}


def test_every_page_is_accessible_and_fits(page: Page, addresses: dict[str, str], shoot: Any) -> None:
    wrong: dict[Any, Any] = {}
    for name, path in addresses.items():
        page.goto(path)
        wrong |= look(page, name, shoot)
    for number, (name, button) in enumerate(PRESSED):
        page.goto(addresses[name])
        if name in ("subscribe", "ask"):
            page.locator("main [name=list], main [name=homepage]").first.evaluate(
                "box => { if (box.type == 'checkbox') box.checked = true }"
            )
            page.get_by_label("E-postadress").fill("otto@exempel.se")
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()
        wrong |= look(page, f"{name}-{number}-after", shoot)
    assert wrong == {}


def test_the_single_mails_are_accessible(page: Page, lists: list[MailingList], mia: Member, shoot: Any) -> None:
    """The confirmation, the link to the own data, the welcome and the yearly question, in light and dark."""
    now = timezone.now()
    signup.ask_to_subscribe("otto@exempel.se", "Otto", lists, now, source="test")
    personal.ask_by_member(mia, now)
    personal.links_due(now)
    signup.confirm(list(SignUp.objects.select_related("list")), now)
    yearly.ask_due(now)
    assert len(mail.outbox) == 4
    wrong = {}
    for number, sent in enumerate(mail.outbox):
        page.set_content(sent.alternatives[0].content)
        for scheme, width in (("light", 1280), ("dark", 320)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 800})
            shoot(f"newsletter-mail-{number}-{scheme}", full_page=True)
            # A mail is no page: it has neither landmarks nor a main part.
            wrong[number, scheme] = [found for found in violations(page) if not found.startswith(("region", "landmark"))]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {key: found for key, found in wrong.items() if found} == {}


def test_one_subscribes_confirms_and_leaves_without_scripts(chromium: Any, site: str, lists: list[MailingList]) -> None:
    context = chromium.new_context(base_url=site, locale="sv-SE", java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Nyhetsbrev").click()
    page.get_by_label("Nyhetsbrevet").check()
    page.get_by_label("Kurser och dagar").check()
    page.get_by_label("E-postadress").fill("otto@exempel.se")
    page.get_by_role("button", name="Prenumerera").click()
    expect(page.get_by_role("heading", name="Nästan klart")).to_be_visible()
    page.goto(next(word for word in mail.outbox[-1].body.split() if "/n/c/" in word))
    page.get_by_role("button", name="Ja, jag vill prenumerera").click()
    expect(page.get_by_role("heading", name="Välkommen!")).to_be_visible()
    assert Subscription.objects.filter(state="subscribed").count() == 2
    page.goto(mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>"))
    page.get_by_role("button", name="Avregistrera mig").click()
    page.get_by_role("button", name="Det var ett misstag").click()
    expect(page.get_by_role("heading", name="Du prenumererar fortfarande")).to_be_visible()
    assert Subscription.objects.filter(state="subscribed").count() == 2
    context.close()


def test_a_visit_from_a_letter_is_counted_once_and_the_address_made_clean(
    page: Page, sent: list[Mailing], publish: Any, site: str
) -> None:
    post = publish(title="Mod")
    Mailing.objects.filter(pk=sent[0].pk).update(html=f'<a href="{site}{post.url}">Läs</a>')
    tag = f"utm_source=nyhetsbrev&utm_medium=email&utm_campaign={sent[0].pk}"
    with page.expect_response("**/n/v") as counted:
        page.goto(f"{post.url}?a=1&{tag}#slut")
    assert counted.value.status == 204
    assert page.url == f"{site}{post.url}?a=1#slut"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(post.url, wait_until="networkidle")
    assert not [url for url in asked if "/n/v" in url], "nothing is counted of other readers"
    assert list(Visits.objects.values_list("path", "count")) == [(post.url, 1)]


def test_the_admin_pages_are_accessible(
    page: Page, sign_in: Any, eva: Any, lists: list[MailingList], mia: Member, sent: list[Mailing], shoot: Any
) -> None:
    mailing = sent[0]
    for number, state in enumerate(["accepted"] * 36 + ["bounced"] * 3 + ["complained"], 10):
        member = make_member(number)
        Delivery.objects.create(mailing=mailing, member=member, address=member.address, state=state)
    Mailing.objects.filter(pk=mailing.pk).update(frozen_count=40)
    for count, path in ((21, "/nyheter/mod/"), (9, "/utlysningar/abstract/")):
        Visits.objects.create(mailing=mailing, path=path, day=timezone.now().date(), count=count)
    Question.objects.create(member=mia, list=lists[0], year=2026, asked_at=timezone.now() - timedelta(days=40))
    sign_in(eva)
    wrong = {}
    pages = {
        "statistics": f"/admin/snippets/newsletter/mailing/statistics/{mailing.pk}/",
        "tidying": "/admin/newsletter/tidying/",
        "list-edit": f"/admin/snippets/newsletter/mailinglist/edit/{lists[0].pk}/",
    }
    for name, path in pages.items():
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            shoot(f"newsletter-admin-{name}-{scheme}", full_page=True)
            if name != "list-edit":
                wrong[name, scheme] = violations(page)
    assert {name: found for name, found in wrong.items() if found} == {}
    page.goto(pages["tidying"])
    page.get_by_label("Medlem 1").check()
    page.get_by_role("button", name="Ta bort de markerade från listan").click()
    expect(page.get_by_text("1 person togs bort från listan.")).to_be_visible()
    expect(page.get_by_text("Ingen står här just nu.")).to_be_visible()
    shoot("newsletter-admin-tidying-empty")
