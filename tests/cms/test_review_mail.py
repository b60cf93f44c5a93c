"""The weekly mail about posts to look over: to whoever has any, once for each week."""

from datetime import date
from email import message_from_bytes, policy

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from cms.models import Column, Post
from cms.review_mail import remind
from deploy import scheduler
from newsletter.models import SingleMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(eva, django_user_model):
    """Eva, an editor, a writer of nothing, somebody who left, and one whose address is broken."""
    for name, group in (("red", "Redaktör"), ("skri", "Skribent"), ("slut", "Redaktör"), ("fel", "Redaktör")):
        user = django_user_model.objects.create_user(name, f"{name}@example.se", "x", is_active=name != "slut")
        user.groups.add(Group.objects.get(name=group), Group.objects.get(name="Medlemsansvarig"))
    django_user_model.objects.filter(username="fel").update(email="ingen adress")


def test_each_who_may_edit_is_told_once_a_week(people, publish, settings):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    assert remind(timezone.now()) == 0
    for number in range(11):
        publish(Column, title=f"Krönika {number}", slug=f"k{number}")
    Post.objects.update(review_by=date(2026, 3, 1))
    (appointment,) = [one for one in scheduler.CALENDAR if one.name == "review"]
    assert [scheduler.keep(appointment) for _ in range(2)] == [True, False]
    mails = SingleMail.objects.order_by("recipient")
    assert [mail.recipient for mail in mails] == ["eva@example.se", "red@example.se"]
    assert mails[0].subject == "11 inlägg att granska igen"
    words = message_from_bytes(bytes(mails[0].message), policy=policy.default).get_content()
    assert "Krönika 0 (på tur sedan 1 mars 2026)" in words
    assert "och 1 till." in words
    assert "/admin/reports/review/" in words
