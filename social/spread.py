"""Where a post went on the channels, for the editor of the post."""

from collections.abc import Iterable

from cms.trail import Look, Step
from social.models import Announcement
from social.words import occasion_words


def trail(look: Look) -> Iterable[Step]:
    """Yield a step per announcement of the post, oldest first."""
    for row in Announcement.objects.filter(translation_key=look.post.translation_key).order_by("created_at", "pk"):
        yield Step(at=row.settled_at or row.next_attempt_at, what=occasion_words(row), state=row.state_words, url=row.remote_url)
