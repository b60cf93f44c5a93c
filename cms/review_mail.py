"""Once a week, a mail to everybody who has posts to look over again; who has none gets none."""

import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.addresses import own_url
from cms.keydates import STOCKHOLM
from cms.models import Post, User
from cms.review import due

logger = logging.getLogger(__name__)

# So many posts are named; the list shows the rest.
NAMED = 10


def remind(now: datetime) -> int:
    """Mail each person who may edit posts that are due at `now`; returns how many were told.

    All mails are rows of one transaction: whoever runs this once a week tells nobody twice, whatever dies meanwhile.
    """
    with transaction.atomic():
        return sum(_tell(user, now) for user in _people())


def _people() -> QuerySet[User]:
    """Return who may have to do with pages and can be reached."""
    mine = Q(is_superuser=True) | Q(groups__page_permissions__isnull=False)
    return User.objects.filter(mine, is_active=True).exclude(email="").distinct().order_by("pk")


def _tell(user: Any, now: datetime) -> bool:
    posts = due(user, now)
    count = posts.count()
    if not count:
        return False
    words = ngettext("%(n)s post to look over again", "%(n)s posts to look over again", count) % {"n": count}
    try:
        with transaction.atomic():
            EmailMessage(words, _body(list(posts[:NAMED]), count), to=[user.email]).send()
    except ValidationError:
        # An address that somebody mistyped keeps nobody else from hearing.
        logger.warning("The address of user %s takes no mail.", user.pk)
        return False
    return True


def _body(posts: list[Post], count: int) -> str:
    beginning = _("These posts should be looked over again. Change what is wrong, or say on the list that they are right:")
    left = count - len(posts)
    more = [ngettext("and %(n)s more.", "and %(n)s more.", left) % {"n": left}] if left else []
    where = f"{_('The list:')}\n{own_url(reverse('cms_review'))}"
    return "\n\n".join([beginning, *map(_line, posts), *more, where])


def _line(post: Post) -> str:
    edit = own_url(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    if post.review_by:
        since = _("due since %(day)s") % {"day": date_format(post.review_by, "j F Y")}
    else:
        published = post.last_published_at.astimezone(STOCKHOLM)
        since = _("last published on %(day)s") % {"day": date_format(published, "j F Y")}
    return f"{post.title} ({since})\n{edit}"
