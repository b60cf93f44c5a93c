"""Bylines are frozen as printed; roles change over time."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from cms.models import Byline, Column, Person, Role


@pytest.fixture
def anna(db):
    person = Person(name="Anna Berg", slug="anna-berg", title="socialchef", employer="Lunds kommun")
    person.roles = [
        Role(title="regionansvarig", organisation="Föreningen Skåne", begins=date(2021, 1, 1), ends=date(2023, 9, 28)),
        Role(title="ordförande", organisation="Föreningen", begins=date(2023, 9, 29)),
    ]
    person.save()
    return person


def test_roles_are_those_of_the_day(anna):
    assert [role.title for role in anna.roles_on(date(2023, 9, 28))] == ["regionansvarig"]
    assert [role.title for role in anna.roles_on(date(2024, 1, 1))] == ["ordförande"]


def test_a_role_cannot_end_before_it_begins(anna):
    with pytest.raises(ValidationError):
        Role(person=anna, title="x", begins=date(2024, 1, 2), ends=date(2024, 1, 1)).full_clean()


def test_a_byline_keeps_the_roles_of_its_day_for_ever(publish, anna):
    post = publish(Column, date=datetime(2023, 3, 6, 8, tzinfo=UTC), bylines=[Byline(person=anna)])
    anna.name = "Anna Lund"
    anna.roles.all().delete()
    anna.save()
    byline = Column.objects.get(pk=post.pk).bylines.get()
    assert (byline.name, byline.printed_roles()) == ("Anna Berg", ("regionansvarig, Föreningen Skåne",))


def test_a_byline_without_roles_takes_the_occupation(publish, anna):
    post = publish(Column, date=datetime(2019, 1, 1, 8, tzinfo=UTC), bylines=[Byline(person=anna)])
    assert post.bylines.get().printed_roles() == ("socialchef, Lunds kommun",)


def test_a_byline_outlives_its_person(publish, anna):
    post = publish(Column, bylines=[Byline(person=anna)])
    anna.delete()
    assert Column.objects.get(pk=post.pk).bylines.get().name == "Anna Berg"


def test_a_columns_kicker_names_series_and_day(publish):
    post = publish(Column, date=datetime(2023, 3, 5, 23, 30, tzinfo=UTC))
    assert post.kicker == "Ordföranden har ordet 6 mars 2023"
