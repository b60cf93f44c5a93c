"""Wagtail's API v2 over the posts, with what a card of ours holds."""

from django.urls import path
from rest_framework import serializers
from wagtail.api import APIField
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.images.api.fields import ImageRenditionField

from cms.models import Byline, KeyDate, Person, Post, Region, Topic

COPIES = {
    "small": ImageRenditionField("fill-480x320|format-webp", source="lead_image"),
    "large": ImageRenditionField("fill-960x640|format-webp", source="lead_image"),
}
FACES = {
    "small": ImageRenditionField("fill-96x96-c60|format-webp", source="portrait"),
    "large": ImageRenditionField("fill-240x240-c60|format-webp", source="portrait"),
}


class Dates(serializers.ModelSerializer):
    class Meta:
        model = KeyDate
        fields = ("kind", "label", "precision", "starts", "ends", "text", "closes")


Person.api_fields = [APIField("slug"), *(APIField(name, serializer=field) for name, field in FACES.items())]
Byline.api_fields = [APIField("name"), APIField("printed_roles"), APIField("person")]
for words in (Topic, Region):
    words.api_fields = [APIField("name"), APIField("slug")]
Post.api_fields = [
    *(APIField(name) for name in ("kind", "kicker", "summary", "date", "members_only", "path_on_site")),
    *(APIField(name) for name in ("topics", "regions", "bylines")),
    *(APIField(name, serializer=field) for name, field in COPIES.items()),
    APIField("dates", serializer=Dates(many=True)),
]

router = WagtailAPIRouter("two")
router.register_endpoint("pages", PagesAPIViewSet)
urlpatterns = [path("api/v2/", router.urls)]
