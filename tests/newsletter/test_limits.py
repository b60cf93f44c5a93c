"""How often a public form may be used, and whose use it counts as."""

from datetime import timedelta

import pytest

from newsletter import limits
from newsletter.models import Knock


@pytest.mark.parametrize(
    ("remote", "forwarded", "caller"),
    [
        ("203.0.113.1", "", "203.0.113.1"),
        ("203.0.113.1", "198.51.100.7", "203.0.113.1"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.7, 127.0.0.9", "198.51.100.7"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_our_proxy_names_the_caller(remote, forwarded, caller):
    assert limits.caller_of(remote, forwarded) == caller


def test_knocks_end_and_are_forgotten(db, now):
    limit = limits.BY_ADDRESS[limits.LINK]
    assert [limits.has_room(limits.LINK, "a@b.se", now) for _ in range(limit.count + 1)] == [True] * limit.count + [False]
    assert limits.has_room(limits.LINK, "a@b.se", now + limit.within)
    most = limits.BY_CALLER[limits.LINK].count
    for number in range(most):
        limits.let_in(limits.LINK, f"2001:db8::{number:x}", now)
    with pytest.raises(limits.TooMany):
        limits.let_in(limits.LINK, "2001:db8::ffff", now)
    limits.let_in(limits.LINK, "2001:db8:0:1::", now)
    assert Knock.objects.count() == limit.count + 1 + most + 1
    limits.forget_old(now + limits.KEEP)
    assert Knock.objects.exists()
    limits.forget_old(now + limits.KEEP + limit.within + timedelta(seconds=1))
    assert not Knock.objects.exists()
