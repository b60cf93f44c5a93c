"""The picture on the card: handed over once, in a form that LinkedIn takes, and never in the post's way."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from cms.models import Column, Picture
from social.models import ChannelState

pytestmark = pytest.mark.usefixtures("linkedin")


def picture(kind="PNG", size=(1600, 1000)) -> Picture:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind)
    return Picture.objects.create(
        title="Bild", description="Två samtalar", file=ContentFile(drawn.getvalue(), f"bild.{kind.lower()}")
    )


def test_a_post_goes_out_whole_with_its_card(publish, linkedin, days, row):
    publish(Column, title="Vi & ni", summary="Om (S2026/01) <3 #samverkan", lead_image=picture("WEBP"))
    assert days.work() == {"waiting": 1}
    assert days.work(2) == {"published": 1}
    post = linkedin.posts[0]
    assert post["visible"] == row().text
    assert "Om (S2026/01) <3 #samverkan" in post["visible"]
    card = post["content"]["article"]
    assert card["title"] == "Vi & ni"
    assert card["source"] == "https://ordet.example.se/ordforanden-har-ordet/vi-ni/"
    assert card["thumbnail"] == row().picture_ref
    assert row().remote_url == f"https://www.linkedin.com/feed/update/{post['id']}/"
    assert row().attempts == 1


def test_a_picture_is_uploaded_once_though_the_post_is_tried_twice(publish, linkedin, days, row):
    linkedin.order("settings", processing=0)
    linkedin.script("create", "answer", status=429, headers={"Retry-After": "1"})
    publish(lead_image=picture())
    days.work()
    urn = row().picture_ref
    assert days.work(2) == {"published": 1}
    assert (linkedin.calls("upload"), row().picture_ref) == (1, urn)


def test_a_picture_that_linkedin_cannot_process_does_not_stop_the_post(publish, linkedin, days, row):
    linkedin.order("settings", failing=True)
    publish(lead_image=picture())
    for wait in (0, 2, 4, 8):
        days.work(wait)
    assert row().state == "published"
    assert row().picture_note
    assert "thumbnail" not in linkedin.posts[0]["content"]["article"]
    assert linkedin.calls("upload") == 2


def test_a_picture_that_never_gets_ready_does_not_hold_the_post_for_ever(publish, linkedin, days, row):
    linkedin.order("settings", processing=999)
    publish(lead_image=picture())
    for _ in range(50):
        days.work(61)
    assert row().state == "published"
    assert row().picture_note


def test_a_broken_picture_file_does_not_stop_the_post(publish, linkedin, days, row):
    bent = picture()
    publish(lead_image=bent)
    bent.file.delete(save=False)
    days.work()
    assert row().state == "published"
    assert row().picture_note


def test_a_role_that_may_not_upload_posts_without_a_picture(publish, linkedin, days, row):
    linkedin.order("settings", role="CONTENT_ADMIN")
    ChannelState.objects.update(role="CONTENT_ADMIN")
    publish(lead_image=picture())
    days.work()
    assert row().state == "published"
    assert linkedin.calls("initialize") == 0
    assert row().picture_note


def test_pictures_go_only_to_hosts_that_are_allowed(publish, linkedin, days, settings):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"upload_hosts": ["www.linkedin.com"]}}
    publish(lead_image=picture())
    days.work()
    assert "127.0.0.1" in ChannelState.objects.get().paused_reason
    assert linkedin.calls("upload") == 0
