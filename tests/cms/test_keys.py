"""Keys to the content API: made once, refused when they are wrong, limited, and told to browsers by list."""

from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms import keys
from cms.api import rates
from cms.keys_admin import life
from cms.models import APIKey, Article

POSTS = "/api/content/v1/posts"
SITE = "https://www.example.se"


@pytest.fixture(autouse=True)
def _empty_caches():
    cache.clear()
    caches["limits"].clear()


@pytest.fixture
def make(db):
    """Make a key and return (row, secret)."""

    def made(kind="delivery", **fields):
        key = APIKey(name="webbplatsen", kind=kind, **fields)
        return key, keys.make(key, None, timezone.now())

    return made


@pytest.fixture
def ask(client):
    """Ask with a key, perhaps from a page on another site."""

    def asked(secret=None, origin=None, path=POSTS, **headers):
        given = {"authorization": f"Bearer {secret}"} if secret else {}
        return client.get(path, headers=given | ({"origin": origin} if origin else {}) | headers)

    return asked


def test_a_key_is_kept_as_a_hash(make, ask, home):
    key, secret = make()
    stored = APIKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(stored)
    assert secret.startswith(stored["prefix"])
    assert len(secret.rpartition("_delivery_")[2]) == 43
    answer = ask(secret)
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]


def test_a_member_keys_secret_stands_encrypted(make):
    key, secret = make("member")
    with connection.cursor() as cursor:
        cursor.execute("SELECT signing_secret, digest FROM cms_apikey WHERE id = %s", [key.pk])
        assert secret not in str(cursor.fetchone())
    assert keys.signing_secret(APIKey.objects.get(pk=key.pk)) == secret


def test_a_key_that_opens_nothing_is_never_an_anonymous_visit(make, ask, home, client, publish):
    publish(Article, title="Öppen")
    ask()  # an answer is kept
    key, secret = make()
    _old, late = make(expires_at=timezone.now() - timedelta(seconds=1))
    keys.revoke(key, timezone.now())
    tampered = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    etag = ask()["ETag"]
    for wrong in (secret, late, tampered, secret.replace("delivery", "preview"), "x", "ordet_delivery_", "å" * 70, "x" * 5000):
        for path in (POSTS, "/api/content/v1/by-path?path=/", "/api/content/v1/nowhere", "/api/content/v1/openapi.json"):
            answer = client.get(path, headers={"authorization": f"Bearer {wrong}", "if-none-match": etag})
            assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
            assert answer["WWW-Authenticate"].startswith("Bearer realm=")
            assert answer["Cache-Control"] == "no-store"
            assert "Öppen" not in answer.content.decode()
    assert client.get(POSTS, headers={"authorization": "Basic eDp5"}).status_code == 401
    assert client.get(POSTS, headers={"authorization": ""}).status_code == 401


def test_a_use_is_noted_once_a_minute(make, ask, home):
    _key, secret = make()
    now = timezone.now()
    keys.find(secret, now)
    keys.find(secret, now + timedelta(seconds=59))
    assert APIKey.objects.get().last_used_at == now
    later = now + timedelta(seconds=61)
    keys.find(secret, later)
    assert APIKey.objects.get().last_used_at == later
    ask(secret)
    with CaptureQueriesContext(connection) as found:
        ask(secret)
    assert len(found) == 2  # the key and the content's state
    assert not [query for query in found if not query["sql"].lstrip().startswith("SELECT")]


def test_a_use_that_can_not_be_noted_keeps_nobody_from_reading(make, ask, home, caplog):
    _key, secret = make()

    def locked(execute, sql, *arguments):
        if sql.startswith("UPDATE"):
            raise OperationalError("database is locked")
        return execute(sql, *arguments)

    with connection.execute_wrapper(locked):
        assert ask(secret).status_code == 200
    assert "could not be noted" in caplog.text
    assert APIKey.objects.get().last_used_at is None


def test_anonymous_visits_cost_no_query_at_the_door(ask, home):
    answer = ask()
    with CaptureQueriesContext(connection) as found:
        assert ask(**{"if-none-match": answer["ETag"]}).status_code == 304
    assert len(found) == 1


def test_a_key_has_its_own_limit_and_headers_tell(make, ask, home, monkeypatch):
    minute = timezone.now().replace(second=20, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: minute)
    _key, secret = make(per_minute=2)
    first = ask(secret)
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"], first["RateLimit-Reset"]) == ("2", "1", "40")
    assert (first["RateLimit-Policy"], first["RateLimit"]) == ('"minute";q=2;w=60', '"minute";r=1;t=40')
    assert ask(secret, **{"if-none-match": first["ETag"]})["RateLimit-Remaining"] == "0"
    refused = ask(secret)
    assert (refused.status_code, refused["Retry-After"], refused["Content-Type"]) == (429, "40", "application/problem+json")
    assert ask().status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: minute + timedelta(seconds=40))
    assert ask(secret).status_code == 200


