"""The mailbox of bounces, over a strict IMAP server's real sockets: each message counts once, whatever breaks."""

import ssl
from urllib.parse import quote

import pytest
from django.core import mail

from deploy import jobs
from newsletter import mailbox
from newsletter.checks import check_settings
from newsletter.identity import BOUNCE, LEAVE, return_address
from newsletter.models import BounceReport, Delivery, MailboxState, Member, Subscription
from tests.certificates import Authority
from tests.imap_server import ImapServer
from tests.newsletter.stage import make_list, make_mailing, make_member
from tests.newsletter.test_bounces import complaint, dsn
from tests.processes import running, until, world


def line(server, scheme="imap", password=None, folder="INBOX", **options):
    given = "".join(f"?{key}={value}" for key, value in options.items())
    secret = quote(password or server.password, safe="")
    return f"{scheme}://{server.user}:{secret}@127.0.0.1:{server.port}/{folder}{given}"


@pytest.fixture(params=[True, False], ids=["plain", "login"])
def server(request, settings):
    with ImapServer(plain=request.param) as running_server:
        if not request.param:
            running_server.password = 'hemligt "\\'
        settings.BOUNCE_MAILBOX = line(running_server)
        settings.OPERATOR_MAIL = "drift@exempel.se"
        yield running_server


@pytest.fixture
def sent(db, now):
    """Three people who were sent a mailing."""
    mailing_list = make_list()
    people = [make_member(number, mailing_list, now) for number in (1, 2, 3)]
    mailing = make_mailing(mailing_list, now)
    for member in people:
        Delivery.objects.create(mailing=mailing, member=member, address=member.ascii_address, state="accepted")
    return mailing, people


def bounce(mailing, member, status="5.1.1", said="550 5.1.1 user unknown"):
    report = dsn(status, said, to=return_address(BOUNCE, mailing.pk, member.pk))
    return report.replace(b"m1@exempel.se", member.ascii_address.encode())


def states():
    return list(Delivery.objects.order_by("member_id").values_list("state", flat=True))


def test_bounces_complaints_and_wishes_to_leave_are_taken_in(server, sent, now):
    mailing, (one, two, three) = sent
    server.put(bounce(mailing, one))
    server.put(complaint(return_address(BOUNCE, mailing.pk, two.pk)))
    server.put(f"To: {return_address(LEAVE, mailing.pk, three.pk)}\n\n".encode())
    server.put(b"From: anna@example.se\nSubject: Hej\n\nHej")
    report = mailbox.mailbox_due(now)
    assert report.failed == []
    assert report.counts == {"hard": 1, "complaint": 1, "none": 2}
    assert states() == ["bounced", "complained", "accepted"]
    assert list(Member.objects.order_by("pk").values_list("status", flat=True)) == ["bounced", "active", "active"]
    assert not Subscription.objects.filter(member__in=[two, three], state="subscribed").exists()
    assert sorted(BounceReport.objects.values_list("kind", flat=True)) == ["complaint", "hard", "leaves", "none"]
    assert server.seen == {1, 2, 3, 4}


def test_what_was_read_is_not_read_again(server, sent, now):
    mailing, (one, two, _three) = sent
    server.put(bounce(mailing, one))
    mailbox.mailbox_due(now)
    mailbox.mailbox_due(now)
    server.put(bounce(mailing, two))
    mailbox.mailbox_due(now)
    assert server.fetched == [1, 2]
    assert MailboxState.objects.get().last_uid == 2


def test_a_server_that_renumbers_makes_nothing_count_twice(server, sent, now):
    mailing, (one, _two, _three) = sent
    server.put(bounce(mailing, one, "5.2.2", "552 full"))
    mailbox.mailbox_due(now)
    server.renumber()
    mailbox.mailbox_due(now)
    assert server.fetched == [1, 1]
    assert Member.objects.get(pk=one.pk).soft_bounces == 1
    assert MailboxState.objects.get().uid_validity == server.validity


@pytest.mark.parametrize("command", ["UID FETCH", "UID STORE", "UID SEARCH", "SELECT"])
def test_a_connection_that_breaks_is_taken_up_again(server, sent, now, command):
    mailing, (one, two, _three) = sent
    server.put(bounce(mailing, one, "5.2.2", "552 full"))
    server.put(bounce(mailing, two))

    def hang_up(given):
        if given.startswith(command):
            raise ConnectionError

    server.before = hang_up
    assert mailbox.mailbox_due(now).failed != []
    server.before = lambda given: None
    assert mailbox.mailbox_due(now).failed == []
    assert states() == ["bounced", "bounced", "accepted"]
    assert Member.objects.get(pk=one.pk).soft_bounces == 1


