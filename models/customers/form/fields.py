"""The fields of the form, their blocks and titles, and the context that decides what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.core.stored import Titles
from partnerdesk.models.customers.records import (
    AGREEMENT,
    AGREEMENT_WAYS,
    BILLING,
    COMPANY,
    CUSTOMER,
)
from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from datetime import date

    from partnerdesk.models.accounts.accounts import PartnerKind
    from partnerdesk.models.settings.clouds import Cloud


class FormField(StrEnum):
    """A field of the form. The values are a stable contract: files use them as column headings."""

    COMPANY_NAME = "company_name"
    DOMAIN_PREFIX = "domain_prefix"
    REGISTRATION_NUMBER = "registration_number"
    ADDRESS_LINE1 = "address_line1"
    ADDRESS_LINE2 = "address_line2"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE_NUMBER = "phone_number"
    LANGUAGE = "language"
    CULTURE = "culture"
    ASSOCIATED_PARTNER_ID = "associated_partner_id"
    AGREEMENT = "agreement"
    AGREEMENT_FIRST_NAME = "agreement_first_name"
    AGREEMENT_LAST_NAME = "agreement_last_name"
    AGREEMENT_EMAIL = "agreement_email"
    AGREEMENT_PHONE = "agreement_phone"
    AGREEMENT_DATE = "agreement_date"


class Block(StrEnum):
    """A section of the form."""

    COMPANY = "company"
    ADDRESS = "address"
    CONTACT = "contact"
    PREFERENCES = "preferences"
    RESELLER = "reseller"
    AGREEMENT = "agreement"


BLOCK_TITLES: dict[Block, str] = {
    Block.COMPANY: N_("Company"),
    Block.ADDRESS: N_("Address"),
    Block.CONTACT: N_("Contact"),
    Block.PREFERENCES: N_("Preferences"),
    Block.RESELLER: N_("Indirect reseller"),
    Block.AGREEMENT: N_("Agreement"),
}
"""The title of each block."""

FIELD_TITLES: dict[FormField, str] = {
    FormField.COMPANY_NAME: N_("Company name"),
    FormField.DOMAIN_PREFIX: N_("Domain"),
    FormField.REGISTRATION_NUMBER: COMPANY.fields["organization_registration_number"],
    **{FormField(name): words for name, words in BILLING.fields.items() if name != "company_name"},
    FormField.ASSOCIATED_PARTNER_ID: CUSTOMER.fields["indirect_reseller"],
    FormField.AGREEMENT: AGREEMENT.fields["way"],
    FormField.AGREEMENT_FIRST_NAME: AGREEMENT.fields["first_name"],
    FormField.AGREEMENT_LAST_NAME: AGREEMENT.fields["last_name"],
    FormField.AGREEMENT_EMAIL: AGREEMENT.fields["email"],
    FormField.AGREEMENT_PHONE: AGREEMENT.fields["phone_number"],
    FormField.AGREEMENT_DATE: AGREEMENT.fields["date_agreed"],
}
"""The title of each field, unless the country has its own (`questions.label_of`)."""

Values = Mapping[FormField, str]
"""The typed texts of a form; a missing field is empty."""


class AgreementWay(StrEnum):
    """How the customer accepts the Microsoft Customer Agreement (`reference/rules.md §6`)."""

    ATTESTED = "attested"
    """The partner attests that the customer accepted."""
    BY_CUSTOMER = "by_customer"
    """The customer accepts in the Microsoft 365 admin center."""


WAY_TITLES = Titles({AgreementWay(value): title for value, title in AGREEMENT_WAYS.items()})
"""The title of each way to accept."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """What the rules of the form depend on besides the typed texts: account, day, stored values."""

    cloud: Cloud
    kind: PartnerKind
    market: str
    """ISO 3166-1 alpha-2 code of the partner's own country; empty if it is unknown."""
    connected: bool
    """Whether plans call Partner Center; if not, people record in the book what they did there."""
    today: date
    before: Values | None = None
    """The stored values of the customer that is edited; None if a customer is added."""

    @property
    def editing(self) -> bool:
        """Whether the form edits an existing customer."""
        return self.before is not None
