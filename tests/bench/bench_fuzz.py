"""10,000 requests made up from the content API's document: no server error, and no answer that the document doesn't describe."""

import os
import sys
import tempfile
import time

REQUESTS = int(os.environ.get("REQUESTS", "10000"))
# Operations with parameters, each asked rightly and wrongly; the others have but one request.
KINDS = 15


def main() -> int:
    """Fill a site of its own, ask it, and print how many answers had which status."""
    import tests.environment  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "STORAGE_URL": f"file://{folder}/media"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "deploy.settings"
        return ask()


def ask() -> int:
    """Send the requests; return 1 when there were fewer than promised. A failure raises with the request that shows it."""
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    application = get_wsgi_application()
    from tests.fuzzing import fuzz
    from tests.stocked import stock

    call_command("migrate", verbosity=0)
    stock(timezone.now())
    began = time.monotonic()
    found = fuzz(application, REQUESTS // KINDS + 1)
    sent = sum(found.values())
    told = ", ".join(f"{status}: {number}" for status, number in sorted(found.items()))
    print(f"{sent} requests in {time.monotonic() - began:.0f} s, no server error, no schema violation ({told})")
    return 0 if sent >= REQUESTS else 1


if __name__ == "__main__":
    sys.exit(main())
