"""What a front end may read on behalf of a member: with its own key's signature alone, and nobody else from the same cache."""

import base64
import hmac
import json

import jwt
import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.utils import timezone

from cms import keys
from cms.models import APIKey, Article
from newsletter.models import Member

API = "/api/content/v1"
HIDDEN = "Bara för medlemmar"


@pytest.fixture(autouse=True)
def _empty_caches():
    cache.clear()
    caches["limits"].clear()


@pytest.fixture
def post(publish):
    body = [("text", f"<p>{HIDDEN}.</p>")]
    return publish(Article, title="Lön", members_only=True, body=body, postscript=HIDDEN, afterword=body)


@pytest.fixture
def mia(db):
    return Member.objects.create(address="mia@example.se", membership_number="17")


def key(kind="member", **fields):
    return keys.make(APIKey(name=kind, kind=kind, **fields), None, timezone.now())


def word(secret, algorithm="HS256", headers=None, **claims):
    now = int(timezone.now().timestamp())
    told = {"sub": "mia@example.se", "iat": now, "exp": now + 300, **claims}
    return jwt.encode({name: value for name, value in told.items() if value is not None}, secret, algorithm, headers)


def ask(path, secret=None, assertion=None, **headers):
    given = {"authorization": f"Bearer {secret}"} if secret else {}
    given |= {"x-ordet-member": assertion} if assertion is not None else {}
    return Client().get(f"{API}{path}", headers=given | headers)


def test_a_member_reads_the_whole_and_nobody_else_from_the_same_cache(post, mia):
    secret = key()
    for path in (f"/posts/{post.translation_key}", f"/by-path?path={post.path_on_site}"):
        public = ask(path)
        whole = ask(path, secret, word(secret))
        assert whole.status_code == 200, whole.content
        assert whole.json()["withheld"] is False
        assert HIDDEN in whole.content.decode()
        assert whole["Cache-Control"] == "private, no-store"
        assert "Last-Modified" not in whole
        assert "X-Ordet-Member" in whole["Vary"]
        assert ask(path, secret, word(secret, exp=int(timezone.now().timestamp()) + 60, iat=None)).status_code == 200
        kept = ask(path, secret, word(secret), **{"if-none-match": whole["ETag"]})
        assert (kept.status_code, kept.content) == (304, b"")
        strangers = [ask(path), ask(path, key("delivery")), ask(path, key("preview")), ask(path, secret)]
        strangers.append(ask(path, **{"if-none-match": whole["ETag"]}))
        for answer in strangers:
            assert (answer.status_code, answer.json()["withheld"]) == (200, True)
            assert HIDDEN not in answer.content.decode()
            assert "public" in answer["Cache-Control"]
        assert ask(path, **{"if-none-match": public["ETag"]}).status_code == 304
        assert ask(path, secret, word(secret), **{"if-none-match": public["ETag"]}).status_code == 200


def unsigned(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(timezone.now().timestamp())
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part({'sub': 'mia@example.se', 'exp': now + 60} | claims)}."


def test_a_word_that_proves_nothing_is_refused(post, mia):
    secret, other, delivery = key(), key(), key("delivery")
    now = int(timezone.now().timestamp())
    good = word(secret)
    head, body, signature = good.split(".")
    wrong = [
        unsigned(),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-2]}xx",
        f"{unsigned().rpartition('.')[0]}.{signature}",
        word(other),
        word("x" * 40),
        word(secret + "x" * 8, "HS512"),
        jwt.encode({"sub": "mia@example.se", "exp": now + 60}, secret, "HS384"),
        word(secret, exp=now - 60),
        word(secret, exp=now + 3600),
        word(secret, exp=None),
        word(secret, exp=float("inf")),
        word(secret, exp=float("nan")),
        word(secret, exp=True),
        word(secret, exp="soon"),
        word(secret, iat=now + 300),
        word(secret, nbf=now + 300),
        word(secret, sub=None),
        word(secret, sub=""),
        word(secret, sub="otto@example.se"),
        word(secret, sub="inte en adress"),
        word(secret, sub="mia@example.se\0"),
        word(secret, note="x" * 5000),
        "",
        "x.y.z",
        "å",
    ]
    path = f"/posts/{post.translation_key}"
    ask(path, secret, good)  # the whole stands in the cache
    for assertion in wrong:
        answer = ask(path, secret, assertion)
        assert answer.status_code == 401, assertion
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert HIDDEN not in answer.content.decode()
        assert secret not in answer.content.decode()
    for bearer in (delivery, None, other):
        assert ask(path, bearer, good).status_code == 401


@pytest.mark.parametrize("change", [{"is_member": False}, {"status": Member.BOUNCED}])
def test_who_is_no_member_any_more_reads_nothing(post, mia, change):
    secret = key()
    assert ask(f"/posts/{post.translation_key}", secret, word(secret)).status_code == 200
    Member.objects.update(**change)
    assert ask(f"/posts/{post.translation_key}", secret, word(secret)).status_code == 401


def test_a_key_whose_secret_is_lost_verifies_nothing(post, mia, settings):
    secret = key()
    good = word(secret)
    told = good.rpartition(".")[0]
    empty = base64.urlsafe_b64encode(hmac.digest(b"", told.encode(), "sha256")).rstrip(b"=").decode()
    settings.FIELD_KEYS = ["another"]
    for assertion in (good, f"{told}.{empty}"):
        assert ask(f"/posts/{post.translation_key}", secret, assertion).status_code == 401


def test_members_only_stays_out_of_lists_and_search(post, mia):
    secret = key()
    for path in ("/posts", "/posts?q=medlemmar"):
        assert HIDDEN not in ask(path, secret, word(secret)).content.decode()
