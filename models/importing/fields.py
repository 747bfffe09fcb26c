"""The fields that an imported row may carry, what they are called, and headings that mean them."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER, TAG
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence


class ImportField(StrEnum):
    """A field of a customer that a column of a file can hold; its value is its name in the book."""

    MICROSOFT_ID = "microsoft_id"
    COMPANY_NAME = "company_name"
    PRIMARY_DOMAIN = "primary_domain"
    RELATIONSHIP = "relationship_to_partner"
    COUNTRY = "country"
    INDIRECT_RESELLER = "indirect_reseller"
    TAGS = "tags"
    REGISTRATION_NUMBER = "organization_registration_number"
    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ADDRESS_LINE1 = "address_line1"
    ADDRESS_LINE2 = "address_line2"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PHONE_NUMBER = "phone_number"


PORTAL_FIELDS = (
    ImportField.MICROSOFT_ID,
    ImportField.COMPANY_NAME,
    ImportField.PRIMARY_DOMAIN,
    ImportField.RELATIONSHIP,
)
"""What every export of Partner Center's customer list has (`reference/rules.md §14`)."""

BILLING_FIELDS = (
    ImportField.EMAIL,
    ImportField.FIRST_NAME,
    ImportField.LAST_NAME,
    ImportField.ADDRESS_LINE1,
    ImportField.ADDRESS_LINE2,
    ImportField.CITY,
    ImportField.STATE,
    ImportField.POSTAL_CODE,
    ImportField.PHONE_NUMBER,
)
"""What is kept in the billing profile."""

_WORDS: dict[str, str] = {
    **BILLING.fields,
    **COMPANY.fields,
    **CUSTOMER.fields,
    ImportField.COMPANY_NAME: N_("Company name"),
    ImportField.PRIMARY_DOMAIN: N_("Primary domain name"),
    ImportField.INDIRECT_RESELLER: N_("Reseller"),
    ImportField.TAGS: TAG.fields["name"],
}
FIELD_TITLES = {field: _WORDS[field] for field in ImportField}
"""What each field is called on the screen and in files."""

LINE_TITLE, REASON_TITLE = N_("Line"), N_("Reason")
"""Headings of the two columns that a file of refused rows has more; import leaves them out."""


def key(text: str) -> str:
    """Return `text` as headings and words are compared: folded, letters and digits only."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def headings() -> dict[ImportField, list[str]]:
    """Return the keys of the headings that mean each field, the surest first.

    The book's own name of a field comes first; its title in the language in use is known too. A
    heading that is sure in one language comes before one that is doubtful in another.
    """
    tiers = list(zip_longest(*(words.headings for words in import_words()), fillvalue={}))
    return {
        field: [
            key(heading)
            for heading in (
                field,
                _(FIELD_TITLES[field]),
                *(name for tier in tiers for names in tier for name in names.get(field, ())),
            )
        ]
        for field in ImportField
    }


def doubtful_headings() -> frozenset[str]:
    """Return the keys of headings that mean the Microsoft ID only where GUIDs stand below."""
    return frozenset(key(heading) for words in import_words() for heading in words.doubtful)


def own_places(columns: Sequence[str]) -> set[int]:
    """Return the indexes of the two columns that a file of refused rows has added, if it is one."""
    line = {key(heading) for heading in (*(words.line for words in import_words()), _(LINE_TITLE))}
    reason = {
        key(heading) for heading in (*(words.reason for words in import_words()), _(REASON_TITLE))
    }
    keys = [key(column) for column in columns]
    for place, pair in enumerate(pairwise(keys)):
        if pair[0] in line and pair[1] in reason:
            return {place, place + 1}
    return set()
