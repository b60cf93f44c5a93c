"""However a page is published, moved and copied, its post is made once; counted where it is made."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, PageViewRestriction, Workflow, WorkflowPage, WorkflowTask

from cms import publishing
from cms.models import Article, Column, section_for
from social import announce, changes, reminders
from social.models import Announcement

pytestmark = [pytest.mark.usefixtures("linkedin"), pytest.mark.filterwarnings("ignore:get_connection")]


@pytest.fixture
def settle(days):
    """Do all that is due, sweeps included, now and a month later."""

    def all_of_it():
        for later in (0, 3600, 30 * 86_400):
            days.later(later)
            announce.sweep(days.now)
            reminders.sweep(days.now)
            changes.sweep(timezone.now())
            days.work()
            changes.changes_due(days.now)

    return all_of_it


@pytest.fixture
def post(publish, settle):
    made = publish(summary="Först")
    settle()
    return made


def fresh() -> Column:
    return Column.objects.order_by("pk").first()


def republish(post):
    fresh().save_revision().publish()


def edit(post):
    page = fresh()
    page.summary = "Sedan"
    page.save_revision().publish()


def take_down_and_publish(post):
    fresh().unpublish()
    fresh().save_revision().publish()


def go_back_to_an_earlier_version(post):
    edit(post)
    Column.objects.get().revisions.order_by("pk").first().publish()


def alias(post):
    made = post.create_alias(update_slug="alias")
    made.save()
    fresh().save_revision().publish()


def move(post):
    target = section_for(Article, post.get_parent().get_parent().specific)
    Page.objects.get(pk=post.pk).move(target, pos="last-child")
    fresh().save_revision().publish()


def copy_kept_published(post):
    copied = post.copy(update_attrs={"slug": "kopia"}, keep_live=True)
    Column.objects.get(pk=copied.pk).save_revision().publish()


def copy_as_a_draft(post):
    post.copy(update_attrs={"slug": "kopia"}, keep_live=False)


def schedule(post):
    page = fresh()
    page.summary, page.go_live_at = "Om en timme", timezone.now() + timedelta(hours=1)
    revision = page.save_revision()
    revision.publish()
    content = revision.content | {"go_live_at": timezone.now().isoformat()}
    page.revisions.filter(pk=revision.pk).update(approved_go_live_at=timezone.now(), content=content)
    assert [publishing.publish_due(timezone.now()).published for _ in range(2)] == [1, 0]


def expire_and_publish(post):
    Column.objects.filter(pk=post.pk).update(expire_at=timezone.now())
    assert publishing.publish_due(timezone.now()).expired == 1
    page = fresh()
    page.expire_at = None
    page.save_revision().publish()


@pytest.mark.parametrize(
    "act",
    [republish, edit, take_down_and_publish, go_back_to_an_earlier_version, alias, move, copy_kept_published, copy_as_a_draft,
     schedule, expire_and_publish],
    ids=lambda act: act.__name__,
)  # fmt: skip
def test_nothing_that_happens_to_a_page_makes_a_second_post(post, linkedin, settle, act):
    act(post)
    act_again = {edit, republish, take_down_and_publish}
    if act in act_again:
        act(post)
    settle()
    assert (linkedin.calls("create"), len(linkedin.posts)) == (1, 1)


def test_a_workflow_publishes_once(home, eva, linkedin, settle):
    column = section_for(Column, home).add_child(instance=Column(title="Granskad", live=False))
    workflow, task = Workflow.objects.create(name="Granskning"), GroupApprovalTask.objects.create(name="Läs")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=column)
    for _ in range(2):
        Column.objects.get().save_revision()
        workflow.start(Column.objects.get(), eva)
        settle()
        Column.objects.get().current_workflow_task_state.approve(user=eva)
        settle()
    assert (linkedin.calls("create"), Announcement.objects.count()) == (1, 1)


def test_publishing_many_at_once_makes_one_each(client, eva, home, linkedin, settle):
    posts = [section_for(Column, home).add_child(instance=Column(title=title, live=False)) for title in ("Ett", "Två")]
    for post in posts:
        post.save_revision()
    client.force_login(eva)
    for _ in range(2):
        address = f"/admin/bulk/wagtailcore/page/publish/?{'&'.join(f'id={post.pk}' for post in posts)}"
        assert client.post(address, {}).status_code == 302
        settle()
        assert (Column.objects.filter(live=True).count(), linkedin.calls("create")) == (2, 2)


def test_an_editor_who_copies_in_the_admin_and_keeps_it_published_doubles_nothing(client, eva, post, linkedin, settle):
    client.force_login(eva)
    sent = {"new_title": "Kopia", "new_slug": "kopia", "new_parent_page": post.get_parent().pk, "publish_copies": "on"}
    client.post(reverse("wagtailadmin_pages:copy", args=[post.pk]), sent)
    copied = Column.objects.get(slug="kopia")
    assert copied.live
    settle()
    copied.summary = "Ändrad"
    copied.save_revision().publish()
    settle()
    assert linkedin.calls("create") == 1


# --- what is no longer for everybody when its time comes


def hide(post):
    PageViewRestriction.objects.create(page=post.get_parent(), restriction_type=PageViewRestriction.LOGIN)


def make_members_only(post):
    page = fresh()
    page.members_only = True
    page.save_revision().publish()


def let_expire(post):
    Column.objects.update(expire_at=timezone.now())


def embargo(post):
    Column.objects.update(go_live_at=timezone.now() + timedelta(days=400))


def embargo_in_the_editor(post):
    fresh().unpublish()
    page = fresh()
    page.go_live_at = timezone.now() + timedelta(days=400)
    page.save_revision().publish()


REASONS = {
    hide: "Inlägget är inte öppet för alla.",
    make_members_only: "Inlägget är enbart för medlemmar och saknar en text för alla.",
    let_expire: "Inlägget är inte publicerat.",
    embargo: "Inlägget är inte publicerat.",
    embargo_in_the_editor: "Inlägget är inte publicerat.",
}


@pytest.mark.parametrize("act", REASONS, ids=lambda act: act.__name__)
def test_what_is_embargoed_before_its_time_is_skipped_with_the_reason(publish, linkedin, days, row, settings, act):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    act(publish(summary="Hemligt"))
    assert days.work(601) == {"skipped": 1}
    assert row().last_error == REASONS[act]
    assert linkedin.calls("create") == 0
