"""Preflight: every seeded fault is caught with its words and the way to its block, and an issue without blame has none."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from cms.models import Article
from newsletter import approval, mailings
from newsletter.models import Issue, MailingList, Member, Subscription
from newsletter.preflight import check
from newsletter.preflight.receivers import easter, holidays
from tests.newsletter import newsroom
from tests.newsletter.faults import FAULTS, Scene


@pytest.fixture
def scene(publish, now, settings):
    """An issue of a post, a text, a button and a picture, approved, for a list of two members."""
    cache.clear()
    newsroom.association()
    settings.MAIL_FROM = "Föreningen <nyhetsbrev@example.se>"
    members = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    for number in range(2):
        member = Member.objects.create(name=f"M{number}", address=f"m{number}@example.se")
        Subscription.objects.create(member=member, list=members)
    picture = newsroom.picture("Bryggan", (1200, 600))
    post = publish(Article, title="Ny vägledning om barn", summary="Om det som har fungerat i tio kommuner.")
    issue = Issue(subject="Våren börjar här", preheader="Vägledning, möten och en dag i Malmö", number=3, mailing_list=members)
    issue.content = [
        ("post", {"post": post, "title": "", "summary": ""}),
        ("text", '<h2>Från kansliet</h2><p>Skriv till <a href="mailto:info@example.se">info@example.se</a>.</p>'),
        ("button", {"text": "Bli medlem", "url": "https://example.se/medlem"}),
        ("picture", {"image": picture, "alt": "", "caption": "Bryggan i juni.", "link": ""}),
    ]
    issue.save()
    issue.save_revision().publish()
    issue = Issue.objects.get(pk=issue.pk)
    approval.approve(issue, None, now)
    made = Scene(Issue.objects.get(pk=issue.pk), post, members, publish, now, settings, picture)
    made.known("ok")
    return made


def looked_over(scene):
    # What the scene's list has become is read anew, and the issue keeps what only it knows.
    if scene.issue.mailing_list_id:
        scene.issue.mailing_list = MailingList.objects.get(pk=scene.members.pk)
    for child in scene.issue.content:
        child.value = type(child)(child.block, child.value, id=child.id).value
    with override("sv"):
        return check(scene.issue, scene.now)


def test_an_issue_without_blame_has_no_findings(scene):
    found = looked_over(scene)
    assert [(one.code, one.words) for one in found.findings] == []
    assert found.links == ["https://example.se/medlem"]
    assert 5_000 < found.size < found.message < 80_000


@pytest.mark.parametrize(
    ("spoil", "code", "level", "words", "where"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_seeded_fault_is_caught_with_its_words_and_the_way_to_its_block(scene, spoil, code, level, words, where):
    spoil(scene)
    found = looked_over(scene)
    caught = [one for one in found.findings if one.code == code]
    assert caught, [one.code for one in found.findings]
    assert words.lower() in caught[0].words.lower(), caught[0].words
    assert caught[0].level == level
    editor = f"/admin/snippets/newsletter/issue/edit/{scene.issue.pk}/"
    if isinstance(where, int):
        block = scene.issue.content[where - 1]
        assert caught[0].link == f"{editor}#block-{block.id}-section"
        assert caught[0].where.startswith(f"Del {where}")
    elif where.startswith("/"):
        assert caught[0].link.startswith(where)
    else:
        assert caught[0].link == (f"{editor}#:w:contentpath={where}" if where else editor)
    assert (caught[0].words in found.problems) == (level == "stop")


def test_what_stops_cannot_be_started_either(scene):
    scene.known("broken", answer="sidan finns inte (404)")
    with override("sv"), pytest.raises(mailings.CannotStart, match=r"Del 3, knappen ”Bli medlem”: Länken .* är trasig"):
        mailings.start_mailing(scene.issue, scene.members, scene.now, now=scene.now)
    scene.known("broken", vouched_at=scene.now)
    assert mailings.start_mailing(scene.issue, scene.members, scene.now, now=scene.now).pk


def test_a_link_that_is_vouched_for_today_stops_no_later_mailing(scene):
    scene.known("broken", vouched_at=scene.now)
    at = scene.now + timedelta(days=2)
    assert check(scene.issue, scene.now, at).stops == []
    assert mailings.start_mailing(scene.issue, scene.members, at, now=scene.now).start_at == at


def test_the_looks_queries_do_not_grow_with_the_blocks(scene):
    def looked_at_with(count):
        scene.issue.content = [("button", {"text": f"Knapp {n}", "url": f"https://example.se/{n}"}) for n in range(count)]
        with CaptureQueriesContext(connection) as made:
            looked_over(scene)
        return len(made)

    looked_at_with(2)
    assert looked_at_with(30) <= looked_at_with(3) <= 40


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_and_the_holidays_that_follow_it(year, sunday):
    assert easter(year) == sunday
    found = holidays(year)
    assert {sunday - timedelta(days=2), sunday + timedelta(days=39), date(year, 12, 25)} < set(found)
    assert next(day for day, name in found.items() if name in ("Midsummer Day", "midsommardagen")).weekday() == 5
