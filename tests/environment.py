"""The environment of every test run: set before the settings are read, whatever the shell holds."""

import os

# DATABASE_URL alone is let through: the suite runs on both databases.
STRAY = (
    "MAIL_", "LINKEDIN_", "SOCIAL_", "SENTRY_", "BROKER_", "STORAGE_", "CACHE_", "CDN_",
    "MEDIA_", "FRONTEND_", "API_V3", "METRICS_",
)
for name in [name for name in os.environ if name.startswith(STRAY)]:
    del os.environ[name]

os.environ |= {
    "DEBUG": "0",
    "SECRET_KEY": "tests-only-secret-key-of-fifty-characters-or-a-few-more",
    "FIELD_KEYS": "tests-field-key",
    "LINK_KEYS": "tests-link-key",
    "SUPPRESSION_KEY": "tests-suppression-key",
    "SITE_URL": "https://ordet.example.se",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost,ordet.example.se",
    "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
    "LEASE_SECONDS": "2",
    "ANNOUNCE_DELAY_SECONDS": "0",
    "LOG_LEVEL": "WARNING",
}
