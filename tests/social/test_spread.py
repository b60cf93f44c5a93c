"""“Spridning” on the channels: every announcement with state, figures and the button that mends it."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.models import PlainPage, Post
from cms.spread import spread as spread_of
from cms.trail import Look
from newsletter.models import MailingList
from social import connection, spread
from social.announce import announce_due
from social.models import Announcement, Change, Figure
from tests.newsletter import newsroom
from tests.newsletter.stage import make_mailing


@pytest.fixture
def desk(client, eva, linkedin):
    client.force_login(eva)
    return client


@pytest.fixture
def told(eva):
    """What is told to eva of a post; one step unless there are more."""

    def tell(post, user=None):
        found = list(spread.trail(Look(post, user or eva, timezone.now(), may_publish=True)))
        return found[0] if len(found) == 1 else found

    return tell


@pytest.fixture
def offered(eva):
    """What is offered to eva for a post, label and reason."""

    def tell(post, may_publish=True):
        return [(one.label, one.why_not) for one in spread.offers(Look(post, eva, timezone.now(), may_publish=may_publish))]

    return tell


def stand(**fields):
    """Put the only announcement so."""
    Announcement.objects.update(**fields)
    return Announcement.objects.get()


def act_of(step, label):
    return next(act for act in step.acts if act.label == label)


def labels(step):
    return [act.label for act in step.acts]


def test_what_waits_says_when_and_may_go_now_or_never(desk, told, publish, settings):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    post = publish()
    step = told(post)
    assert (step.what, step.state, step.tone) == ("LinkedIn", "väntar", "coming")
    assert labels(step) == ["Skicka nu", "Stoppa annonseringen"]
    assert step.details[0].startswith("Går ut ")
    back = reverse("cms_spread", args=[post.pk])
    answer = desk.post(act_of(step, "Skicka nu").url, {"next": back})
    assert answer["Location"] == back
    assert announce_due(timezone.now()) == {"published": 1}


def test_what_is_out_leads_there_and_tells_its_latest_figures(linkedin, told, publish):
    post = publish()
    announce_due(timezone.now())
    row = Announcement.objects.get()
    for days, seen in ((2, 900), (1, 1204)):
        at = timezone.now() - timedelta(days=days)
        Figure.objects.create(announcement=row, taken_at=at, impressions=seen, clicks=1, reactions=0, shares=None)
    step = told(post)
    assert (step.state, step.tone, step.url) == ("publicerat", "good", row.remote_url)
    assert step.details == ("1\u00a0204 visningar, 1 klick, 0 reaktioner",)


@pytest.mark.parametrize("state", ["refused", "skipped", "cancelled"])
def test_what_did_not_go_out_is_sent_again(desk, told, publish, state):
    post = publish()
    stand(state=state, settled_at=timezone.now(), last_error="LinkedIn sa nej.")
    step = told(post)
    assert (step.tone, step.details) == ("bad" if state == "refused" else "over", ("LinkedIn sa nej.",))
    desk.post(act_of(step, "Skicka igen").url)
    assert announce_due(timezone.now()) == {"published": 1}


def test_what_needs_a_check_is_looked_at_or_sent_again(desk, told, publish):
    post = publish()
    row = stand(state="needs_check", wire="{}", sending_since=timezone.now())
    step = told(post)
    assert (step.tone, labels(step)) == ("ask", ["Det finns där: klistra in länken", "Skicka igen"])
    assert step.acts[0].url == reverse("social_announcement", args=[row.pk])
    desk.post(step.acts[1].url)
    assert Announcement.objects.get().state == "waiting"


def test_what_is_posted_by_hand_leads_to_where_that_is_done(server, told, publish, db):
    connection.announce_by_hand("linkedin", timezone.now() - timedelta(days=1))
    post = publish()
    announce_due(timezone.now())
    step = told(post)
    assert (step.tone, labels(step)) == ("ask", ["Lägg ut för hand"])


def test_what_waits_behind_a_pause_wants_somebody(desk, told, publish, django_user_model):
    post = publish()
    connection.pause("linkedin", "Rollen saknas.")
    step = told(post)
    assert (step.tone, labels(step)) == ("ask", ["Till anslutningen", "Stoppa annonseringen"])
    assert "Rollen saknas." in step.details[0]
    assert desk.get(step.acts[0].url).status_code == 200
    assert labels(told(post, django_user_model.objects.create_user("otto"))) == ["Stoppa annonseringen"]


def test_what_a_worker_holds_is_left_alone(linkedin, told, publish):
    post = publish()
    stand(state="sending", lease_owner="w", lease_until=timezone.now(), sending_since=timezone.now())
    assert labels(told(post)) == []


@pytest.mark.parametrize("kind", [Change.UPDATE, Change.DELETE])
def test_a_change_that_failed_is_tried_again(desk, told, publish, kind):
    post = publish()
    announce_due(timezone.now())
    row = Announcement.objects.get()
    settled = {"settled_at": timezone.now(), "next_attempt_at": timezone.now()}
    Change.objects.create(announcement=row, kind=kind, text="Ny", state="failed", last_error="Rollen saknas.", **settled)
    Announcement.objects.update(text="Något annat än inläggets egna ord")
    step = told(post)
    assert step.tone == "bad"
    assert step.details[-1].endswith("misslyckades. Rollen saknas.")
    desk.post(act_of(step, "Försök ändra igen").url)
    assert Change.objects.latest("pk").state == "waiting"
    assert (told(post).tone, labels(told(post))) == ("good", ["Siffror och ändringar"])


def test_a_channel_that_is_no_longer_set_up_is_told_of(linkedin, told, publish, settings):
    post = publish()
    settings.SOCIAL_CHANNELS = {}
    assert told(post).details == ("linkedin är inte längre inställt här.",)


def test_a_channel_with_nothing_under_way_is_offered(linkedin, offered, publish, desk):
    post = publish()
    assert offered(post) == []
    announce_due(timezone.now())
    assert offered(post) == [("Annonsera igen på LinkedIn", "")]
    old = publish(imported_from="wordpress:1")
    assert offered(old) == [("Annonsera på LinkedIn", "")]
    (offer,) = spread.offers(Look(old, None, timezone.now(), may_publish=True))
    assert desk.get(offer.url).status_code == 200
    assert offered(old, may_publish=False) == []


def test_an_offer_says_why_it_cannot_be_taken(linkedin, offered, publish, home):
    plain = home.add_child(instance=PlainPage(title="Om oss"))
    assert offered(plain)[0][1] == "Sidor av den här sorten annonseras inte."
    post = publish(imported_from="x")
    post.unpublish()
    post.refresh_from_db()
    assert offered(post)[0][1] == "Inlägget är inte publicerat."
    members = publish(members_only=True)
    assert offered(members) == [("Annonsera på LinkedIn", "")], "a public text is written on the page that this leads to"


def test_a_reminder_that_waits_keeps_no_announcement_back(linkedin, offered, publish):
    post = publish()
    announce_due(timezone.now())
    row = Announcement.objects.get()
    row.pk, row.occasion, row.state = None, "reminder:deadline:1:7", "waiting"
    row.remote_id = row.remote_url = row.wire = ""
    row.save()
    assert offered(post) == [("Annonsera igen på LinkedIn", "")]


def many(post, count):
    """As many of everything that a post's trail may hold."""
    row = Announcement.objects.first()
    for number in range(count):
        row.pk, row.occasion, row.remote_id = None, f"again:{number + 1}", f"urn:li:share:{number}"
        row.save()
        Figure.objects.create(announcement=row, taken_at=timezone.now(), impressions=number)
        mailing_list = MailingList.objects.create(name=f"Lista {number}", slug=f"lista-{number}")
        make_mailing(mailing_list, timezone.now(), posts=[str(post.translation_key)], state="sent")
        newsroom.issue([post], mailing_list=mailing_list).save_revision()


def test_a_long_trail_takes_as_many_questions_as_a_short_one(linkedin, told, publish, eva):
    post = publish()
    announce_due(timezone.now())
    counts = []
    for more in (2, 30):
        many(post, more)
        Announcement.objects.update(occasion=Concat("occasion", Value("x")), remote_id=Concat("remote_id", Value("x")))
        MailingList.objects.update(slug=Concat("slug", Value("x")))
        with CaptureQueriesContext(database) as asked:
            found = spread_of(Post.objects.get(pk=post.pk), eva, timezone.now())
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20
    assert [room.more for room in found.rooms] == [False, True, True, False]
