"""Who may do what: every role at every door, as the migrations leave it."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail import hooks
from wagtail.admin.menu import admin_menu, reports_menu, settings_menu
from wagtail.models import GroupApprovalTask, Page, Workflow

from cms.models import Column, Region, SectionIndex, section_for

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:get_connection")]
WRITER, EDITOR, PUBLISHER, REGISTRAR, ADMINISTRATOR = "Skribent", "Redaktör", "Utgivare", "Medlemsansvarig", "Administratör"
ROLES = [WRITER, EDITOR, PUBLISHER, REGISTRAR, ADMINISTRATOR]
WRITING = {WRITER, EDITOR, PUBLISHER, ADMINISTRATOR}
EDITING, OUTWARD, PEOPLE = WRITING - {WRITER}, {PUBLISHER, ADMINISTRATOR}, {REGISTRAR, ADMINISTRATOR}
FOLLOWING = OUTWARD | PEOPLE
# Who comes in at which address; everybody else is led away or refused.
DOORS = {
    "wagtailadmin_home": set(ROLES),
    "wagtailadmin_account": set(ROLES),
    "wagtailimages:index": WRITING,
    "wagtailimages:add": WRITING,
    "wagtaildocs:index": WRITING,
    "wagtailadmin_collections:index": {ADMINISTRATOR},
    "wagtailadmin_reports:aging_pages": WRITING,
    "wagtailadmin_reports:site_history": set(ROLES),
    "wagtailadmin_workflows:index": {ADMINISTRATOR},
    "wagtailadmin_workflows:task_index": {ADMINISTRATOR},
    "wagtailredirects:index": OUTWARD,
    "wagtailsites:index": {ADMINISTRATOR},
    "wagtailusers_users:index": {ADMINISTRATOR},
    "wagtailusers_groups:index": {ADMINISTRATOR},
    "wagtailsnippets_cms_person:list": EDITING,
    "wagtailsnippets_cms_person:add": EDITING,
    "wagtailsnippets_cms_region:list": EDITING,
    "wagtailsnippets_newsletter_issue:list": EDITING,
    "wagtailsnippets_newsletter_issue:add": EDITING,
    "wagtailsnippets_newsletter_mailing:list": FOLLOWING,
    "wagtailsnippets_newsletter_mailinglist:list": OUTWARD,
    "wagtailsnippets_newsletter_segment:list": FOLLOWING,
    "newsletter_applications": PEOPLE,
    "cms_planned": WRITING,
    "wagtailsnippets_newsletter_member:list": PEOPLE,
    "wagtailsnippets_newsletter_member:add": PEOPLE,
    "wagtailsnippets_newsletter_member:ask": PEOPLE,
    "wagtailsnippets_newsletter_member:export": PEOPLE,
    "wagtailsnippets_newsletter_membertag:list": PEOPLE,
    "wagtailsnippets_newsletter_suppression:list": PEOPLE,
    "wagtailsnippets_newsletter_memberimport:list": PEOPLE,
    "wagtailsnippets_newsletter_relaystate:list": FOLLOWING,
    "social_queue": WRITING,
    "social_report": WRITING,
    "jobs_report": OUTWARD,
}
MENU = {
    WRITER: {"explorer", "images", "documents", "social", "reports", "help"},
    EDITOR: {"explorer", "images", "documents", "social", "reports", "help", "vocabulary", "newsletter"},
    PUBLISHER: {"explorer", "images", "documents", "social", "reports", "help", "vocabulary", "newsletter", "settings"},
    REGISTRAR: {"newsletter", "help"},
    ADMINISTRATOR: {"explorer", "images", "documents", "social", "reports", "help", "vocabulary", "newsletter", "settings"},
}


@pytest.fixture
def cast(django_user_model):
    """One user of each role, with nothing but the role."""
    made = {}
    for number, role in enumerate(ROLES):
        made[role] = django_user_model.objects.create_user(f"u{number}", f"u{number}@example.se", "x")
        made[role].groups.add(Group.objects.get(name=role))
    return made


def opens(client, user, address):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code in (200, 302, 403), (address, answer.status_code)
    return answer.status_code == 200 or (answer.status_code == 302 and answer.url != reverse("wagtailadmin_home"))


def test_every_door_opens_to_its_roles_alone(client, cast):
    found = {name: {role for role in ROLES if opens(client, cast[role], reverse(name))} for name in DOORS}
    assert found == DOORS


def test_the_menu_shows_what_the_role_may_use(rf, cast):
    found = {}
    for role, user in cast.items():
        request = rf.get("/admin/")
        request.user = user
        found[role] = {item.name for item in admin_menu.menu_items_for_request(request)}
        for menu in (settings_menu, reports_menu):
            assert all(item.is_shown(request) for item in menu.menu_items_for_request(request))
    assert found == MENU


def test_pages_are_written_edited_and_published_by_role(cast, publish, home):
    post = publish(Column)
    section = post.get_parent().specific
    rights = {
        role: {
            "add": section.permissions_for_user(user).can_add_subpage(),
            "edit": post.permissions_for_user(user).can_edit(),
            "publish": post.permissions_for_user(user).can_publish(),
            "delete": post.permissions_for_user(user).can_delete(),
            "lock": post.permissions_for_user(user).can_lock(),
        }
        for role, user in cast.items()
    }
    names = ("add", "edit", "publish", "delete", "lock")
    table = {WRITER: "+----", EDITOR: "++---", PUBLISHER: "+++++", REGISTRAR: "-----", ADMINISTRATOR: "+++++"}
    assert rights == {role: dict(zip(names, (sign == "+" for sign in row), strict=True)) for role, row in table.items()}


def test_administrators_have_every_right_that_a_group_can_have():
    offered = Permission.objects.none()
    for register in hooks.get_hooks("register_permissions"):
        offered = offered | register()
    held = Group.objects.get(name=ADMINISTRATOR).permissions.all()
    left = {f"{one.content_type.app_label}.{one.codename}" for one in offered.exclude(pk__in=held)}
    assert left == set(), "give it by a migration, as deploy/migrations/0002_roles.py"


def test_what_the_groups_had_before_they_keep():
    for name, acts in {EDITOR: {"add", "change"}, PUBLISHER: {"add", "change", "publish", "lock", "unlock"}}.items():
        group = Group.objects.get(name=name)
        assert {one.permission.codename for one in group.page_permissions.all()} == {f"{act}_page" for act in acts}
        assert group.permissions.filter(codename="access_admin").exists()


def form_of(post, **changes):
    lists = {f"{name}-{end}_FORMS": "0" for name in ("comments", "bylines", "related") for end in ("TOTAL", "INITIAL")}
    sent = {"title": post.title, "slug": post.slug, "date": "2026-03-06 12:00", "summary": post.summary, "series": "chair"}
    return {**sent, "body-count": "0", "afterword-count": "0", "postscript": "null", **lists, **changes}


def written_by(client, user, place, **changes):
    client.force_login(user)
    draft = Column(title="Utkast", slug="utkast", summary="Kort.")
    answer = client.post(reverse("wagtailadmin_pages:add", args=["cms", "column", place.pk]), form_of(draft, **changes))
    assert answer.status_code == 302, answer.context_data["form"].errors
    return Column.objects.get(slug="utkast")


def test_a_writers_draft_goes_to_the_publishers_and_out_with_their_approval(client, cast, home):
    writer, publisher = cast[WRITER], cast[PUBLISHER]
    draft = written_by(client, writer, section_for(Column, home), **{"action-publish": "1"})
    assert not draft.live, "a writer can't publish"
    edit = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    client.post(edit, form_of(draft, **{"action-submit": "1"}))
    task = Column.objects.get(pk=draft.pk).current_workflow_task_state
    assert task.task.specific.groups.get().name == PUBLISHER
    assert opens(client, cast[EDITOR], edit)
    client.force_login(publisher)
    client.post(reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", task.pk]), {"comment": ""})
    draft.refresh_from_db()
    assert draft.live


def test_a_section_may_have_a_workflow_of_its_own(home, cast, publish):
    post = publish(Column)
    default = Workflow.objects.get(name="Granskning av utgivare")
    assert post.get_workflow() == default
    own = Workflow.objects.create(name="Ordförandens granskning")
    task = GroupApprovalTask.objects.create(name="Ordföranden läser")
    own.workflow_tasks.create(task=task)
    own.workflow_pages.create(page=Page.objects.get(pk=post.get_parent().pk))
    assert (post.get_workflow(), SectionIndex(path=home.path, depth=2).get_workflow()) == (own, default)


@pytest.fixture
def regional(cast, publish):
    """An editor and a writer of Skåne alone, a post of theirs and one of Norrbotten."""
    south, north = (Region.objects.create(name=name, slug=name) for name in ("skane", "norrbotten"))
    for role in (WRITER, EDITOR, PUBLISHER):
        cast[role].region = south
        cast[role].save()
    theirs, others = publish(Column, slug="vart"), publish(Column, slug="annat")
    for post, region in ((theirs, south), (others, north)):
        post.regions = [region]
        post.owner = cast[WRITER]
        post.save()
        post.save_revision().publish()
    return cast, south, north, theirs, others


ADDRESSES = ["edit", "delete", "move", "copy", "unpublish", "set_privacy", "history", "usage"]


def test_who_writes_of_one_region_edits_no_other(client, regional):
    cast, _south, _north, theirs, others = regional

    def opened(role, post):
        return {name for name in ADDRESSES if opens(client, cast[role], reverse(f"wagtailadmin_pages:{name}", args=[post.pk]))}

    assert opened(PUBLISHER, theirs) == set(ADDRESSES)
    assert opened(PUBLISHER, others) <= {"history", "usage"}, "looking is free"
    assert "edit" in opened(WRITER, theirs)
    assert "edit" not in opened(WRITER, others), "though it is the writer's own"
    assert "edit" not in opened(PUBLISHER, others.get_parent())
    assert not others.permissions_for_user(cast[PUBLISHER]).can_lock()
    assert others.get_parent().specific.permissions_for_user(cast[PUBLISHER]).can_publish_subpage()


def test_who_writes_of_one_region_chooses_no_other(client, regional):
    cast, south, north, theirs, _others = regional
    client.force_login(cast[WRITER])
    place = theirs.get_parent()
    address = reverse("wagtailadmin_pages:add", args=["cms", "column", place.pk])
    answer = client.post(address, form_of(Column(title="Utkast", slug="utkast"), regions=[north.pk]))
    assert "regions" in answer.context_data["form"].errors
    draft = written_by(client, cast[WRITER], place)
    assert list(draft.regions.all()) == [south]


def test_a_users_region_is_chosen_on_the_users_page_and_never_by_oneself(client, regional, eva):
    cast, south, north, *_posts = regional
    user = cast[EDITOR]
    sent = {"username": user.username, "email": user.email, "first_name": "A", "last_name": "B", "is_active": "on"}
    client.force_login(eva)
    answer = client.post(reverse("wagtailusers_users:edit", args=[user.pk]), sent | {"region": north.pk})
    assert answer.status_code == 302, answer.context_data["form"].errors
    user.refresh_from_db()
    assert user.region == north
    chief = cast[ADMINISTRATOR]
    chief.region = south
    chief.save()
    client.force_login(chief)
    own = sent | {"username": chief.username, "email": chief.email, "region": ""}
    client.post(reverse("wagtailusers_users:edit", args=[chief.pk]), own)
    chief.refresh_from_db()
    assert chief.region == south
