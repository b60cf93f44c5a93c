"""A mail server that keeps what it gets: every mail of the demo ends here, nobody else's inbox.

Strict as a good relay: it refuses bare line feeds, overlong lines, addresses that are none and messages
without the headers that a mail must have. Counts per address are taken at the SMTP server, so they prove
what was delivered. Run by itself: `python -m deploy.demo.mailcatcher --folder DIR`.
"""

import argparse
import email
import email.policy
import json
import signal
import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from email_validator import EmailNotValidError, validate_email

LONGEST_LINE = 998
LARGEST = 10_000_000
NEEDED = ("From", "To", "Subject", "Date", "Message-ID")


class Box:
    """The caught mails: a file each, and one line of an index each; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.index = folder / "index.jsonl"
        self.lock = threading.Lock()
        self.entries: list[dict[str, Any]] = []
        if self.index.exists():
            self.entries = [json.loads(line) for line in self.index.read_text().splitlines()]

    def keep(self, sender: str, recipients: list[str], raw: bytes) -> int:
        """Store one message; return its number, from 1."""
        message = parse(raw)
        with self.lock:
            number = len(self.entries) + 1
            (self.folder / f"{number:06}.eml").write_bytes(raw)
            entry = {
                "number": number,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "sender": sender,
                "recipients": recipients,
                "to": str(message["To"]),
                "subject": str(message["Subject"]),
                "message_id": str(message["Message-ID"]),
            }
            with self.index.open("a") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self.entries.append(entry)
        return number

    def counts(self) -> dict[str, int]:
        """Return how many mails each address has got."""
        counts: dict[str, int] = {}
        for entry in list(self.entries):
            for address in entry["recipients"]:
                counts[address] = counts.get(address, 0) + 1
        return counts

    def raw(self, number: int) -> bytes:
        """Return a message's bytes; raises FileNotFoundError."""
        return (self.folder / f"{number:06}.eml").read_bytes()

    def inbox(self, address: str) -> list[dict[str, Any]]:
        """Return the entries for `address`, newest first."""
        return [entry for entry in reversed(self.entries) if address in entry["recipients"]]


def parse(raw: bytes) -> EmailMessage:
    """Return a message with its headers decoded."""
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def fault(raw: bytes) -> str:
    """Return what a strict relay would refuse about a message; empty when it is fine."""
    if b"\n" in raw.replace(b"\r\n", b""):
        return "554 5.6.0 bare line feed"
    if any(len(line) > LONGEST_LINE for line in raw.split(b"\r\n")):
        return f"554 5.6.0 a line is longer than {LONGEST_LINE} octets"
    head = raw.partition(b"\r\n\r\n")[0]
    if not head.isascii():
        return "554 5.6.0 a header holds raw non-ASCII"
    message = parse(raw)
    missing = [name for name in NEEDED if len(message.get_all(name, [])) != 1]
    return f"554 5.6.0 needs exactly one of each: {', '.join(missing)}" if missing else ""


class Door:
    """What the SMTP server asks about each message."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and shape
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address that is one."""
        try:
            validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            return "553 5.1.3 not an address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message that is in order."""
        raw = envelope.original_content or b""
        if wrong := fault(raw):
            return wrong
        number = self.box.keep(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return f"250 2.0.0 kept as {number}"


def serve_smtp(box: Box, host: str, port: int) -> Controller:
    """Start the SMTP server in a thread of its own and return it."""
    door = Controller(Door(box), hostname=host, port=port, data_size_limit=LARGEST, decode_data=False, ident="Ordets brevlåda")
    door.start()
    return door


def main() -> None:
    """Serve until told to stop."""
    from deploy.demo.mailpages import serve_pages

    parser = argparse.ArgumentParser(description="Catch all mails and show them.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp", type=int, default=1025)
    parser.add_argument("--http", type=int, default=8025)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    box = Box(options.folder)
    door = serve_smtp(box, options.host, options.smtp)
    pages = serve_pages(box, options.host, options.http)
    print(f"SMTP on {options.host}:{options.smtp}, pages on http://{options.host}:{options.http}/", flush=True)
    stop.wait()
    pages.shutdown()
    door.stop()


if __name__ == "__main__":
    main()
