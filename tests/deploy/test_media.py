"""Ordet's own serving of files: pictures to all, documents only by the view that asks who may have them."""

import pytest
from django.core.files.base import ContentFile
from wagtail.models import Collection, CollectionViewRestriction

from cms.models import Attachment


@pytest.fixture
def document(home):
    private = Collection.get_first_root_node().add_child(name="Styrelsen")
    CollectionViewRestriction.objects.create(collection=private, restriction_type=CollectionViewRestriction.LOGIN)
    return Attachment.objects.create(title="Hemligt", file=ContentFile(b"hemligt", "hemligt.txt"), collection=private)


def test_a_private_document_has_no_way_around_its_door(document, client, eva):
    assert client.get(document.url).status_code == 302
    assert client.get(f"/media/{document.file.name}").status_code == 404
    for detour in ("./", "images/../", "/", "./images/.././"):
        assert client.get(f"/media/{detour}{document.file.name}").status_code == 404
    client.force_login(eva)
    assert b"".join(client.get(document.url).streaming_content) == b"hemligt"


def test_pictures_are_served(home, client, settings):
    place = settings.MEDIA_ROOT / "images" / "bild.webp"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"RIFF")
    assert b"".join(client.get("/media/images/bild.webp").streaming_content) == b"RIFF"
