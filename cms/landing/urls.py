"""The landing pages' addresses; `cms.addresses.LANDING` keeps new pages off them."""

from django.urls import path

from cms.landing import views

urlpatterns = [
    path("personer/", views.everybody, name="people"),
    path("personer/<slug:slug>/", views.person, name="person"),
    path("amnen/", views.topics, name="topics"),
    path("amnen/<slug:slug>/", views.topic, name="topic"),
    path("regioner/", views.regions, name="regions"),
    path("regioner/<slug:slug>/", views.region, name="region"),
    path("arkiv/", views.years, name="archive"),
    path("arkiv/<int:year>/", views.year, name="archive_year"),
    path("kalender/", views.calendar, name="calendar"),
    path("sok/", views.search, name="search"),
    path("sok/forslag", views.suggestions, name="suggestions"),
]
