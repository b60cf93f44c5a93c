"""Approval by Wagtail's own workflow: its last task publishes, and so approves."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Workflow, WorkflowTask
from wagtail.models.workflows import GroupApprovalTask

from newsletter.hands import OwnWork
from newsletter.models import Approval, Issue, MailingList, NewsletterRules
from tests.newsletter.test_approval import refused, start, written

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:get_connection")]


@pytest.fixture
def readers(home):
    return MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")


@pytest.fixture
def anna(django_user_model):
    return django_user_model.objects.create_superuser("anna", "anna@example.se", "anna-approves")


@pytest.fixture
def in_review(readers, eva):
    task = GroupApprovalTask.objects.create(name="Granskning")
    task.groups.add(Group.objects.create(name="Granskare"))
    workflow = Workflow.objects.create(name="Nyhetsbrev")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    workflow.workflow_content_types.create(content_type=ContentType.objects.get_for_model(Issue))
    issue = written(readers, eva)
    workflow.start(issue, eva)
    return issue


@pytest.fixture
def act(django_capture_on_commit_callbacks):
    def go(issue, act, user):
        state = Issue.objects.get(pk=issue.pk).current_workflow_task_state
        with django_capture_on_commit_callbacks(execute=True):
            state.task.specific.on_action(state, user, act)

    return go


def test_the_last_task_approves(in_review, act, readers, anna):
    act(in_review, "approve", anna)
    issue = Issue.objects.get(pk=in_review.pk)
    assert issue.approvals.get().by == anna
    assert start(issue, readers)


def test_a_rejection_does_not(in_review, act, readers, anna):
    act(in_review, "reject", anna)
    assert "inte godkänt" in refused(in_review, readers)
    assert not Approval.objects.exists()


def test_the_writer_can_not_approve_it_there_either(in_review, act, readers, eva):
    NewsletterRules.objects.update_or_create(defaults={"second_person": True})
    with pytest.raises(OwnWork):
        act(in_review, "approve", eva)
    assert Issue.objects.get(pk=in_review.pk).workflow_in_progress, "nothing has happened"
    assert "inte godkänt" in refused(in_review, readers)


def test_the_list_of_tasks_says_why_the_writer_can_not(in_review, client, eva):
    NewsletterRules.objects.update_or_create(defaults={"second_person": True})
    client.force_login(eva)
    state = Issue.objects.get(pk=in_review.pk).current_workflow_task_state
    page = f"/admin/snippets/newsletter/issue/workflow/action/{in_review.pk}/approve/{state.pk}/"
    answer = client.post(page, {"comment": ""}, follow=True).content.decode()
    assert "Någon annan måste godkänna" in answer
    assert not Issue.objects.get(pk=in_review.pk).live