def test_strangers_are_limited_by_their_address(make, ask, home, monkeypatch):
    monkeypatch.setattr(rates, "ANONYMOUS_PER_MINUTE", 2)
    from_there, from_here = {"x-forwarded-for": "203.0.113.9"}, {"x-forwarded-for": "203.0.113.10"}
    assert ask(**from_there).status_code == 200
    # Wrong keys count on the address too: nobody tries them at leisure.
    assert ask("ordet_delivery_wrong", **from_there).status_code == 401
    assert ask("ordet_delivery_wrong", **from_there).status_code == 429
    assert ask(**from_there).status_code == 429
    with CaptureQueriesContext(connection) as found:
        assert ask("ordet_delivery_" + "x" * 43, **from_there).status_code == 429
        caches["limits"].clear()
        for status in (401, 401, 429):
            before = len(found)
            assert ask("ordet_delivery_" + "x" * 43, **from_there).status_code == status
    assert len(found) == before
    # A good key has its own count, until its address has tried too many bad ones.
    caches["limits"].clear()
    assert [ask(**from_there).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(make()[1], **from_there).status_code == 200
    assert ask(**from_here).status_code == 200
    assert ask()["RateLimit-Limit"] == str(rates.OWN_PER_MINUTE)


def test_listed_origins_alone_may_read(make, ask, home, settings, client):
    settings.API_ORIGINS, settings.FRONTEND_URL = [SITE], "https://medlem.example.se"
    _key, secret = make(origins="https://app.example.se")
    cache.clear()
    for origin in (SITE, "https://medlem.example.se", "https://app.example.se"):
        answer = ask(origin=origin)
        assert answer["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in answer
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        before = client.options(POSTS, headers={"origin": origin, "access-control-request-method": "GET"})
        assert (before.status_code, before["Access-Control-Allow-Origin"]) == (204, origin)
        assert "Authorization" in before["Access-Control-Allow-Headers"]
    for origin in ("https://evil.example", "null", "https://www.example.se.evil.example"):
        assert "Access-Control-Allow-Origin" not in ask(origin=origin)
        assert "Access-Control-Allow-Origin" not in client.options(POSTS, headers={"origin": origin})
    assert "Origin" in ask()["Vary"]
    assert ask(secret, origin="https://app.example.se")["Access-Control-Allow-Origin"] == "https://app.example.se"
    # What is for a server alone is told to no browser, wherever it stands.
    assert "Access-Control-Allow-Origin" not in ask(make("member")[1], origin=SITE)


def test_problems_too_may_be_read_from_a_listed_origin(ask, home, settings):
    settings.API_ORIGINS = [SITE]
    assert ask(origin=SITE, path=f"{POSTS}?foo=1")["Access-Control-Allow-Origin"] == SITE


@pytest.fixture
def form():
    return {"name": "webbplatsen", "kind": "delivery", "origins": "", "per_minute": "600", "expires_at": ""}


def test_the_secret_is_shown_once(admin_client, form, caplog):
    made = admin_client.post(reverse("apikey:add"), form | {"origins": "HTTPS://App.example.se:443/\n"})
    key = APIKey.objects.get()
    text = made.content.decode()
    secret = text.split('id="secret-value" value="')[1].split('"')[0]
    assert keys.find(secret, timezone.now()) == key
    assert "no-store" in made["Cache-Control"]
    assert key.origins == "https://app.example.se"
    for page in (reverse("apikey:index"), reverse("apikey:edit", args=[key.pk]), reverse("apikey:history", args=[key.pk])):
        assert secret not in admin_client.get(page).content.decode()
    entries = ModelLogEntry.objects.filter(content_type__model="apikey")
    assert [entry.action for entry in entries] == ["cms.make_key"]
    assert secret not in str([(entry.label, entry.data) for entry in entries])
    assert secret not in caplog.text


def test_a_member_key_is_made_and_revoked_by_hand(admin_client, form):
    admin_client.post(reverse("apikey:add"), form | {"kind": "member"})
    key = APIKey.objects.get()
    assert key.kind == "member"
    admin_client.post(reverse("apikey:edit", args=[key.pk]), form | {"name": "appen", "kind": "delivery", "per_minute": "9"})
    key.refresh_from_db()
    assert (key.name, key.kind, key.per_minute) == ("appen", "member", 9)
    assert "Återkalla nyckeln" in admin_client.get(reverse("apikey:delete", args=[key.pk])).content.decode()
    admin_client.post(reverse("apikey:delete", args=[key.pk]))
    key.refresh_from_db()
    assert not key.is_alive(timezone.now())
    assert "återkallad" in admin_client.get(reverse("apikey:index")).content.decode()


@pytest.mark.parametrize("wrong", ["*", "www.example.se", "https://x.se/y", "https://a:b@x.se", "null", "ftp://x.se"])
def test_what_is_no_origin_is_refused(admin_client, form, wrong):
    admin_client.post(reverse("apikey:add"), form | {"origins": wrong})
    admin_client.post(reverse("apikey:add"), form | {"origins": "https://x.se", "kind": "member"})
    assert not APIKey.objects.exists()


def test_who_may_not_sees_no_keys(client, django_user_model, make):
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("otto", password="otto")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    key, _secret = make()
    for page in (reverse("apikey:index"), reverse("apikey:add"), reverse("apikey:delete", args=[key.pk])):
        assert client.get(page).status_code == 302
    client.post(reverse("apikey:delete", args=[key.pk]))
    key.refresh_from_db()
    assert key.is_alive(timezone.now())


def test_a_keys_life_stands_in_words(now):
    def at(**fields):
        return life(APIKey(**fields), now)

    assert at() == "tills den återkallas"
    assert at(expires_at=now + timedelta(days=12)) == "går ut om 12 dagar"
    assert at(expires_at=now + timedelta(hours=3)) == "går ut i dag"
    assert at(expires_at=now + timedelta(days=100)) == "går ut 14 juni 2026"
    assert at(expires_at=now) == "gick ut 6 mars 2026"
    assert at(revoked_at=now) == "återkallad 6 mars 2026"
