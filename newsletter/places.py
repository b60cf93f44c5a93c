"""Names of the room's pages in the admin, and the rights that lead there."""

ISSUE, MAILING = "wagtailsnippets_newsletter_issue:", "wagtailsnippets_newsletter_mailing:"
MAY_SEND, MAY_STEER, MAY_SEE = "newsletter.add_mailing", "newsletter.change_mailing", "newsletter.view_mailing"
MAY_EDIT, MAY_BEGIN = "newsletter.change_issue", "newsletter.add_issue"
MAY_FOLLOW: tuple[str, ...] = (MAY_SEE, MAY_STEER, MAY_SEND)
