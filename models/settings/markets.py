"""The countries that a cloud sells to (`reference/rules.md §2`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.languages import N_
from partnerdesk.models.values.regions import EUROPE

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Market:
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


MARKETS: Mapping[str, Market] = {
    "us-gov": Market(
        frozenset({"US"}), "not-united-states",
        N_("Customers of US Government need an address in the United States, not in {country}."),
        by_hand=False,
    ),
    "china": Market(
        frozenset({"CN"}), "not-china",
        N_("The cloud of 21Vianet is for customers in China only, not in {country}."),
        by_hand=False,
    ),
    "germany": Market(
        EUROPE, "outside-europe",
        N_("Microsoft Cloud Germany is for customers in the EU and EFTA; {country} is in neither."),
        by_hand=True,
    ),
}  # fmt: skip
"""Clouds that have markets of their own, by their ids; the others sell in the partner's region."""


def only_country(cloud: str) -> str:
    """Return the one country that a cloud sells to; empty where there are several."""
    market = MARKETS.get(cloud)
    return market.only if market else ""
