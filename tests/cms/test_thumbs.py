"""Small lead pictures in the admin's lists: those that exist, for all rows at once, never made for the list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.search.index import insert_or_update_object

from cms import thumbs
from cms.models import Column, PictureRendition
from tests.newsletter.newsroom import picture

pytestmark = pytest.mark.django_db


def test_lists_and_the_chooser_show_the_pictures_that_there_are(client, eva, publish):
    copied, bare = picture(), picture("Ny")
    posts = [publish(Column, slug=f"k{n}", lead_image=image) for n, image in enumerate([copied, copied, bare, None])]
    for post in posts:
        insert_or_update_object(post)
    PictureRendition.objects.all().delete()
    url = copied.get_rendition(thumbs.SPEC).url
    place = posts[0].get_parent().pk
    client.force_login(eva)
    listing = reverse("wagtailadmin_explore", args=[place])
    browse = reverse("wagtailadmin_choose_page_child", args=[place])
    search = reverse("wagtailadmin_choose_page_search") + "?q=behöver"
    for address in (listing, f"{listing}?q=behöver", browse, f"{browse}?page_type=cms.post&multiple=1", search):
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address).content.decode().replace('\\"', '"')
        assert page.count(f'src="{url}"') == 2, address
        assert len([one for one in seen if '"cms_picturerendition"' in one["sql"]]) == 1, address
    assert PictureRendition.objects.count() == 1


def test_mending_twice_adds_one_column(client, eva, publish):
    thumbs.mend()
    client.force_login(eva)
    page = client.get(reverse("wagtailadmin_explore", args=[publish(Column).get_parent().pk])).content.decode()
    assert page.split("<thead>")[1].split("</thead>")[0].count("Bild") == 1
