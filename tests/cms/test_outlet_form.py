"""The outlets' fields in the editor: stored by outlet, refused in words."""

import pytest
from django import forms
from django.http import QueryDict

from cms import outlets
from cms.models import Column
from cms.outlet_form import OutletsField


@pytest.fixture(autouse=True)
def one_outlet(monkeypatch):
    monkeypatch.setattr(outlets, "_sources", {})
    outlets.register(
        outlets.Outlet(
            "bulletin",
            "Anslagstavlan",
            lambda: {
                "pin": forms.BooleanField(required=False, initial=True, label="Nåla fast"),
                "note": forms.CharField(required=False, max_length=5, label="Rad"),
            },
        )
    )


def sent(**data: str) -> dict:
    field = OutletsField(required=False)
    return field.clean(field.widget.value_from_datadict(QueryDict("", mutable=True) | data, {}, "outlets"))


def test_values_are_stored_below_the_outlets_name():
    assert sent(**{"outlets-bulletin-pin": "on", "outlets-bulletin-note": "hej"}) == {"bulletin": {"pin": True, "note": "hej"}}


def test_an_unticked_box_is_stored_as_no():
    assert sent()["bulletin"]["pin"] is False


def test_what_the_outlet_refuses_is_said():
    with pytest.raises(forms.ValidationError, match="5"):
        sent(**{"outlets-bulletin-note": "för långt"})


@pytest.mark.django_db
def test_a_post_that_never_saw_the_field_takes_the_default():
    assert outlets.value(Column().outlets, "bulletin", "pin", True) is True


def test_the_editor_shows_stored_values(client, eva, publish):
    post = publish(Column, outlets={"bulletin": {"pin": False, "note": "hej"}})
    client.force_login(eva)
    page = client.get(f"/admin/pages/{post.pk}/edit/").content.decode()
    assert 'name="outlets-bulletin-note" value="hej"' in page
    assert 'name="outlets-bulletin-pin" id' in page
    assert "Anslagstavlan" in page
