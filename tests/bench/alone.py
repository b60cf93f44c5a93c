"""What must be measured in a process of its own; each prints one JSON object. `python -m tests.bench.alone WHAT …`.

`send MAILING PORT`: send a mailing and tell the process's peak memory.
`freeze PEOPLE`: on an empty database, freeze an audience and compare with the bare INSERT … SELECT.
"""

import json
import os
import re
import statistics
import sys
import time
from functools import partial
from pathlib import Path

from tests import environment
from tests.bench import crowd

assert environment
BARE = """
INSERT INTO newsletter_delivery (mailing_id, member_id, address, state, reason, relay, attempts, provider_id, last_reply)
SELECT %s, s.member_id, m.ascii_address, 'waiting', '', '', 0, '', ''
FROM newsletter_subscription s JOIN newsletter_member m ON m.id = s.member_id
WHERE s.list_id = %s AND s.state = 'subscribed'
"""


def send(mailing: str, port: str) -> dict[str, float]:
    from django.conf import settings
    from django.utils import timezone

    from newsletter import engine
    from newsletter.models import Mailing

    settings.MAIL_RELAYS = [f"smtp://127.0.0.1:{port}?connections=4&name=bench"]
    found = Mailing.objects.get(pk=int(mailing))
    began = time.perf_counter()
    crowd.send(found, timezone.now())
    spent = time.perf_counter() - began
    engine.shut_down()
    # Not getrusage's: a new program inherits that from whoever started it.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {"peak_mb": int(peak.group(1)) / 1024, "seconds": spent}


def _asked(sql: str, params: list[int] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def freeze(people: str) -> dict[str, float]:
    from django.utils import timezone

    from newsletter import mailings
    from tests.newsletter.stage import make_list, make_mailing

    now, ours, bare = timezone.now(), [], []
    listed, empty = crowd.subscribed("frysta", int(people), now), make_list("tom")
    for _ in range(3):
        other = make_mailing(empty, now, state="cancelled", finished_at=now)
        bare.append(crowd.timed(time.perf_counter, partial(_asked, BARE, [other.pk, listed.pk])))
        _asked("TRUNCATE newsletter_delivery")
        mailing = make_mailing(listed, now)
        ours.append(crowd.timed(time.perf_counter, partial(mailings.begin_due, now)))
        mailing.refresh_from_db()
        assert mailing.frozen_count == int(people), mailing.frozen_count
        # A second mailing to the same people would look whether they had enough.
        _asked("TRUNCATE newsletter_delivery, newsletter_tally")
        mailing.delete()
    return {"ours": statistics.median(ours), "bare": statistics.median(bare)}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "deploy.settings"
    import django

    django.setup()
    if sys.argv[1] == "freeze":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    print(json.dumps({"send": send, "freeze": freeze}[sys.argv[1]](*sys.argv[2:])))
