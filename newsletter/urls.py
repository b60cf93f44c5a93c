"""The newsletter's public addresses. The short ones stand in mails and headers: no trailing slash, never a redirect."""

from django.urls import path

from newsletter import application_views, archive_views, event_views, login_views, personal_views, reading_views, views

urlpatterns = [
    path("n/u/<str:token>", views.unsubscribe, name="newsletter_unsubscribe"),
    path("n/l/<str:token>", views.leave_list, name="newsletter_leave_list"),
    path("n/p/<str:token>", views.preferences, name="newsletter_preferences"),
    path("n/c/<str:token>", views.confirm, name="newsletter_confirm"),
    path("n/q/<str:token>", views.question, name="newsletter_question"),
    path("n/m/<str:token>", personal_views.mine, name="newsletter_mine"),
    path("n/a/<str:token>", personal_views.new_address, name="newsletter_new_address"),
    path("n/i/<str:token>", login_views.enter, name="newsletter_enter"),
    path("n/w/<str:token>", archive_views.web_view, name="newsletter_web_view"),
    path("n/v", reading_views.visit, name="newsletter_visit"),
    path("n/k/<str:token>", reading_views.click, name="newsletter_click"),
    path("n/o/<str:token>", reading_views.opened, name="newsletter_opened"),
    path("mail/events/<slug:provider>/", event_views.provider_events, name="newsletter_provider_events"),
    path("bli-medlem/", application_views.become_member, name="newsletter_become_member"),
    path("nyhetsbrev/", views.newsletter, name="newsletter"),
    path("nyhetsbrev/feed.atom", archive_views.feed, name="newsletter_feed"),
    path("nyhetsbrev/mina-uppgifter/", personal_views.ask, name="newsletter_ask_for_link"),
    path("nyhetsbrev/logga-in/", login_views.ask, name="newsletter_login"),
    path("nyhetsbrev/logga-ut/", login_views.leave, name="newsletter_logout"),
    path("nyhetsbrev/<int:key>/", archive_views.issue, name="newsletter_issue"),
]
