"""Why a file, or a wish about an import, is refused; always in words for the person who sent it."""


class Unreadable(ValueError):
    """The file is no list of members."""


class WrongState(ValueError):
    """The import has come too far, or not far enough, for what is wanted."""


class LeaseLost(Exception):
    """Somebody else has taken the import over, or it was cancelled; nothing more may be written."""
