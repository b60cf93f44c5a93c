"""Wagtail's API v2 with the fields of our cards, for `bench_api` alone: settings and addresses in one module."""

from deploy.settings import *  # noqa: F403 - settings are a name space
from deploy.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.api.v2", "rest_framework"]
ROOT_URLCONF = "tests.bench.two_urls"
