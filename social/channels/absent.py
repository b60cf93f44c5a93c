"""A network that the settings no longer name: its announcements stay and can be read; nothing goes out through it."""

from social.channels import Capabilities


class Absent:
    """What a page needs to know of such a channel; it isn't connected, and can do nothing."""

    capabilities = Capabilities(limit=0, update=False, delete=False)

    def __init__(self, alias: str) -> None:
        self.alias = self.label = alias

    def connected(self) -> bool:
        """Say no."""
        return False

    def length(self, text: str) -> int:
        """Say that nothing is counted here."""
        return 0
