"""The newsletter's tables, one file per subject."""

from newsletter.models.among import Among as Among
from newsletter.models.application import MembershipApplication
from newsletter.models.audience import MailingList, SignUp, Subscription, SubscriptionChange, Suppression
from newsletter.models.digest import Digest
from newsletter.models.importing import ImportedRow, MemberImport
from newsletter.models.issue import Approval, Issue
from newsletter.models.links import LinkCheck
from newsletter.models.login import MemberLogin
from newsletter.models.mailing import Batch, Delivery, MailedPost, Mailing
from newsletter.models.member import EarlierAddress, Erased, Member, MemberTag
from newsletter.models.personal import AddressChange, Knock, PersonalLink, Question
from newsletter.models.reading import MailingLink, Reading, Visits
from newsletter.models.relay import RelayShare, RelayState, SingleMail
from newsletter.models.reports import BounceReport, MailboxState, ProviderEvent
from newsletter.models.rules import NewsletterRules
from newsletter.models.segment import Segment
from newsletter.models.tally import Tally

__all__ = [
    "AddressChange",
    "Approval",
    "Batch",
    "BounceReport",
    "Delivery",
    "Digest",
    "EarlierAddress",
    "Erased",
    "ImportedRow",
    "Issue",
    "Knock",
    "LinkCheck",
    "MailboxState",
    "MailedPost",
    "Mailing",
    "MailingLink",
    "MailingList",
    "Member",
    "MemberImport",
    "MemberLogin",
    "MemberTag",
    "MembershipApplication",
    "NewsletterRules",
    "PersonalLink",
    "ProviderEvent",
    "Question",
    "Reading",
    "RelayShare",
    "RelayState",
    "Segment",
    "SignUp",
    "SingleMail",
    "Subscription",
    "SubscriptionChange",
    "Suppression",
    "Tally",
    "Visits",
]
