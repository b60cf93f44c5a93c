"""10,000 requests made up from the content API's document: no server error, and no answer that the document doesn't describe."""

import os
import sys
import tempfile
import time
from pathlib import Path

REQUESTS = int(os.environ.get("REQUESTS", "10000"))
# Operations times valid and invalid, and a share that schemathesis can't make invalid.
KINDS = 20


def main() -> int:
    """Fill a site, ask it, and print how many answers had which status."""
    import tests.environment  # noqa: F401
    from tests.processes import world

    with tempfile.TemporaryDirectory() as folder, world(Path(folder), STORAGE_URL=f"file://{folder}/media") as house:
        os.environ |= house.environment | {"DJANGO_SETTINGS_MODULE": "deploy.settings", "DEBUG": "0"}
        return ask()


def ask() -> int:
    """Send the requests; return 1 when there were fewer than promised. A failure raises with the request that shows it."""
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    application = get_wsgi_application()
    from tests.fuzzing import fuzz
    from tests.stocked import stock

    stock(timezone.now())
    began = time.monotonic()
    found = fuzz(application, REQUESTS // KINDS + 1)
    sent = sum(found.values())
    told = ", ".join(f"{status}: {number}" for status, number in sorted(found.items()))
    print(f"{sent} requests in {time.monotonic() - began:.0f} s, no server error, no schema violation ({told})")
    return 0 if sent >= REQUESTS else 1


if __name__ == "__main__":
    sys.exit(main())
