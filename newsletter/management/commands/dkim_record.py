"""`manage.py dkim_record`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletter import dkim


class Command(BaseCommand):
    """The command line's way to `newsletter.dkim.signer`."""

    help = "Print the DNS record that lets receivers check what MAIL_DKIM_KEY has signed."

    def handle(self, **options: Any) -> None:
        """Print name and text."""
        try:
            signer = dkim.signer()
        except dkim.BadKey as error:
            raise CommandError(str(error)) from None
        if signer is None:
            raise CommandError("MAIL_DKIM_KEY is empty: nothing is signed here.")
        self.stdout.write(f"{signer.selector}._domainkey.{signer.domain}. TXT {signer.record}")
