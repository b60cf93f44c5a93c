"""The invitation on the reader site: what the newsletter's own page says, and the same form."""

import pytest

from cms.models import Article, PlainPage
from newsletter import signup
from newsletter.models import MailingList, SignUp


@pytest.fixture
def post(publish):
    return publish(Article, title="Mod")


def open_list(name, **fields):
    return MailingList.objects.create(name=name, slug=name.lower(), is_open=True, **fields)


def test_nobody_is_invited_to_nothing(client, post):
    open_list("Styrelsen").delete()
    assert 'class="join"' not in client.get("/").content.decode()


def test_home_and_posts_invite_with_the_words_that_are_kept(client, post, publish):
    found = open_list("Nyhetsbrevet", description="En gång i månaden.")
    for path in ("/", post.url):
        text = client.get(path).content.decode()
        assert all(line in text for line in signup.wording(found).splitlines())
        assert f'name="list" value="{found.pk}"' in text
    assert 'class="join"' not in client.get(publish(PlainPage, title="Om oss").url).content.decode()
    answer = client.post("/nyhetsbrev/", {"list": found.pk, "address": "otto@exempel.se"})
    assert "Nästan klart" in answer.content.decode()
    assert SignUp.objects.get().wording == signup.wording(found)


def test_of_several_lists_the_reader_ticks_and_none_is_ticked_before(client, post):
    for name in ("Nyhetsbrevet", "Kurser"):
        open_list(name)
    text = client.get("/").content.decode().partition('class="join"')[2]
    assert text.count('type="checkbox"') == 2
    assert " checked" not in text
    answer = client.post("/nyhetsbrev/", {"address": "otto@exempel.se"})
    assert (answer.status_code, "otto@exempel.se" in answer.content.decode()) == (422, True)
    for name in ("Lön", "Press"):
        open_list(name)
    text = client.get("/").content.decode().partition('class="join"')[2]
    assert 'href="/nyhetsbrev/"' in text
    assert "<form" not in text.partition("</section>")[0]
