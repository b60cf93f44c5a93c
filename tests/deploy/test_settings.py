"""A bad configuration stops the start with an id and a hint; secrets may come from files."""

import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from deploy.checks import check_settings
from deploy.site import follow_site_url


def ids(**kwargs):
    return [message.id for message in check_settings()]


def test_the_tests_own_settings_raise_no_error(settings):
    assert [each for each in check_settings() if each.level >= 40] == []


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("BROKER_URL", "amqp://localhost", "deploy.E001"),
        ("STORAGE_URL", "s3://bucket", "deploy.E002"),
        ("SITE_URL", "ordet.example.se", "deploy.E006"),
        ("FRONTEND_URL", "https://example.se/nyheter", "deploy.E006"),
        ("LOG_FORMAT", "xml", "deploy.E007"),
        ("SENTRY_DSN", "https://key@sentry.example/1", "deploy.E008"),
        ("ALLOWED_HOSTS", ["other.example"], "deploy.W001"),
        ("SECRET_KEY", "short", "deploy.W002"),
    ],
)
def test_what_can_not_work_is_said(settings, name, value, wanted):
    setattr(settings, name, value)
    assert wanted in ids()
    assert all(message.hint for message in check_settings())


def start(tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.SECRET_KEY)"],
        cwd=django_settings.ROOT,
        env={"DJANGO_SETTINGS_MODULE": "deploy.settings", "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_secrets_the_start_is_refused_in_words(tmp_path):
    done = start(tmp_path)
    assert done.returncode != 0
    assert "SECRET_KEY is missing" in done.stderr
    assert "SUPPRESSION_KEY is missing" in start(tmp_path, SECRET_KEY="a", FIELD_KEYS="b", LINK_KEYS="c").stderr


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")
    done = start(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"), FIELD_KEYS="b", LINK_KEYS="c", SUPPRESSION_KEY="d")
    assert done.stdout == "from-a-file\n", done.stderr


def test_the_site_row_follows_site_url(home, settings):
    from wagtail.models import Site

    settings.SITE_URL = "https://ordet.example.se:8443"
    follow_site_url()
    assert Site.objects.values_list("hostname", "port").get() == ("ordet.example.se", 8443)


def test_keys_that_are_only_commas_are_no_keys(tmp_path):
    done = start(tmp_path, SECRET_KEY="a", FIELD_KEYS="b", LINK_KEYS=" , ", SUPPRESSION_KEY="d")
    assert done.returncode != 0
    assert "LINK_KEYS holds no key" in done.stderr
