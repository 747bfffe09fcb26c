"""What Partner Center says about customers, in the book's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.text import without_nul
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """A customer as the list tells it (`reference/resources.md`, *Customer*)."""

    microsoft_id: str
    """The tenant id, a lower-case GUID."""
    company_name: str
    primary_domain: str = ""
    """As the book stores domains; empty if none is told."""
    relationship: Relationship = Relationship.UNKNOWN

    @classmethod
    def of(
        cls, microsoft_id: str, company_name: str, domain: str = "", relationship: str = ""
    ) -> ListedCustomer | None:
        """Return a customer with its fields as the book stores them; None without a valid id.

        A relationship that the book does not know becomes `unknown`, which changes nothing.
        """
        id = guid(microsoft_id.strip())
        if id is None:
            return None
        name = without_nul(company_name).strip()
        told = without_nul(domain).strip()
        known = relationship in Relationship.__members__.values()
        return cls(
            id,
            name or domain_name(told) or id,
            domain_name(told) or told.lower(),
            Relationship(relationship) if known else Relationship.UNKNOWN,
        )


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """A customer as Partner Center tells it alone: with what the list lacks."""

    listed: ListedCustomer
    allow_delegated_access: bool | None = None
    """Whether delegated admin (DAP) was granted; None if it is not told."""
    reseller_id: str = ""
    """The tenant id of the indirect reseller; empty if there is none."""
    company: Mapping[str, str] | None = None
    """Fields of `CompanyProfile` that are told; None if none is."""
    billing: Mapping[str, str] | None = None
    """Fields of `BillingProfile` that are told; None if the profile is not told."""


@dataclass(frozen=True, slots=True)
class ToldSubscription:
    """A subscription as Partner Center tells it (`reference/newer.md §3.4`)."""

    microsoft_id: str
    """The id of the subscription, a lower-case GUID."""
    columns: Mapping[str, Any]
    """What is told, by the columns of the book, in the form of the entity; what is not told is left
    out."""

    def as_fields(self) -> dict[str, Any]:
        """Return the columns in the JSON form of steps."""
        return {
            name: iso(value) if isinstance(value, datetime) else value
            for name, value in self.columns.items()
        }


@dataclass(frozen=True, slots=True)
class ToldSubscriptions:
    """The subscriptions of one customer as Partner Center lists them."""

    customer_id: str
    """The customer's Microsoft ID."""
    subscriptions: tuple[ToldSubscription, ...] = ()
    missing: int = 0
    """How many more the list says that there are, or cannot be read; it is short then."""
    is_told: bool = True
    """Whether Partner Center lists them at all; it may refuse it for a single customer."""

    @property
    def is_whole(self) -> bool:
        """Whether a subscription that is not listed is gone."""
        return self.is_told and not self.missing


class Position(NamedTuple):
    """Where a list goes on: the next page, as its link says."""

    target: str = ""
    """Path and query of the next page; empty at the beginning."""
    headers: tuple[tuple[str, str], ...] = ()
    """The headers of the link, such as the continuation token."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a page or some details took."""

    calls: int = 0
    retries: int = 0
    left: int | None = None
    """How many calls are left in this minute; None if that is not known."""
