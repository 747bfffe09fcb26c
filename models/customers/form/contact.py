"""Checks of e-mail and phone, of the contact and of the person who accepted the agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.reasons import (
    EMAIL_LIBRARY,
    PHONE_LIBRARY,
    Checked,
    quoted,
    refusal,
    warning,
)
from partnerdesk.models.languages import _
from partnerdesk.models.values.countries import country_name

if TYPE_CHECKING:
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.form.fields import FormField


def check_email(field: FormField, text: str) -> Checked:
    """Check the syntax of an e-mail address, not its existence; the value is normalised."""
    from email_validator import EmailNotValidError, validate_email

    try:
        address = validate_email(text, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        sentence = _("{text} is no e-mail address; write one such as {example}.")
        message = sentence.format(text=quoted(text), example="anna@contoso.com")
        return Checked(text, (refusal(field, "wrong-form", message, EMAIL_LIBRARY),))
    return Checked(address.normalized)


def check_phone(field: FormField, text: str, country: str) -> Checked:
    """Check a phone number; the value is in the international form.

    `country`: the code of the country of a number without `+`; empty if it is unknown.
    """
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        ValidationResult,
        format_number,
        is_possible_number_with_reason,
        is_valid_number,
        parse,
    )

    try:
        number = parse(text, country or None)
    except NumberParseException as error:
        return Checked(text, (_unreadable(field, text, country, error.error_type),))
    if is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        sentence = _("{text} has too many or too few digits; write it like {example}.")
        message = sentence.format(text=quoted(text), example=phone_example(country))
        return Checked(text, (refusal(field, "impossible", message, PHONE_LIBRARY),))
    written = format_number(number, PhoneNumberFormat.INTERNATIONAL)
    if is_valid_number(number):
        return Checked(written)
    sentence = _("{text} is in no number range that is in use. See that it is right.")
    message = sentence.format(text=quoted(written))
    return Checked(written, (warning(field, "doubtful", message, PHONE_LIBRARY),))


def phone_example(country: str) -> str:
    """Return a sample phone number of a country in the international form; else one of the US."""
    from phonenumbers import PhoneNumberFormat, example_number, format_number

    number = example_number(country) if country else None
    if number is None:
        return "+1 201-555-0123"
    return format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _unreadable(field: FormField, text: str, country: str, kind: int) -> Reason:
    from phonenumbers import NumberParseException

    if kind == NumberParseException.INVALID_COUNTRY_CODE and not text.lstrip().startswith("+"):
        if country:
            sentence = _("Write the phone with + and the country's code; {country} has none known.")
        else:
            sentence = _("Write the phone with + and the country's code, such as {example}.")
        problem = "no-country-code"
    else:
        sentence = _("{text} is no phone number; write it like {example}.")
        problem = "wrong-form"
    message = sentence.format(
        text=quoted(text), country=country_name(country), example=phone_example(country)
    )
    return refusal(field, problem, message, PHONE_LIBRARY)
