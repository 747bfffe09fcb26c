"""The lists that can be imported: their fields, the titles of fields, and the known headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER, TAG
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import N_, _
from partnerdesk.models.relationships.records import DELEGATED_ADMIN as DELEGATION
from partnerdesk.models.relationships.records import INVITATION, PARTNER
from partnerdesk.models.subscriptions.records import SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ImportField(StrEnum):
    """A field of a customer that a file can contain; the value is the field's name in the book."""

    MICROSOFT_ID = "microsoft_id"
    COMPANY_NAME = "company_name"
    PRIMARY_DOMAIN = "primary_domain"
    RELATIONSHIP = "relationship_to_partner"
    COUNTRY = "country"
    INDIRECT_RESELLER = "indirect_reseller"
    ALIAS = "alias"
    """The partner's own name for the customer."""
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
"""The columns of every export of Partner Center's customer list (`reference/rules.md §14`)."""

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
"""The fields of the billing profile."""

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
"""The title of each field on the screen and in files."""


class DelegationColumn(StrEnum):
    """A field of a delegated-admin relationship that a file can contain."""

    CUSTOMER_ID = "customer_microsoft_id"
    CUSTOMER_DOMAIN = "customer_domain"
    CUSTOMER = "customer"
    """The customer's name; it identifies the customer if the row has no id and no domain."""
    NAME = "name"
    ROLES = "roles"
    STATUS = "status"
    START = "start"
    END = "end"
    DURATION = "duration"
    AUTO_EXTEND = "auto_extend"
    MICROSOFT_ID = "microsoft_id"
    """The relationship's id: two GUIDs."""


class InvitationColumn(StrEnum):
    """A field of an invitation that a file can contain."""

    COMPANY_NAME = "company_name"
    MICROSOFT_ID = "microsoft_id"
    PRIMARY_DOMAIN = "primary_domain"
    CONTACT = "contact"
    EMAIL = "email"
    KIND = "kind"
    STATE = "state"
    SENT = "sent_at"
    CLOSED = "closed_at"


class SubscriptionColumn(StrEnum):
    """A field of a subscription that a file can contain."""

    CUSTOMER_ID = "customer_microsoft_id"
    CUSTOMER_DOMAIN = "customer_domain"
    CUSTOMER = "customer"
    """The customer's name; it identifies the customer if the row has no id and no domain."""
    NAME = "friendly_name"
    OFFER = "offer_name"
    OFFER_ID = "offer_id"
    MICROSOFT_ID = "microsoft_id"
    """The id of the subscription."""
    ORDER = "order_id"
    SEATS = "quantity"
    STATUS = "status"
    START = "effective_start_date"
    END = "commitment_end_date"
    CANCEL_UNTIL = "cancellation_allowed_until_date"
    AUTO_RENEW = "auto_renew_enabled"
    TERM = "term_duration"
    BILLING = "billing_cycle"
    RESELLER = "partner_id"
    PRICE = "unit_price"
    CURRENCY = "currency"


class PartnerColumn(StrEnum):
    """A field of an indirect provider or reseller that a file can contain."""

    NAME = "name"
    MPN_ID = "mpn_id"
    LOCATION = "location"
    KIND = "kind"
    AGREEMENT = "agreement_signed"
    MICROSOFT_ID = "microsoft_id"


@dataclass(frozen=True)
class ImportList:
    """A list that files can be imported into."""

    name: str
    """The name on the command line, such as `delegated-admin`."""
    title: str
    """The name of its rows inside a sentence, marked with `N_`."""
    command: str
    """The command that imports the list."""
    fields: type[StrEnum]
    titles: Mapping[Any, str]
    """The title of each field, marked with `N_`."""
    required: tuple[tuple[StrEnum, ...], ...]
    """Groups of fields; the file needs a column for at least one field of each group."""
    distinctive: frozenset[StrEnum]
    """The fields that no other list has."""
    by_content: Mapping[str, StrEnum] = field(default_factory=dict)
    """The field of a column of `guid`, `guids` (two GUIDs), `domain` or `email` values."""
    days: tuple[StrEnum, ...] = ()
    """The fields that contain days."""


