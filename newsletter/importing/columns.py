"""What a column may hold, and the headings by which it is known."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

ADDRESS, NAME, FIRST, LAST, TAGS, JOINED, REGION = "address", "name", "first", "last", "tags", "joined_on", "region"
NUMBER, EMPLOYER, ROLE = "membership_number", "employer", "role"
# No column: what an import did to somebody who so far only subscribed.
MEMBER = "is_member"
# In the order in which the mapping page offers them.
FIELDS = {
    ADDRESS: _("E-mail address"),
    NAME: _("Name"),
    FIRST: _("First name"),
    LAST: _("Last name"),
    EMPLOYER: _("Employer"),
    ROLE: _("Role"),
    REGION: _("Region"),
    NUMBER: _("Membership number"),
    JOINED: _("Member since"),
    TAGS: _("Tags"),
}
# Headings in small letters, without spaces and punctuation.
_HEADINGS = {
    ADDRESS: "epost epostadress epostadresser mejl mejladress mail mailadress email emailaddress address adress",
    NAME: "namn name fullständigtnamn helanamnet fullname medlem kontaktperson",
    FIRST: "förnamn fornamn tilltalsnamn firstname givenname",
    LAST: "efternamn lastname surname familyname",
    EMPLOYER: "arbetsgivare organisation arbetsplats företag förvaltning kommun kommunnamn employer company municipality",
    ROLE: "roll befattning titel yrkestitel tjänst uppdrag role title jobtitle position",
    REGION: "region regionlän län lan länsnamn länskod område county",
    NUMBER: "medlemsnummer medlemsnr medlnr medlemsid membershipnumber memberid",
    JOINED: "medlemsedan inträdesdatum inträde medlemfrån startdatum joined joinedon membersince",
    TAGS: "etiketter etikett taggar tagg nyckelord grupper tags tag labels",
}
_KNOWN = {heading: field for field, words in _HEADINGS.items() for heading in words.split()}
_ALMOST_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def field_of(heading: str) -> str:
    """Return the field that a heading names, or nothing."""
    return _KNOWN.get(re.sub(r"[\W_]+", "", heading.lower()), "")


def looks_like_address(cell: str) -> bool:
    """Tell whether a cell holds an address rather than the word for one."""
    return bool(_ALMOST_ADDRESS.fullmatch(cell.strip()))


def guess(heading: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    """Return the field of each column: by its heading, and the addresses by their look where no heading names them."""
    found = [field_of(cell) for cell in heading]
    if ADDRESS not in found:
        places = range(max((len(row) for row in [heading, *samples]), default=0))
        hits = {place: sum(len(row) > place and looks_like_address(row[place]) for row in samples) for place in places}
        best = max(hits, key=lambda place: hits[place], default=None)
        if best is not None and hits[best]:
            found += [""] * (best + 1 - len(found))
            found[best] = ADDRESS
    return _each_address_once(found)


def _each_address_once(found: list[str]) -> list[str]:
    first = found.index(ADDRESS) if ADDRESS in found else -1
    return ["" if field == ADDRESS and place != first else field for place, field in enumerate(found)]
