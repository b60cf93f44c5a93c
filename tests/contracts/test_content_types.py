"""What every content type must do for the others: a teaser, an API answer, a reader's page."""

from dataclasses import FrozenInstanceError, fields

import pytest

from cms.api import schemas
from cms.models import content_types
from tests.browser.magazine import printed

KINDS = sorted(content_types())


@pytest.fixture
def posts(home, now):
    return {post.KIND: post for post in printed(now).values() if hasattr(post, "KIND")}


def texts(value):
    """Yield every string within a teaser, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif hasattr(value, "__dataclass_fields__"):
        for one in fields(value):
            yield from texts(getattr(value, one.name))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_promises(posts, client, now, kind):
    post = posts[kind]
    teaser = post.teaser(now)
    assert (teaser.kind, teaser.title, teaser.key) == (kind, post.title, post.translation_key)
    assert teaser.kicker
    assert teaser.url == f"https://ordet.example.se{teaser.path}"
    with pytest.raises(FrozenInstanceError):
        teaser.title = "other"
    assert [text for text in texts(teaser) if "<" in text] == []
    assert all(type(text) is str for text in texts(teaser))
    hash(teaser)

    answer = client.get(f"/api/content/v1/posts/{post.translation_key}")
    assert answer.status_code == 200
    shape = schemas.DETAILS[kind].model_validate_json(answer.content)
    assert shape.type == kind
    assert set(answer.json()["fields"] or {}) == set(type(post).Fields.model_fields if not post.members_only else {})

    page = client.get(post.url)
    assert page.status_code == 200
    assert f"<h1>{post.title}</h1>" in page.content.decode()
