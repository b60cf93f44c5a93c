"""The newsletter's tables, one file per subject."""

from newsletter.models.audience import MailingList, SignUp, Subscription, SubscriptionChange, Suppression
from newsletter.models.issue import Issue
from newsletter.models.mailing import Batch, Delivery, Mailing
from newsletter.models.member import Member
from newsletter.models.relay import RelayState, SingleMail

__all__ = [
    "Batch",
    "Delivery",
    "Issue",
    "Mailing",
    "MailingList",
    "Member",
    "RelayState",
    "SignUp",
    "SingleMail",
    "Subscription",
    "SubscriptionChange",
    "Suppression",
]
