"""A site with something behind every address of the content API, in a database of one's own or a test's."""

from datetime import datetime

from tests.browser.magazine import printed


def stock(now: datetime) -> None:
    """Publish a post of every kind and send an issue to everybody on a list whose archive is open."""
    from newsletter.letter import Letter
    from newsletter.models import Mailing
    from tests.newsletter.stage import make_list, make_mailing

    printed(now)
    letter = Letter("Nytt i mars", "<p>Hej @@name@@, <a href='@@unsubscribe@@'>avsluta</a></p>", "Hej @@name@@")
    make_mailing(make_list(), now, letter, frozen_at=now, state=Mailing.SENT)
