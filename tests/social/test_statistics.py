"""LinkedIn's figures over HTTP: asked as LinkedIn wants it, read with care, and none of it stops a post."""

from datetime import timedelta

import pytest
from django.utils import timezone

from social import connection
from social.channels import ChannelError, Draft, Figures, NotSent, Paused, Refused, Throttled, get_channel
from social.channels.linkedin.client import read_tokens
from social.channels.linkedin.statistics import PATH
from social.models import ChannelState
from tests.social.standin import ORGANIZATION

ROUTE = "statistics"
GONE = "urn:li:share:1"


@pytest.fixture
def channel(linkedin):
    return get_channel("linkedin")


@pytest.fixture
def post(channel):
    draft = Draft(text="Hej", title="Hej", description="", link="https://ordet.example.se/hej/")
    return channel.publish(channel.wire(draft)).remote_id


def urns(kind, count):
    return [f"urn:li:{kind}:{7_000_000_000 + number}" for number in range(count)]


def test_what_was_counted_is_read_by_our_names(channel, linkedin, post):
    linkedin.order("counts", id=post, impressions=1240, clicks=31, reactions=18, comments=4, shares=2)
    assert channel.figures([post]) == {post: Figures(impressions=1240, clicks=31, reactions=18, comments=4, shares=2)}


def test_what_linkedin_tells_nothing_of_is_missing(channel, linkedin, post):
    assert channel.figures([post, GONE]) == {}
    linkedin.order("counts", id=post, impressions=1)
    assert list(channel.figures([GONE, post])) == [post]
    channel.delete(post)
    assert channel.figures([post]) == {}


def test_after_twelve_months_nothing_is_told(channel, linkedin, post):
    linkedin.order("counts", id=post, impressions=1)
    linkedin.order("settings", ahead=timedelta(days=366).total_seconds())
    assert channel.figures([post]) == {}


def test_shares_and_ugc_posts_are_asked_apart_in_lists_that_a_page_of_the_answer_holds(channel, linkedin):
    ids = urns("share", 12) + urns("ugcPost", 3)
    for urn in ids:
        linkedin.order("counts", id=urn, clicks=1)
    assert sorted(channel.figures(ids)) == sorted(ids)
    queries = [call["query"] for call in linkedin.ask("calls") if call["route"] == ROUTE]
    assert [query.count("urn%3Ali%3A") - 1 for query in queries] == [10, 2, 3]
    assert [("shares=List(" in query, "ugcPosts=List(" in query) for query in queries] == [(True, False)] * 2 + [(False, True)]


@pytest.mark.parametrize("ids", [[], ["urn:li:activity:7123456789012345678"], [""], ["urn:li:share:1,urn:li:share:2"]])
def test_what_linkedin_cannot_tell_is_not_asked(channel, linkedin, ids):
    assert channel.figures(ids) == {}
    assert linkedin.calls(ROUTE) == 0


def test_likes_taken_back_are_no_fewer_than_none(channel, linkedin, post):
    linkedin.order("counts", id=post, impressions=5, reactions=-2)
    assert channel.figures([post])[post].reactions == 0


ODD = '{"elements": [3, {"share": "%s", "totalShareStatistics": %s}, {"share": "urn:li:share:9", "totalShareStatistics": {}}]}'


def test_a_count_that_is_none_is_left_out_and_a_post_that_was_not_asked_for_too(channel, linkedin, post):
    counted = f'{{"impressionCount": {10**30}, "clickCount": "7", "likeCount": true, "commentCount": 3, "shareCount": null}}'
    linkedin.script(ROUTE, "answer", status=200, body=ODD % (post, counted))
    assert channel.figures([post]) == {post: Figures(comments=3)}


@pytest.mark.parametrize("body", ["", "<html></html>", "{}", '{"elements": 7}'])
def test_an_answer_that_makes_no_sense_is_asked_for_again(channel, linkedin, post, body):
    linkedin.script(ROUTE, "answer", status=200, body=body)
    with pytest.raises(NotSent):
        channel.figures([post])


@pytest.mark.parametrize(("status", "error"), [(503, NotSent), (429, Throttled), (400, Refused), (426, Paused)])
def test_failures_keep_their_kinds(channel, linkedin, post, status, error):
    linkedin.script(ROUTE, "answer", status=status)
    with pytest.raises(error):
        channel.figures([post])


def test_a_token_that_has_ended_is_renewed_first(channel, linkedin, post):
    linkedin.order("counts", id=post, clicks=1)
    linkedin.order("end", how="expired")
    assert channel.figures([post])[post].clicks == 1


def test_a_right_that_was_not_granted_is_no_reason_to_stand_still(channel, linkedin, post):
    tokens = linkedin.order("token", scopes=["w_organization_social", "r_organization_social"])
    connection.connect("linkedin", read_tokens(tokens, timezone.now()), ORGANIZATION, timezone.now())
    with pytest.raises(Refused, match="rw_organization_admin"):
        channel.figures([post])


@pytest.mark.parametrize("known", [True, False])
def test_a_role_without_figures_is_no_reason_to_stand_still(channel, linkedin, post, known):
    role = "CONTENT_ADMIN"
    linkedin.order("settings", role=role)
    tokens = read_tokens(linkedin.order("token"), timezone.now())
    connection.connect("linkedin", tokens, ORGANIZATION, timezone.now(), role=role if known else "")
    with pytest.raises(ChannelError, match="administrat") as refused:
        channel.figures([post])
    assert (refused.value.pause, linkedin.calls(ROUTE)) == (False, 0 if known else 1)


PAGE, SHARE = ORGANIZATION.replace(":", "%3A"), "urn%3Ali%3Ashare%3A7"
TOO_MANY = ",".join([SHARE] * 21)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"organizationalEntity={PAGE}&shares=List({SHARE})", 200),
        (f"organizationalEntity={ORGANIZATION}&shares=List({SHARE})", 400),
        (f"organizationalEntity={PAGE}&shares=List(urn:li:share:7)", 400),
        (f"organizationalEntity={PAGE}&shares=List%28{SHARE}%29", 400),
        (f"organizationalEntity={PAGE}&shares=List({SHARE}%2C{SHARE})", 400),
        (f"organizationalEntity={PAGE}&shares=List(urn%3Ali%3Aactivity%3A7)", 400),
        (f"organizationalEntity={PAGE}&shares=List(urn%3Ali%3AugcPost%3A7)", 400),
        (f"organizationalEntity={PAGE}&shares=List()", 400),
        (f"organizationalEntity={PAGE}&shares=List({SHARE})&ugcPosts=List(urn%3Ali%3AugcPost%3A7)", 400),
        (f"organizationalEntity={PAGE}&shares=List({TOO_MANY})", 400),
        (f"organizationalEntity={PAGE}2&shares=List({SHARE})", 403),
    ],
)
def test_the_stand_in_takes_only_what_linkedin_takes(channel, linkedin, query, status):
    asked = channel.application(ChannelState.of("linkedin").access_token)
    params = dict(part.split("=", 1) for part in ("q=organizationalEntity&" + query).split("&"))
    try:
        found = asked.make_request("GET", PATH, params=params).status
    except ChannelError as error:
        found = error.status
    assert found == status
