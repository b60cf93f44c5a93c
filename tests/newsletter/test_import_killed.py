"""An import by real processes that are killed: what was done is done once, and the rest follows."""

import signal

from tests.processes import running, until, world

ROWS = 4_000


def test_a_killed_import_goes_on_and_does_nothing_twice(tmp_path):
    file = tmp_path / "medlemmar.csv"
    file.write_text("E-post;Namn\n" + "".join(f"n{number}@exempel.se;N {number}\n" for number in range(ROWS)))
    with world(tmp_path, LEASE_SECONDS="1") as made:
        made.run("shell", "-c", "from newsletter.models import MailingList; MailingList.objects.create(name='M', slug='m')")
        command = ("import_members", str(file), "--list", "m", "--json")

        def count(table):
            return made.query(f"SELECT COUNT(*) FROM newsletter_{table}")[0][0]

        for table in ("importedrow", "member"):
            with running(made.start(*command)) as process:
                until(lambda table=table: count(table) or process.poll() is not None, 120)
                process.send_signal(signal.SIGKILL)
                process.wait(10)
            assert count(table) > 0

        def finished():
            """While the dead process's lease holds, the command says so and fails."""
            with running(made.start(*command)) as process:
                process.communicate(timeout=120)
            return process.returncode == 0

        until(finished, 120)
        assert (count("member"), count("subscription"), count("subscriptionchange")) == (ROWS, ROWS, ROWS)
        # What had been begun was gone on with, not begun anew.
        assert made.query("SELECT state, position FROM newsletter_memberimport") == [("done", ROWS + 1)]
