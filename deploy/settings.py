"""All settings, from the environment alone; every variable may also be given as `NAME_FILE`.

`deploy/env.example` lists the variables; a test compares the two.
"""

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.FileAwareEnv()
ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

DEBUG = env.bool("DEBUG", default=False)


def secret(name: str) -> str:
    """Return the secret `name`; only DEBUG may do without (a fixed value that protects nothing)."""
    value = env.str(name, default="").strip()
    if value or not DEBUG:
        if not value:
            raise ImproperlyConfigured(
                f"{name} is missing. Set it (or {name}_FILE), see deploy/env.example; only DEBUG=1 starts without."
            )
        return value
    return f"insecure-development-{name.lower()}"


def secrets(name: str) -> list[str]:
    """Return the secrets in `name`, parted by commas or spaces: the first writes, all read."""
    found = secret(name).replace(",", " ").split()
    if not found:
        raise ImproperlyConfigured(f"{name} holds no key. Write at least one; more are parted by commas.")
    return found


def lines(name: str) -> list[str]:
    """Return the non-empty lines (or comma-separated parts) of the variable `name`."""
    return [part.strip() for part in env.str(name, default="").replace(",", "\n").splitlines() if part.strip()]


SECRET_KEY = secret("SECRET_KEY")
FIELD_KEYS = secrets("FIELD_KEYS")
LINK_KEYS = secrets("LINK_KEYS")
SUPPRESSION_KEY = secret("SUPPRESSION_KEY")

SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
FRONTEND_URL = env.str("FRONTEND_URL", default="").rstrip("/")
ALLOWED_HOSTS = lines("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Whose X-Forwarded-For is believed, for the rate limits; a proxy on the same machine by default.
TRUSTED_PROXIES = lines("TRUSTED_PROXIES") or ["127.0.0.0/8", "::1/128"]

INSTALLED_APPS = [
    "deploy",
    "social",
    "newsletter",
    "cms",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.user_config.UsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "ninja",
    "django_filters",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "deploy.headers.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "deploy.aside.StepAside",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "deploy.urls"
WSGI_APPLICATION = "deploy.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

VAR.mkdir(exist_ok=True)
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'ordet.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a deferred transaction that turns into a writer fails at once instead of waiting for its turn.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    INSTALLED_APPS.append("django.contrib.postgres")
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if "locmem" in CACHES["default"]["BACKEND"].lower():
    # Django's 300 are fewer than a site has pages.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 10_000} | CACHES["default"].get("OPTIONS", {})


def _beside(name: str, entries: int) -> dict[str, Any]:
    if "redis" in CACHES["default"]["BACKEND"].lower():
        return CACHES["default"] | {"KEY_PREFIX": name}
    backend = "django.core.cache.backends.locmem.LocMemCache"
    return {"BACKEND": backend, "LOCATION": name, "OPTIONS": {"MAX_ENTRIES": entries}}


# Beside, so that they push no kept answer out, nor are pushed out by one: the API's rate limits (without Redis each process
# counts alone), what has been asked of jobs, and suggestions for what readers type.
CACHES |= {name: _beside(name, entries) for name, entries in (("limits", 20_000), ("asked", 10_000), ("suggestions", 1_000))}

# The cache in front, told by a job of what has changed: with a token as Cloudflare wants it, else by PURGE.
CDN_PURGE_URL = env.str("CDN_PURGE_URL", default="").strip()
CDN_PURGE_TOKEN = env.str("CDN_PURGE_TOKEN", default="").strip()
PURGING = {"BACKEND": "cms.purging.Cache", "LOCATION": CDN_PURGE_URL, "TOKEN": CDN_PURGE_TOKEN}
WAGTAILFRONTENDCACHE = {"default": PURGING} if CDN_PURGE_URL else {}

BROKER_URL = env.str("BROKER_URL", default="")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "cms.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "wagtailadmin_login"

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish"))]
# Each room keeps its own catalogue; templates keep theirs beside them, and Wagtail's missing texts stand apart,
# because makemessages would drop what it doesn't find in our code.
LOCALE_PATHS = [
    *(ROOT / "templates" / room / "locale" for room in ("admin", "newsletter", "site", "social")),
    ROOT / "cms" / "locale_wagtail",
]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STORAGE_URL = env.str("STORAGE_URL", default="")
MEDIA_ROOT = Path(STORAGE_URL.removeprefix("file://")) if STORAGE_URL.startswith("file:///") else VAR / "media"
MEDIA_URL = env.str("MEDIA_URL_BASE", default="/media/")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = "Ordet"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_CONTENT_LANGUAGES = [("sv", "Svenska")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("sv", "Svenska")]
WAGTAILADMIN_USER_LOGIN_FORM = "cms.login.SignInForm"
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILDOCS_DOCUMENT_MODEL = "cms.Attachment"
# About as good as WebP at 80.
WAGTAILIMAGES_AVIF_QUALITY = 60
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILEMBEDS_FINDERS = [{"class": "cms.embeds.Finder"}]
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "swedish"}}

