"""Letter: what rendering hands over, and the slots in it that are filled in per member."""

import hashlib
from dataclasses import dataclass

# Plain ASCII, so that they pass through MJML, escaping and attributes unchanged.
NAME = "@@name@@"
UNSUBSCRIBE = "@@unsubscribe@@"
PREFERENCES = "@@preferences@@"
WEB_VIEW = "@@webview@@"
LINKS = (UNSUBSCRIBE, PREFERENCES, WEB_VIEW)
SLOTS = (NAME, *LINKS)


@dataclass(frozen=True, slots=True)
class Letter:
    """An issue's words, compiled once: `html` and `text` hold the slots above, `subject` holds none.

    Links go in as `href="@@unsubscribe@@"` and are filled with absolute addresses; `@@name@@` is
    filled with the member's name, escaped for where it stands (it may be empty).
    """

    subject: str
    html: str
    text: str

    @property
    def digest(self) -> str:
        """A hash over everything that was approved."""
        return hashlib.sha256("\0".join((self.subject, self.html, self.text)).encode()).hexdigest()
