"""Addresses of calendars and feeds; below a section's or a post's own address they stand beside its page."""

from django.urls import path

from cms import doors

urlpatterns = [
    path("kalender.ics", doors.calendar, name="calendar_file"),
    path("feed.atom", doors.feed, name="feed"),
    path("amnen/<slug:slug>/kalender.ics", doors.topic_calendar, name="topic_calendar_file"),
    path("amnen/<slug:slug>/feed.atom", doors.topic_feed, name="topic_feed"),
    path("<path:path>/kalender.ics", doors.calendar, name="page_calendar_file"),
    path("<path:path>/feed.atom", doors.feed, name="page_feed"),
]
