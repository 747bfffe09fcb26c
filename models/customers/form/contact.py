"""The contact's e-mail and phone; those of the person who accepted the agreement as well."""

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
    """Check the syntax of an e-mail address; nobody is asked whether it exists."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        sentence = _("{text} is no e-mail address; write one such as {example}.")
        said = sentence.format(text=quoted(text), example="anna@contoso.com")
        return Checked(text, (refusal(field, "wrong-form", said, EMAIL_LIBRARY),))
    return Checked(found.normalized)


def check_phone(field: FormField, text: str, country: str) -> Checked:
    """Check a phone number; its value is the international form."""
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
        said = sentence.format(text=quoted(text), example=phone_example(country))
        return Checked(text, (refusal(field, "impossible", said, PHONE_LIBRARY),))
    written = format_number(number, PhoneNumberFormat.INTERNATIONAL)
    if is_valid_number(number):
        return Checked(written)
    sentence = _("{text} is in no number range that is in use. See that it is right.")
    said = sentence.format(text=quoted(written))
    return Checked(written, (warning(field, "doubtful", said, PHONE_LIBRARY),))


def phone_example(country: str) -> str:
    """Return a phone number of a country in international form."""
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
    said = sentence.format(
        text=quoted(text), country=country_name(country), example=phone_example(country)
    )
    return refusal(field, problem, said, PHONE_LIBRARY)