CUSTOMERS = ImportList(
    "customers",
    N_("customers"),
    "customers import",
    ImportField,
    FIELD_TITLES,
    required=((ImportField.COMPANY_NAME,), (ImportField.MICROSOFT_ID, ImportField.PRIMARY_DOMAIN)),
    distinctive=frozenset({ImportField.TAGS, ImportField.INDIRECT_RESELLER}),
    by_content={"guid": ImportField.MICROSOFT_ID, "domain": ImportField.PRIMARY_DOMAIN},
)
_DC, _IC, _PC = DelegationColumn, InvitationColumn, PartnerColumn
DELEGATED_ADMIN = ImportList(
    "delegated-admin",
    N_("delegated-admin relationships"),
    "relationships delegated-admin import",
    DelegationColumn,
    {
        _DC.CUSTOMER_ID: N_("Microsoft ID of the customer"),
        _DC.CUSTOMER_DOMAIN: N_("Domain of the customer"),
        _DC.CUSTOMER: N_("Customer"),
        _DC.NAME: DELEGATION.fields["display_name"],
        _DC.ROLES: DELEGATION.fields["roles"],
        _DC.STATUS: DELEGATION.fields["status"],
        _DC.START: DELEGATION.fields["activated_date_time"],
        _DC.END: DELEGATION.fields["end_date_time"],
        _DC.DURATION: DELEGATION.fields["duration"],
        _DC.AUTO_EXTEND: DELEGATION.fields["auto_extend_duration"],
        _DC.MICROSOFT_ID: DELEGATION.fields["microsoft_id"],
    },
    required=((_DC.NAME,), (_DC.CUSTOMER_ID, _DC.CUSTOMER_DOMAIN, _DC.CUSTOMER)),
    distinctive=frozenset({_DC.NAME, _DC.ROLES, _DC.AUTO_EXTEND, _DC.DURATION, _DC.END}),
    by_content={"guid": _DC.CUSTOMER_ID, "domain": _DC.CUSTOMER_DOMAIN, "guids": _DC.MICROSOFT_ID},
    days=(_DC.START, _DC.END),
)
INVITATIONS = ImportList(
    "invitations",
    N_("invitations"),
    "relationships invitations import",
    InvitationColumn,
    {column: INVITATION.fields[column] for column in InvitationColumn},
    required=((_IC.COMPANY_NAME,),),
    distinctive=frozenset({_IC.SENT, _IC.STATE, _IC.KIND, _IC.CLOSED}),
    by_content={"guid": _IC.MICROSOFT_ID, "domain": _IC.PRIMARY_DOMAIN, "email": _IC.EMAIL},
    days=(_IC.SENT, _IC.CLOSED),
)
PARTNERS = ImportList(
    "partners",
    N_("partners"),
    "relationships partners import",
    PartnerColumn,
    {
        column: PARTNER.fields["relationship_type" if column is _PC.KIND else column]
        for column in PartnerColumn
    },
    required=((_PC.NAME,),),
    distinctive=frozenset({_PC.MPN_ID, _PC.AGREEMENT}),
    by_content={"guid": _PC.MICROSOFT_ID},
)
_SC = SubscriptionColumn
SUBSCRIPTIONS = ImportList(
    "subscriptions",
    N_("subscriptions"),
    "subscriptions import",
    SubscriptionColumn,
    {
        **SUBSCRIPTION.fields,
        _SC.CUSTOMER_ID: N_("Microsoft ID of the customer"),
        _SC.CUSTOMER_DOMAIN: N_("Domain of the customer"),
        _SC.CUSTOMER: N_("Customer"),
    },
    required=(
        (_SC.NAME, _SC.OFFER),
        (_SC.CUSTOMER_ID, _SC.CUSTOMER_DOMAIN, _SC.CUSTOMER),
    ),
    distinctive=frozenset(
        {_SC.OFFER, _SC.OFFER_ID, _SC.SEATS, _SC.BILLING, _SC.PRICE, _SC.MICROSOFT_ID, _SC.ORDER}
    ),
    by_content={"guid": _SC.CUSTOMER_ID, "domain": _SC.CUSTOMER_DOMAIN},
    days=(_SC.START, _SC.END, _SC.CANCEL_UNTIL),
)
LISTS = {
    kind.name: kind for kind in (CUSTOMERS, DELEGATED_ADMIN, INVITATIONS, PARTNERS, SUBSCRIPTIONS)
}
"""The lists that can be imported, by name."""

LINE_TITLE, REASON_TITLE = N_("Line"), N_("Reason")
"""The headings of the two columns that a file of refused rows adds; an import ignores them."""


def key(text: str) -> str:
    """Return `text` as headings and words are compared: folded, only letters and digits."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def headings(kind: ImportList = CUSTOMERS) -> dict[StrEnum, list[str]]:
    """Return the keys of the headings that mean each field, the most certain heading first.

    The first heading is the field's name in the book, the second its title in the current language.
    A certain heading of any language comes before a doubtful heading of any other language.
    """
    of_languages = (words.tiers(kind.name) for words in import_words())
    tiers = list(zip_longest(*of_languages, fillvalue={}))
    return {
        field: [
            key(heading)
            for heading in (
                field,
                _(kind.titles[field]),
                *(name for tier in tiers for names in tier for name in names.get(field, ())),
            )
        ]
        for field in kind.fields
    }


def doubtful_headings() -> frozenset[str]:
    """Return the keys of headings that mean the Microsoft ID only if their column has GUIDs."""
    return frozenset(key(heading) for words in import_words() for heading in words.doubtful)


def own_places(columns: Sequence[str]) -> set[int]:
    """Return the indexes of the line and reason columns of a file of refused rows; else none."""
    line = {key(heading) for heading in (*(words.line for words in import_words()), _(LINE_TITLE))}
    reason = {
        key(heading) for heading in (*(words.reason for words in import_words()), _(REASON_TITLE))
    }
    keys = [key(column) for column in columns]
    for place, pair in enumerate(pairwise(keys)):
        if pair[0] in line and pair[1] in reason:
            return {place, place + 1}
    return set()
