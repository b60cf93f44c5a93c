"""Where a post went by newsletter: found by an index, told in an editor's words."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from cms import trail
from cms.trail import Look
from newsletter import filling, trails
from newsletter.models import Delivery, MailedPost, Mailing, Reading
from tests.newsletter import newsroom
from tests.newsletter.stage import make_list, make_mailing, make_members

pytestmark = pytest.mark.django_db


def mailed(post, number=1, **fields):
    """So many mailings with the post, to one list, an hour apart."""
    now, mailing_list = timezone.now(), fields.pop("list", None) or make_list(slug=f"lista-{number}")
    at = [now - timedelta(hours=hours) for hours in range(number, 0, -1)]
    return [make_mailing(mailing_list, moment, posts=[str(post.translation_key)], **fields) for moment in at]


def test_a_mailings_posts_are_written_down_once_each(publish):
    post = publish()
    (mailing,) = mailed(post)
    mailing.save()
    assert list(MailedPost.objects.values_list("mailing", "translation_key")) == [(mailing.pk, post.translation_key)]


def test_earlier_mailings_are_written_down_by_the_migration(publish):
    post = publish()
    (mailing,) = mailed(post)
    MailedPost.objects.all().delete()
    importlib.import_module("newsletter.migrations.0011_mailed_posts").write_down(apps, None)
    assert MailedPost.objects.get().mailing == mailing


def test_where_a_post_went_is_asked_in_one_statement(publish, django_assert_num_queries):
    post = publish()
    mailed(post, 5)
    Mailing.objects.filter(pk=Mailing.objects.latest("start_at").pk).update(state=Mailing.CANCELLED)
    with django_assert_num_queries(1):
        assert len(filling.went_in(None, [post.translation_key])[str(post.translation_key)]) == 4


def told(post, user, **later):
    return list(trails.mailings_of(Look(post, user, timezone.now() + timedelta(**later), may_publish=True)))


def frozen(mailing, **counts):
    """A mailing whose ledger says so."""
    people = make_members(sum(counts.values()), mailing.list, timezone.now())
    states = [state for state, count in counts.items() for _one in range(count)]
    pairs = zip(people, states, strict=True)
    Delivery.objects.bulk_create(
        Delivery(mailing=mailing, member=person, address=person.address, state=state) for person, state in pairs
    )
    Mailing.objects.filter(pk=mailing.pk).update(frozen_at=timezone.now(), frozen_count=len(people))
    return people


def test_each_mailing_tells_when_to_whom_and_to_how_many(publish, eva):
    post = publish()
    (mailing,) = mailed(post, state=Mailing.SENT)
    frozen(mailing, accepted=3, refused=1)
    (step,) = told(post, eva)
    assert step.what == "”Nytt från föreningen: <3 & mer”, till FSS nyhetsbrev"
    assert (step.at, step.state, step.tone, step.details) == (mailing.start_at, "skickat", "good", ("Skickat till 3 av 4",))
    assert step.url.endswith(f"/progress/{mailing.pk}/")


def test_opens_are_told_where_the_association_counts_them(publish, eva):
    post = publish()
    quiet, counted = mailed(post, 2, state=Mailing.SENT)
    Mailing.objects.filter(pk=counted.pk).update(tracked=True)
    person, _silent = frozen(counted, accepted=2)
    for kind, machine in ((Reading.OPEN, False), (Reading.CLICK, False), (Reading.OPEN, True)):
        Reading.objects.create(mailing=counted, member=person, kind=kind, machine=machine)
    Mailing.objects.filter(pk=quiet.pk).update(frozen_at=timezone.now())
    newest, older = told(post, eva)
    assert newest.details == ("Skickat till 2 av 2 · 1 öppnade, av dem som låter sig räknas · 1 följde en länk",)
    assert older.details == ("Skickat till 0 av 0",)


def test_a_mailing_that_stands_still_says_why_and_goes_on_by_a_button(publish, eva, client):
    post = publish()
    (mailing,) = mailed(post, state=Mailing.HELD, why="Den skulle ha börjat för länge sedan.")
    (step,) = told(post, eva)
    assert (step.tone, step.details) == ("bad", ("Den skulle ha börjat för länge sedan.",))
    client.force_login(eva)
    back = reverse("cms_spread", args=[post.pk])
    answer = client.post(step.acts[0].url, {"next": back})
    mailing.refresh_from_db()
    assert (step.acts[0].label, answer["Location"], mailing.state) == ("Fortsätt", back, Mailing.PREPARING)


def test_uncertain_letters_want_somebody(publish, eva, client):
    post = publish()
    (mailing,) = mailed(post, state=Mailing.SENDING)
    frozen(mailing, uncertain=1)
    (step,) = told(post, eva)
    assert (step.tone, step.acts[0].label, step.acts[0].post) == ("ask", "Bestäm om de osäkra breven", False)
    client.force_login(eva)
    assert client.get(step.acts[0].url).status_code == 200


def test_what_was_called_back_went_nowhere(publish, eva):
    post = publish()
    _gone, half = mailed(post, 2, state=Mailing.CANCELLED)
    frozen(half, accepted=1, cancelled=1)
    assert [(step.url.split("/")[-2], step.tone) for step in told(post, eva)] == [(str(half.pk), "over")]


def test_a_draft_that_holds_it_is_told_as_it_was_saved_last(publish, eva):
    post, other = publish(), publish(title="En annan")
    issue = newsroom.issue([other], subject="Först", number=4)
    issue.save_revision(user=eva)
    assert told(post, eva) == []
    issue.subject, issue.content = "Sedan", [("post", {"post": post, "title": "", "summary": ""})]
    issue.save_revision(user=eva)
    (step,) = told(post, eva)
    assert (step.what, step.state, step.tone) == ("I nr 4, ”Sedan”", "utkast", "coming")


def test_who_may_not_look_at_mailings_gets_no_links(publish, django_user_model):
    post = publish()
    mailed(post, state=Mailing.PAUSED)
    newsroom.issue([post])
    otto = django_user_model.objects.create_user("otto")
    assert [(step.url, step.acts) for step in told(post, otto)] == [("", ())] * 2


def test_many_mailings_take_as_many_questions_as_one(publish, eva, django_assert_max_num_queries):
    post = publish()
    mailed(post, 30, state=Mailing.SENT, tracked=True)
    for number in range(3):
        newsroom.issue([post], number=number).save_revision()
    with django_assert_max_num_queries(7):
        assert len(told(post, eva)) == 3 + trail.MOST + 1
