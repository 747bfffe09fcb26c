"""CSP regions: where an account may sell, as far as that is certain (`reference/rules.md §3`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EUROPE = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI "
    "SK"
)


EUROPE = frozenset(_EUROPE.split())
"""The European Union, EFTA and the United Kingdom."""


_ALONE = "AU BR CA IN JP KR NZ RU TW US"


_REGIONS: Mapping[str, str] = {
    **dict.fromkeys(_ALONE.split(), ""),
    **dict.fromkeys(EUROPE, "Europe"),
}
"""The region of each country that is certain; empty where the country is its own region."""


def in_other_region(country: str, market: str) -> bool:
    """Say whether a country is certainly in another CSP region than the partner's market."""
    if country not in _REGIONS or market not in _REGIONS:
        return False
    return (_REGIONS[country] or country) != (_REGIONS[market] or market)
