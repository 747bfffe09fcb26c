"""CSP regions: where an account may sell, as far as that is certain (`reference/rules.md §3`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EUROPE = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI "
    "SK"
)

REGIONS: Mapping[str, frozenset[str]] = {"Europe": frozenset(_EUROPE.split())}
"""Regions of several countries, by name; Europe is the EU, EFTA and the United Kingdom."""

_ALONE = "AU BR CA IN JP KR NZ RU TW US"

_REGION_OF: Mapping[str, str] = {
    **{country: country for country in _ALONE.split()},
    **{country: name for name, countries in REGIONS.items() for country in countries},
}
"""The region of each country, where it is certain; a country code if the country is alone in it."""


def in_other_region(country: str, market: str) -> bool:
    """Say whether a country is certainly in another CSP region than the partner's market."""
    known = country in _REGION_OF and market in _REGION_OF
    return known and _REGION_OF[country] != _REGION_OF[market]
