"""Addresses of the room, below the site's root."""

from django.urls import path

from social import views

urlpatterns = [
    path("social/linkedin/connect", views.connect, name="social_connect"),
    path("social/linkedin/callback", views.callback, name="social_callback"),
]
