"""The newsletter's public addresses. The short ones stand in mails and headers: no trailing slash, never a redirect."""

from django.urls import path

from newsletter import views

urlpatterns = [
    path("n/u/<str:token>", views.unsubscribe, name="newsletter_unsubscribe"),
    path("n/p/<str:token>", views.preferences, name="newsletter_preferences"),
    path("n/c/<str:token>", views.confirm, name="newsletter_confirm"),
    path("n/w/<str:token>", views.web_view, name="newsletter_web_view"),
    path("nyhetsbrev/", views.newsletter, name="newsletter"),
]
