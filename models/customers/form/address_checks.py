"""Checks of the address fields: country, city, state and postal code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.text import in_latin
from partnerdesk.models.customers.form import addresses, postal_codes
from partnerdesk.models.customers.form.fields import FormField, Values
from partnerdesk.models.customers.form.reasons import (
    ADDRESS_LIBRARY,
    ISO,
    SECTION_5,
    Checked,
    quoted,
    refusal,
    warning,
)
from partnerdesk.models.languages import _
from partnerdesk.models.values.countries import country_code, country_name, likely_code
from partnerdesk.models.values.fields import no_country

if TYPE_CHECKING:
    from partnerdesk.models.core.verdicts import Reason


def country_of(values: Values) -> str:
    """Return the code of the typed country; empty if the text is no known country."""
    return country_code(values.get(FormField.COUNTRY, "")) or ""


def state_of(values: Values) -> str:
    """Return the key of the typed state; empty if the country's list has no such state."""
    text = values.get(FormField.STATE, "").strip()
    country = country_of(values)
    if not text or len(text) > addresses.LONGEST_NAME or not addresses.states(country):
        return ""
    return addresses.find_state(country, text)


def check_country(text: str) -> Checked:
    """Check a country; the value is its code."""
    code = country_code(text, other_codes=False)
    if code:
        return Checked(code)
    likely = likely_code(text)
    problem = "wrong-code" if likely and len(text) <= 3 else "unknown"
    message = no_country(text, likely)
    return Checked(text, (refusal(FormField.COUNTRY, problem, message, ISO, likely),))


def check_city(text: str, values: Values) -> Checked:
    """Check a city; the value is spelled as in the state's list, if there is a list."""
    country, state = country_of(values), state_of(values)
    if not addresses.cities(country, state):
        return Checked(text)
    if city := addresses.find_city(country, state, text):
        return Checked(city)
    near = addresses.near_city(country, state, text)
    place = addresses.state_title(country, state)
    if near:
        sentence = _("{city} is not among the cities of {state}. Did you mean {near}?")
    else:
        sentence = _("{city} is not among the cities of {state}. See that both are right.")
    message = sentence.format(city=quoted(text), state=place, near=near)
    return Checked(text, (warning(FormField.CITY, "not-listed", message, ADDRESS_LIBRARY, near),))


def check_state(text: str, values: Values) -> Checked:
    """Check a state; the value is its key in the country's list, if there is a list.

    In an address in Latin letters, the value is the Latin name: `Dubai`, not `إمارة دبيّ`. For a
    country in `LISTED_STATES`, it stays the key, which Microsoft expects (`reference/rules.md §5`).
    """
    country = country_of(values)
    if not addresses.has(country, FormField.STATE):
        return Checked("", (_not_used(FormField.STATE, country),))
    if not addresses.states(country):
        return Checked(text)
    if key := addresses.find_state(country, text):
        street = values.get(FormField.ADDRESS_LINE1, "") + values.get(FormField.CITY, "")
        is_latin = bool(street) and in_latin(street) and country not in addresses.LISTED_STATES
        return Checked(addresses.latin_state(country, key) if is_latin else key)
    return Checked(text, (_unknown_state(text, country),))


def _unknown_state(text: str, country: str) -> Reason:
    field, near = FormField.STATE, addresses.near_state(country, text)
    if near:
        sentence = _("{text} is not on the list of {country}. Did you mean {near}?")
    else:
        sentence = _(
            "{text} is not on the list of {country}. Choose from the list, for example {example}."
        )
    message = sentence.format(
        text=quoted(text),
        country=country_name(country),
        near=addresses.state_title(country, near),
        example=addresses.state_title(country, addresses.states(country)[0].key),
    )
    if country in addresses.LISTED_STATES:
        return refusal(field, "unknown", message, SECTION_5, near)
    if addresses.needs(country, field):
        return refusal(field, "unknown", message, ADDRESS_LIBRARY, near)
    return warning(field, "not-listed", message, ADDRESS_LIBRARY, near)


def check_postal_code(text: str, values: Values) -> Checked:
    """Check a postal code against its country, state and city; the value is its normal form."""
    country, field = country_of(values), FormField.POSTAL_CODE
    if not addresses.has(country, field):
        return Checked("", (_not_used(field, country),))
    if not addresses.has_rules(country):
        return Checked(text)
    code = postal_codes.normal_postal_code(country, text)
    if not postal_codes.postal_fits(country, code):
        return Checked(text, (_wrong_form(text, country, state_of(values)),))
    state = state_of(values)
    city = _listed_city(values, country, state)
    if postal_codes.postal_fits_place(country, state, city, code):
        return Checked(code)
    example = postal_codes.postal_example(country, state)
    if example:
        sentence = _(
            "{code} does not lie in {state}. Postal codes there are like {example}; "
            "correct the code or the state."
        )
    else:
        sentence = _("{code} does not lie in {state}. Correct the code or the state.")
    place = addresses.state_title(country, state)
    message = sentence.format(code=quoted(code), state=place, example=example)
    return Checked(text, (refusal(field, "wrong-state", message, ADDRESS_LIBRARY),))


def _wrong_form(text: str, country: str, state: str) -> Reason:
    offer = postal_codes.likely_postal_code(country, text)
    example = offer or postal_codes.postal_example(country, state)
    if example:
        sentence = _("{text} is no postal code of {country}; write it like {example}.")
    else:
        sentence = _("{text} is no postal code of {country}.")
    message = sentence.format(text=quoted(text), country=country_name(country), example=example)
    return refusal(FormField.POSTAL_CODE, "wrong-form", message, ADDRESS_LIBRARY, offer)


def _listed_city(values: Values, country: str, state: str) -> str:
    text = values.get(FormField.CITY, "").strip()
    if not state or not text or len(text) > addresses.LONGEST_NAME:
        return ""
    return addresses.find_city(country, state, text)


def _not_used(field: FormField, country: str) -> Reason:
    if field is FormField.STATE:
        sentence = _("Addresses in {country} are written without a state; it is left out.")
    else:
        sentence = _("Addresses in {country} are written without a postal code; it is left out.")
    return warning(
        field, "not-used", sentence.format(country=country_name(country)), ADDRESS_LIBRARY
    )
