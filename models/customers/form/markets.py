"""Where a cloud's customers may be, and the partner's own region (`reference/rules.md §2, §3`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.customers.form.fields import FormField
from models.customers.form.reasons import SECTION_2, SECTION_3, refusal, warning
from models.languages import N_, _
from models.settings.clouds import Capability
from models.values.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.core.verdicts import Reason
    from models.customers.form.fields import Circumstances

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


@dataclass(frozen=True, slots=True)
class _Market:
    """The countries that a cloud sells to."""

    countries: frozenset[str]
    problem: str
    text: str
    by_hand: bool
    """Whether an account that is kept by hand may hold others, with a warning."""

    @property
    def only(self) -> str:
        """The one country there is; empty where there are several."""
        return next(iter(self.countries)) if len(self.countries) == 1 else ""


_MARKETS: Mapping[str, _Market] = {
    "us-gov": _Market(
        frozenset({"US"}), "not-united-states",
        N_("Customers of US Government need an address in the United States, not in {country}."),
        by_hand=False,
    ),
    "china": _Market(
        frozenset({"CN"}), "not-china",
        N_("The cloud of 21Vianet is for customers in China only, not in {country}."),
        by_hand=False,
    ),
    "germany": _Market(
        EUROPE, "outside-europe",
        N_("Microsoft Cloud Germany is for customers in the EU and EFTA; {country} is in neither."),
        by_hand=True,
    ),
}  # fmt: skip
"""Clouds that have markets of their own, by their ids; the others sell in the partner's region."""


def own_country(at: Circumstances) -> str:
    """Return the country that a customer most likely is in; empty where nothing tells."""
    market = _MARKETS.get(at.cloud.id)
    return (market.only if market else "") or at.market


def market_reasons(country: str, at: Circumstances) -> list[Reason]:
    """Return what stands against a customer in a country, given by its code."""
    if at.editing:
        return []
    market = _MARKETS.get(at.cloud.id)
    if market is None:
        return _other_region(country, at)
    if country in market.countries:
        return []
    said = _(market.text).format(country=country_name(country))
    judge = warning if market.by_hand and not at.connected else refusal
    return [judge(FormField.COUNTRY, market.problem, said, SECTION_2, market.only)]


def cloud_reasons(at: Circumstances) -> list[Reason]:
    """Return what stands against any new customer in this cloud, whatever is typed."""
    permission = at.cloud.allows(Capability.NEW_CUSTOMERS)
    if at.editing or permission.allowed:
        return []
    judge = refusal if at.connected else warning
    return [judge(FormField.COUNTRY, "no-new-customers", permission.reason, permission.source)]


def _other_region(country: str, at: Circumstances) -> list[Reason]:
    if not in_other_region(country, at.market):
        return []
    sentence = _(
        "{country} is outside your CSP region: an account enrolled in {market} sells in its own "
        "region only (error 2030)."
    )
    said = sentence.format(country=country_name(country), market=country_name(at.market))
    judge = refusal if at.connected else warning
    return [judge(FormField.COUNTRY, "other-region", said, SECTION_3)]


def in_other_region(country: str, market: str) -> bool:
    """Say whether a country is certainly in another CSP region than the partner's market."""
    if country not in _REGIONS or market not in _REGIONS:
        return False
    return (_REGIONS[country] or country) != (_REGIONS[market] or market)


def only_country(cloud: str) -> str:
    """Return the one country that a cloud sells to; empty where there are several."""
    market = _MARKETS.get(cloud)
    return market.only if market else ""
