"""The reasons for refusing empty required fields, each with its sentence and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.customers.form.reasons import (
    ADDRESS,
    ADDRESS_LIBRARY,
    CUSTOMER,
    SECTION_3,
    SECTION_4,
    SECTION_5,
    SECTION_6,
    refusal,
)
from partnerdesk.models.languages import N_, _
from partnerdesk.models.values.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.core.verdicts import Reason

_SENTENCES: Mapping[FormField, tuple[str, str]] = {
    FormField.COMPANY_NAME: (N_("Write the company's exact legal name."), SECTION_3),
    FormField.DOMAIN_PREFIX: (
        N_("Write the prefix of the customer's first domain, such as contoso."),
        SECTION_5,
    ),
    FormField.REGISTRATION_NUMBER: (
        N_("The registration number is required in {country}: write the {label}."),
        SECTION_4,
    ),
    FormField.ADDRESS_LINE1: (N_("Write the street and number."), ADDRESS),
    FormField.COUNTRY: (N_("Write the country, or its code of two letters such as PT."), ADDRESS),
    FormField.CITY: (N_("Write the city; addresses need it."), ADDRESS),
    FormField.STATE: (
        N_("Addresses in {country} need: {label}. For example {example}."),
        ADDRESS_LIBRARY,
    ),
    FormField.POSTAL_CODE: (
        N_("Addresses in {country} need: {label}. For example {example}."),
        ADDRESS_LIBRARY,
    ),
    FormField.FIRST_NAME: (N_("Write the contact's first name."), SECTION_3),
    FormField.LAST_NAME: (N_("Write the contact's last name."), SECTION_3),
    FormField.EMAIL: (N_("Write the contact's e-mail address."), CUSTOMER),
    FormField.PHONE_NUMBER: (
        N_("The contact's phone is required in {country}. For example {example}."),
        SECTION_4,
    ),
    FormField.AGREEMENT_FIRST_NAME: (
        N_("Write the first name of the person who accepted the agreement."),
        SECTION_6,
    ),
    FormField.AGREEMENT_LAST_NAME: (
        N_("Write the last name of the person who accepted the agreement."),
        SECTION_6,
    ),
    FormField.AGREEMENT_EMAIL: (
        N_("Write the e-mail address of the person who accepted the agreement."),
        SECTION_6,
    ),
    FormField.AGREEMENT_DATE: (
        N_("Write the day on which the agreement was accepted, such as {example}."),
        SECTION_6,
    ),
}
"""The sentence, marked with `N_`, and the source, for each field that can be required."""


def missing(field: FormField, country: str, label: str, example: str) -> Reason:
    """Return the refusal of an empty required field.

    `label` and `example`: those of the field in the country; empty if there are none.
    """
    sentence, source = _SENTENCES[field]
    if field in {FormField.STATE, FormField.POSTAL_CODE} and not example:
        sentence = N_("Addresses in {country} need: {label}.")
    text = _(sentence).format(
        country=country_name(country), label=label or _(FIELD_TITLES[field]), example=example
    )
    return refusal(field, "required", text, source)