MAIL_FROM = env.str("MAIL_FROM", default="Ordet <nyhetsbrev@example.se>")
MAIL_LIST_DOMAIN = env.str("MAIL_LIST_DOMAIN", default="nyhetsbrev.example.se")
MAIL_BOUNCE_DOMAIN = env.str("MAIL_BOUNCE_DOMAIN", default="studs.example.se")
MAIL_DKIM_KEY = env.str("MAIL_DKIM_KEY", default="")
MAIL_DKIM_SELECTOR = env.str("MAIL_DKIM_SELECTOR", default="ordet")
MAIL_EVENTS_SECRET = env.str("MAIL_EVENTS_SECRET", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
MAIL_RELAYS = [line.strip() for line in env.str("MAIL_RELAYS", default="").splitlines() if line.strip()]
# Django's and Wagtail's own mails become outgoing rows; only a worker speaks SMTP.
MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
OPERATOR_MAIL = env.str("OPERATOR_MAIL", default="")

LEASE_SECONDS = env.float("LEASE_SECONDS", default=60.0)
JOURNAL_DIR = Path(env.str("JOURNAL_DIR", default=str(VAR / "journal")))
FETCH_ALLOW_NETWORKS = lines("FETCH_ALLOW_NETWORKS")

ANNOUNCE_DELAY_SECONDS = env.int("ANNOUNCE_DELAY_SECONDS", default=600)
RECONCILE_WAIT_SECONDS = env.float("RECONCILE_WAIT_SECONDS", default=30.0)
LINKEDIN_VERSION = env.str("LINKEDIN_VERSION", default="202609")
LINKEDIN_API_URL = env.str("LINKEDIN_API_URL", default="https://api.linkedin.com").rstrip("/")
LINKEDIN_OAUTH_URL = env.str("LINKEDIN_OAUTH_URL", default="https://www.linkedin.com").rstrip("/")
SOCIAL_CHANNELS: dict[str, dict[str, Any]] = {
    "linkedin": {
        "BACKEND": "social.channels.linkedin.LinkedIn",
        "client_id": env.str("LINKEDIN_CLIENT_ID", default=""),
        "client_secret": env.str("LINKEDIN_CLIENT_SECRET", default=""),
        "api_url": LINKEDIN_API_URL,
        "oauth_url": LINKEDIN_OAUTH_URL,
        "upload_hosts": lines("LINKEDIN_UPLOAD_HOSTS")
        or [urlsplit(url).netloc for url in (LINKEDIN_OAUTH_URL, LINKEDIN_API_URL)],
        "version": LINKEDIN_VERSION,
    }
}
SOCIAL_MASTODON_URL = env.str("SOCIAL_MASTODON_URL", default="").strip()
if SOCIAL_MASTODON_URL:
    SOCIAL_CHANNELS["mastodon"] = {
        "BACKEND": "social.channels.mastodon.Mastodon",
        "url": SOCIAL_MASTODON_URL,
        "token": env.str("SOCIAL_MASTODON_TOKEN", default="").strip(),
    }

SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
# A year; not for subdomains, which may be other people's.
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
X_FRAME_OPTIONS = "SAMEORIGIN"
# Mails' one-click address may not redirect (RFC 8058), so TLS is the proxy's affair alone.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

# Sites whose visitors' browsers may read the content API; FRONTEND_URL is always one of them.
API_ORIGINS = [origin.rstrip("/").lower() for origin in lines("API_ORIGINS")]
API_V3 = env.bool("API_V3", default=False)
if API_V3:
    # Brings the admin's pages for its tokens along.
    INSTALLED_APPS.append("wagtail.api.v3")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "deploy.logs.JSONLine"},
    },
    "handlers": {
        name: {"class": "logging.StreamHandler", "level": level, "formatter": "json" if LOG_FORMAT == "json" else "line"}
        for name, level in (("console", "NOTSET"), ("warnings", "WARNING"))
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # They would tell of every job, indexing and bounce; db_worker resets its loggers' levels, but not a handler's.
    "loggers": {
        name: {"handlers": ["warnings"], "propagate": False}
        for name in ("apscheduler", "django.tasks", "django_tasks_db", "flufl.bounce")
    },
}

# wagtail.admin.mail still uses get_connection(); the warning is Wagtail's to mend.
warnings.filterwarnings("ignore", message=r"get_connection\(\) is deprecated", module=r"wagtail\.admin\.mail")
