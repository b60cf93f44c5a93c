"""Registers the report in the admin; no logic here."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from deploy.reports import PERMISSION, JobsReport


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    """Give the report its address."""
    return [path("reports/jobs/", JobsReport.as_view(), name="jobs_report")]


class JobsMenuItem(MenuItem):
    """Shown to whoever may see the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the user may see it."""
        return bool(request.user.has_perm(PERMISSION))


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    """Put the report first among the reports."""
    return JobsMenuItem(_("Mailings and jobs"), reverse("jobs_report"), icon_name="time", order=100)


@hooks.register("register_permissions")
def permissions() -> Any:
    """Let a group's form offer the permission."""
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="deploy", codename="view_jobrun")
