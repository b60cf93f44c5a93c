"""What Wagtail checks and where editors talk: its checker looks at the page's own part, comments are on and Swedish."""

import json

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Comment

from cms.models import Column

pytestmark = pytest.mark.django_db


def configuration(page):
    return json.loads(page.split('id="checker-axe-configuration"')[1].split(">", 1)[1].split("</script>")[0])


def test_the_checker_looks_at_the_posts_own_part_in_the_editor_and_on_the_site(client, eva, publish):
    post = publish(Column)
    client.force_login(eva)
    for address in (reverse("wagtailadmin_pages:edit", args=[post.pk]), post.url):
        found = configuration(client.get(address).content.decode())
        assert found["context"]["include"] == ["main"]
        assert set(found["options"]["runOnly"]) <= set(found["messages"])
        assert found["messages"]["image-alt"]["error_name"] == "Bilden saknar alt-text"
    client.logout()
    assert "userbar" not in client.get(post.url).content.decode()


def test_an_editor_comments_on_a_field_and_the_next_one_reads_it(client, eva, publish, django_user_model):
    post = publish(Column)
    editor = django_user_model.objects.create_user("red", "red@example.se", "x")
    editor.groups.add(Group.objects.get(name="Redaktör"))
    client.force_login(editor)
    address = reverse("wagtailadmin_pages:edit", args=[post.pk])
    lists = {f"{name}-{end}_FORMS": "0" for name in ("bylines", "related") for end in ("TOTAL", "INITIAL")}
    said = {"comments-TOTAL_FORMS": "1", "comments-INITIAL_FORMS": "0", "comments-0-text": "Är det rätt år?"}
    said |= {"comments-0-contentpath": "title", "comments-0-replies-TOTAL_FORMS": "0", "comments-0-replies-INITIAL_FORMS": "0"}
    sent = {"title": post.title, "slug": post.slug, "date": "2026-03-06 12:00", "series": "chair", "postscript": "null"}
    client.post(address, {**sent, **lists, **said, "body-count": "0", "afterword-count": "0", "summary": "Kort."})
    assert [comment.text for comment in Comment.objects.filter(page=post.pk)] == ["Är det rätt år?"]
    client.force_login(eva)
    page = client.get(address).content.decode()
    assert "\\u00c4r det r\\u00e4tt \\u00e5r?" in page
    toggle = page.split('data-side-panel-toggle="comments"')[0].rsplit("<button", 1)[1]
    assert "kommentarer" in toggle