def test_a_wrong_password_is_told_once_and_never_shown(server, sent, now, settings, caplog):
    settings.BOUNCE_MAILBOX = line(server, password="fel-4711")
    for _ in range(3):
        with pytest.raises(jobs.Incomplete) as error:
            jobs.read_mailboxes(now)
    (letter,) = mail.outbox
    assert letter.to == ["drift@exempel.se"]
    assert "4711" not in letter.body + str(error.value) + caplog.text + MailboxState.objects.get().last_error
    settings.BOUNCE_MAILBOX = line(server)
    mailbox.mailbox_due(now)
    assert MailboxState.objects.get(last_error="").read_at == now


def test_a_folder_that_is_not_there_is_told(server, sent, now, settings):
    settings.BOUNCE_MAILBOX = line(server, folder="Studsar")
    assert "folder" in mailbox.mailbox_due(now).failed[0]


def test_one_broken_mailbox_does_not_stop_the_other(server, sent, now, settings):
    mailing, (one, _two, _three) = sent
    server.put(bounce(mailing, one))
    settings.BOUNCE_MAILBOX = f"imap://u:p@127.0.0.1:1/INBOX\n{line(server)}"
    report = mailbox.mailbox_due(now)
    assert (len(report.failed), report.counts["hard"]) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("trusted", [True, False])
def test_tls_is_checked(tmp_path, monkeypatch, settings, now, trusted):
    authority = Authority(tmp_path)
    certificate = authority.issue("127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.cert, certificate.key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    with ImapServer(context=context) as server:
        settings.BOUNCE_MAILBOX = line(server, scheme="imaps")
        report = mailbox.mailbox_due(now)
        assert bool(report.failed) is not trusted
        assert ("LOGOUT" in server.commands) is trusted


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("imaps://u:p@mail.example.se/INBOX", None),
        ("imap://u:p@127.0.0.1/INBOX", None),
        ("imap://u:p@mail.example.se/INBOX?starttls=1", None),
        ("imap://u:p@mail.example.se/INBOX", "newsletter.E008"),
        ("pop3://u:p@mail.example.se", "newsletter.E007"),
        ("imaps://mail.example.se/INBOX", "newsletter.E007"),
        ("imaps://u:p@mail.example.se:x/INBOX", "newsletter.E007"),
        ("imaps://u:p@mail.example.se/INBOX?tls=1", "newsletter.E007"),
        ('imaps://u:p@mail.example.se/A"B', "newsletter.E007"),
    ],
)
def test_a_bad_line_stops_the_start(settings, given, wrong):
    settings.BOUNCE_MAILBOX = given
    found = [message.id for message in check_settings() if message.id in {"newsletter.E007", "newsletter.E008"}]
    assert found == ([wrong] if wrong else [])


@pytest.mark.parametrize("server", [True], indirect=True)
def test_a_reader_killed_at_its_work_counts_nothing_twice(tmp_path, server):
    """SIGKILL while a message is being marked as read: it was taken in, and the next reader goes on behind it."""
    with world(tmp_path, BOUNCE_MAILBOX=line(server), FETCH_ALLOW_NETWORKS="127.0.0.0/8") as made:
        asked = made.ask(SETUP).split()
        raws = [
            dsn("5.2.2", f"552 full {number}", to=address).replace(b"m1@exempel.se", b"m%d@exempel.se" % number)
            for number, address in enumerate(asked, start=1)
        ]
        for raw in raws:
            server.put(raw)
        stuck = []

        def wait(command):
            if command.startswith("UID STORE") and not stuck:
                stuck.append(command)
                until(lambda: killed, 60)

        killed = []
        server.before = wait
        with running(made.python(READ)) as process:
            # A process may take its time to start on a busy machine.
            until(lambda: stuck, 60)
            process.kill()
            killed.append(True)
        made.ask(READ)
        assert made.query("SELECT soft_bounces FROM newsletter_member ORDER BY id") == [(1,)] * 3
        assert made.query("SELECT count(*) FROM newsletter_bouncereport") == [(3,)]


READ = """
from django.utils import timezone
from newsletter import mailbox
report = mailbox.mailbox_due(timezone.now())
assert not report.failed, report.failed
"""
SETUP = """
from django.utils import timezone
from newsletter.identity import return_address
from newsletter.models import Delivery
from tests.newsletter.stage import make_list, make_mailing, make_member
now, mailing_list = timezone.now(), make_list()
people = [make_member(number, mailing_list, now) for number in (1, 2, 3)]
mailing = make_mailing(mailing_list, now)
for member in people:
    Delivery.objects.create(mailing=mailing, member=member, address=member.ascii_address, state="accepted")
    print(return_address("b", mailing.pk, member.pk))
"""
