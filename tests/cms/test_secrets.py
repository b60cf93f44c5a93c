"""Encrypted columns rotate; signed links can't be made, bent or reused for another purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms import secrets

numbers = st.lists(st.integers(min_value=0, max_value=2**63 - 1), min_size=1, max_size=4)


@given(numbers)
def test_a_link_gives_back_its_numbers(ids):
    assert secrets.read_link("unsubscribe", secrets.sign_link("unsubscribe", *ids)) == tuple(ids)


def test_a_link_stays_short_at_ten_million_members():
    assert len(secrets.sign_link("unsubscribe", 10_000_000, 5_000)) <= 22


@given(numbers, st.integers(min_value=0, max_value=200), st.characters(codec="ascii"))
def test_a_changed_link_is_refused(ids, place, letter):
    token = secrets.sign_link("unsubscribe", *ids)
    bent = token[: place % len(token)] + letter + token[place % len(token) + 1 :]
    if bent != token:
        with pytest.raises(secrets.BadLink):
            secrets.read_link("unsubscribe", bent)


@pytest.mark.parametrize("token", ["", "a", "åäö", "====", "AAAAAAAAAAAAAAAAAAAA", "x" * 10_000])
def test_nonsense_is_refused(token):
    with pytest.raises(secrets.BadLink):
        secrets.read_link("unsubscribe", token)


def test_a_link_serves_one_purpose():
    with pytest.raises(secrets.BadLink):
        secrets.read_link("confirm", secrets.sign_link("unsubscribe", 7))


def test_old_link_keys_verify_and_removed_ones_do_not(settings):
    settings.LINK_KEYS = ["old"]
    token = secrets.sign_link("unsubscribe", 7)
    settings.LINK_KEYS = ["new", "old"]
    assert secrets.read_link("unsubscribe", token) == (7,)
    settings.LINK_KEYS = ["new"]
    with pytest.raises(secrets.BadLink):
        secrets.read_link("unsubscribe", token)


def test_field_keys_rotate(settings):
    settings.FIELD_KEYS = ["old"]
    stored = secrets.encrypt("token-åäö")
    assert "token" not in stored
    settings.FIELD_KEYS = ["new", "old"]
    assert secrets.decrypt(stored) == "token-åäö"
    settings.FIELD_KEYS = ["new"]
    with pytest.raises(secrets.Undecipherable):
        secrets.decrypt(stored)


@pytest.mark.parametrize("key", ["short", "k" * 64, "k" * 65])
def test_many_links_at_once_are_signed_as_one_is(settings, key):
    settings.LINK_KEYS = [key]
    signing = secrets.Signing("unsubscribe")
    assert signing.token(secrets.pack(7, 12_345)) == secrets.sign_link("unsubscribe", 7, 12_345)


def test_a_lost_key_reads_as_nothing_where_that_can_be_told_and_nothing_is_written_back(settings):
    field = secrets.LosableTextField()
    settings.FIELD_KEYS = ["old"]
    stored = field.get_prep_value("token-åäö")
    settings.FIELD_KEYS = ["new"]
    found = field.from_db_value(stored, None, None)
    assert (found, isinstance(found, secrets.Lost)) == ("", True)
    with pytest.raises(secrets.Undecipherable):
        field.get_prep_value(found)
    settings.FIELD_KEYS = ["new", "old"]
    assert field.from_db_value(stored, None, None) == "token-åäö"
