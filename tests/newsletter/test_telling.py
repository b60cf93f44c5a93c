"""Front ends hear of an issue when it can be read in the archive, once, and of no other letter."""

import json
from datetime import timedelta

import pytest

from cms.models import HookDelivery
from cms.webhooks import desk, events
from newsletter.models import Mailing
from newsletter.telling import tell_begun
from tests.newsletter.stage import make_list
from tests.newsletter.test_reading import begun

pytestmark = pytest.mark.django_db


def test_an_issue_is_told_once_and_what_is_not_for_everybody_never(now):
    desk.create("Webbplatsen", "https://example.se/hook", [events.ISSUE_SENT], now - timedelta(days=1))
    mailing = begun(make_list(), now)
    other = Mailing.objects.get(pk=mailing.pk)
    other.pk, other.list = None, make_list("andra")
    other.save()
    begun(make_list("styrelsen", in_archive=False), now)
    assert tell_begun(now - timedelta(seconds=1)) == 0
    assert tell_begun(now) == 1
    assert tell_begun(now + timedelta(days=1)) == tell_begun(now + timedelta(days=30)) == 0
    row = HookDelivery.objects.get()
    assert (row.event, row.order_key) == ("issue.sent", f"issue:{mailing.issue_id}")
    data = json.loads(row.body)["data"]
    assert (data["id"], data["path"], data["title"]) == (mailing.pk, f"/nyhetsbrev/{mailing.pk}/", mailing.subject)
