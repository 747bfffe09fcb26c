"""Stored customers, their profiles, tags and notes; names are Microsoft's in snake_case.

Fields and limits: `reference/resources.md`, *Customer* and *Address*.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, Text, UniqueConstraint, event, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Field, SQLModel, col, select

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - the tables that foreign keys point to
from partnerdesk.models.changes import history  # noqa: F401 - the tables that foreign keys point to
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.database.column_types import (
    EMPTY,
    SortedText,
    Whole,
    choice_column,
    moment_column,
    version_column,
    versioned,
)
from partnerdesk.models.lists.spec import TAG_MARK

if TYPE_CHECKING:
    from collections.abc import Mapping


class Relationship(StrEnum):
    """The kind of relationship of a customer with the partner (`relationshipToPartner`)."""

    RESELLER = "reseller"
    ADVISOR = "advisor"
    SYNDICATION = "syndication"
    MICROSOFT_SUPPORT = "microsoft_support"
    NONE = "none"
    UNKNOWN = "unknown"


RELATIONSHIP_TITLES = Titles({Relationship(value): title for value, title in RELATIONSHIPS.items()})
"""The name of each relationship on the screen."""


class Address(SQLModel):
    """A postal address (`reference/resources.md`, *Address*)."""

    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2 code."""
    phone_number: str = ""


_ORDERS = {
    "company": "company_sort",
    "domain": "primary_domain",
    "country": "country",
    "relationship": "relationship_to_partner",
    "seen": "seen_at",
    "added": "added_at",
}
"""The columns that the list can be sorted by; the keys end the names of their indexes."""
_ALSO_INDEXED = ("ended_at", "country", "relationship_to_partner")
"""Extra columns of each sort index, so that filtered-out rows are rejected without the table."""


@versioned
class Customer(SQLModel, table=True):
    """One customer of one partner account; it stays stored after the relationship ends."""

    DERIVED: ClassVar[tuple[str, ...]] = ("company_sort", "search_text")
    SEARCHED: ClassVar[tuple[str, ...]] = ("company_name", "primary_domain", "alias")
    """The columns that the derived ones follow from, besides the tags."""
    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("account_id", "microsoft_id"),
        *(
            Index(
                f"customers_by_{name}",
                *dict.fromkeys(("account_id", column, "id", *_ALSO_INDEXED)),
            )
            for name, column in _ORDERS.items()
        ),
        Index(
            "customers_by_end",
            "account_id",
            "ended_at",
            "id",
            sqlite_where=text("ended_at <> 0"),
            postgresql_where=text("ended_at <> 0"),
        ),
        Index(
            "customers_by_reseller",
            "account_id",
            "indirect_reseller",
            sqlite_where=text("indirect_reseller <> ''"),
            postgresql_where=text("indirect_reseller <> ''"),
        ),
        Index(
            "customers_by_alias",
            "account_id",
            "alias",
            sqlite_where=text("alias <> ''"),
            postgresql_where=text("alias <> ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    microsoft_id: str | None = None
    """The tenant id, a lower-case GUID; None if it is unknown."""
    company_name: str
    primary_domain: str = Field(default="", sa_type=SortedText)
    """The domain in lower case; Unicode, not punycode; empty if it is unknown."""
    alias: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The partner's own name for the customer; it stays in the book and is never sent."""
    relationship_to_partner: Relationship = Field(
        default=Relationship.NONE, sa_column=choice_column(Relationship)
    )
    country: str = ""
    """Country of the billing address, ISO 3166-1 alpha-2; empty if it is unknown."""
    indirect_reseller: str = Field(default="", sa_type=SortedText)
    """Name, MPN id or tenant id of the indirect reseller; empty if there is none."""
    allow_delegated_access: bool | None = None
    """Whether the customer granted delegated admin (DAP); None if it is unknown."""
    agreement_accepted_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the customer accepted the customer agreement; None if it is unknown."""
    added_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the customer was added; None if it came with the first list of a sync: nothing tells."""
    seen_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center, or an export from it, last listed the customer."""
    read_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center last told the customer's details, which its list lacks."""
    subscriptions_read_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center last listed the customer's subscriptions; None also where its activity
    says that they were changed since."""
    subscriptions_missing: int = Field(
        default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"}
    )
    """How many subscriptions it said to have beyond those that it listed."""
    gone_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center's whole list first lacked the customer; None while it is listed."""
    ended_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the relationship ended; None while it lasts."""
    added_by_change: int | None = Field(default=None, foreign_key="changes.id")
    """The entry of the history that added the customer to the book."""
    company_sort: str = Field(default="", sa_type=SortedText)
    """The folded company name, which the list sorts by."""
    search_text: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The folded searchable columns and tags, in which a filter looks for plain words."""
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`; `row` has the columns in `SEARCHED` and the `tags`.

        The search text has one line for each part; a tag's line begins with `TAG_MARK`. The text
        leaves out the Microsoft ID, which would make up two thirds of the word index (see
        `models.values.identifiers`).
        """
        company = fold(row["company_name"])
        tags = (TAG_MARK + fold(tag) for tag in sorted(row["tags"]))
        alias = fold(row["alias"]).lstrip(TAG_MARK)
        parts = (company, fold(row["primary_domain"]), alias, *tags)
        return {"company_sort": company[:200], "search_text": "\n".join(filter(None, parts))}


class CompanyProfile(SQLModel, table=True):
    """The details of the company that the customer list lacks (`CustomerCompanyProfile`)."""

    __tablename__ = "company_profiles"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    organization_registration_number: str = Field(default="", index=True)
    email: str = ""


@versioned
class BillingProfile(Address, table=True):
    """The billing contact and address (`CustomerBillingProfile` with its `defaultAddress`)."""

    __tablename__ = "billing_profiles"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    company_name: str = ""
    """The bill-to name; it can differ from the customer's legal name."""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    culture: str = ""
    """A culture such as `en-US`."""
    language: str = ""
    """A code of two letters such as `en`."""
    version: int = Field(default=1, sa_column=version_column())


class Tag(SQLModel, table=True):
    """A tag that the partner gave a customer."""

    __tablename__ = "tags"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    name: str = Field(primary_key=True, index=True)


@versioned
class Note(SQLModel, table=True):
    """A note about a customer, with the name of its author."""

    __tablename__ = "notes"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    author: str = ""
    written_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())


@event.listens_for(Session, "before_flush")
def _update_derived(session: Session, _context: object, _instances: object) -> None:
    """Update the derived columns of each customer whose columns or tags are written."""
    written = [row for row in (*session.new, *session.dirty) if isinstance(row, Customer)]
    tags = [row for row in (*session.new, *session.deleted) if isinstance(row, Tag)]
    known = {row.id for row in written}
    tagged = (session.get(Customer, id) for id in {tag.customer_id for tag in tags} - known)
    written += [row for row in tagged if row is not None and row not in session.deleted]
    for customer in written:
        own = [tag for tag in tags if tag.customer_id == customer.id]
        names = {tag.name for tag in own if tag in session.new}
        if inspect(customer).persistent:
            stored = session.execute(select(Tag.name).where(col(Tag.customer_id) == customer.id))
            names |= set(stored.scalars()) - {tag.name for tag in own if tag in session.deleted}
        fields = {"tags": names, **customer.model_dump(include=set(Customer.SEARCHED))}
        for name, value in Customer.derive(fields).items():
            setattr(customer, name, value)
        if own and inspect(customer).persistent:
            # Raises the version even if the text stays the same, as from `VIP` to `vip`: otherwise
            # an edit of the old tags could overwrite the new ones.
            flag_modified(customer, "search_text")
