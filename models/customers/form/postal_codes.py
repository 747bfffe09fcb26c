"""Checks postal codes against country, state and city, and normalises how they are written."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.addresses import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATORS = " -"


def postal_fits(country: str, text: str) -> bool:
    """Say whether a postal code has the country's form; True if the library knows no form."""
    matchers = _postal_matchers(country)
    return not matchers or matchers[0].fullmatch(text) is not None


def postal_fits_place(country: str, state: str, city: str, text: str) -> bool:
    """Say whether a postal code can be in a state and city, both spelled as in their lists."""
    places = _postal_matchers(country, state, city)[1:]
    return postal_fits(country, text) and all(place.match(text) for place in places)


def postal_example(country: str, state: str = "") -> str:
    """Return a sample postal code in the state, or in the country; empty if none is known."""
    rules = rules_of(country, state) or rules_of(country)
    examples = map(str, rules.postal_code_examples if rules else ())
    return next((item for item in examples if postal_fits_place(country, state, "", item)), "")


def normal_postal_code(country: str, text: str) -> str:
    """Return a postal code in its normal form: upper case, ASCII digits, the usual separators.

    A code that does not have the country's form keeps its separators.
    """
    plain = _plain_code(text)
    if not postal_fits(country, plain):
        return plain
    return next(
        (
            written
            for written in _separated(country, plain)
            if _squeezed(written) == _squeezed(plain)
        ),
        plain,
    )


def likely_postal_code(country: str, text: str) -> str:
    """Return the likely form of a wrong postal code: `1234-567` for `1234567`; empty if none."""
    plain = _plain_code(text)
    bare = plain.lstrip("〒 ")
    unprefixed = re.sub(r"^[A-Z]{1,3}[- ]\s*", "", bare)
    for candidate in (bare, unprefixed, country + bare, f"{country}-{bare}"):
        squeezed = _squeezed(candidate)
        for written in (candidate, squeezed, *_separated(country, candidate)):
            if written != plain and _postal_matchers(country) and postal_fits(country, written):
                return normal_postal_code(country, written)
    return ""


def _plain_code(text: str) -> str:
    """Return a code in upper case, with ASCII digits, ASCII hyphens and single spaces."""
    wide = unicodedata.normalize("NFKC", text).upper()
    spelled = re.sub("[\u2010-\u2015\u2212]", "-", wide)
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in spelled
    )
    return " ".join(digits.split())


def _squeezed(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text)


def _separated(country: str, text: str) -> Iterable[str]:
    """Yield a code with the separators of each example, if the country's form then fits.

    Separators are counted from the end. An example of another length is used only if it has exactly
    one separator.
    """
    squeezed = _squeezed(text)
    rules = rules_of(country)
    for example in rules.postal_code_examples if rules else ():
        bare = example.replace(" ", "").replace("-", "")
        marks = [
            (len(example) - place, letter)
            for place, letter in enumerate(example)
            if letter in _SEPARATORS
        ]
        if not marks or (len(bare) != len(squeezed) and len(marks) != 1):
            continue
        written = squeezed
        for from_end, letter in reversed(marks):
            cut = len(written) - from_end + 1
            written = f"{written[:cut]}{letter}{written[cut:]}" if cut > 0 else written
        if postal_fits(country, written):
            yield written


def _postal_matchers(country: str, state: str = "", city: str = "") -> list[re.Pattern[str]]:
    rules = rules_of(country, state, city) or rules_of(country)
    return list(rules.postal_code_matchers) if rules is not None else []
