"""What is kept of relationships: invitations, lives, partners, delegated admin, own letters.

Fields: `reference/resources.md`, *Relationship request*, *PartnerRelationship* and *GDAP*.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.core.clock import DAY, NEVER, to_millis
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers import entities as customers  # noqa: F401 - the tables that foreign keys point to
from partnerdesk.models.database.column_types import (
    SortedText,
    choice_column,
    moment_column,
    version_column,
    versioned,
)
from partnerdesk.models.database.derived import kept_up
from partnerdesk.models.relationships.lifecycles import (
    OPEN_INVITATIONS,
    DelegatedAdminState,
    InvitationState,
    RelationshipState,
)
from partnerdesk.models.relationships.lists import (
    APPROVAL_DAYS,
    GLOBAL_ADMINISTRATOR,
    LAPSE_AFTER_DAYS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LASTING = (DelegatedAdminState.ACTIVE, DelegatedAdminState.EXPIRING)
"""The states in which a delegated-admin relationship gives access."""


def _words(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a record is sorted by, and in what words are looked for: a line for each field.

    The first line is what lists sort by.
    """
    lines = [fold(row[name]) for name in names]
    return {"name_sort": lines[0][:200], "search_text": "\n".join(lines)}


def _long_text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class InvitationKind(StrEnum):
    """Whom the customer links to by accepting (`reference/rules.md §7, §8`)."""

    RESELLER = "reseller"
    COMBINED = "combined"
    """The reseller and its indirect provider, both at once."""


class SentBy(StrEnum):
    """The way a letter went out."""

    NONE = ""
    CLIPBOARD = "clipboard"
    EML = "eml"
    SMTP = "smtp"
    PRINTED = "printed"
    PORTAL = "portal"
    """Made in the portal, and only recorded here."""


@kept_up
@versioned
class Invitation(SQLModel, table=True):
    """One company that was asked to link with the partner.

    Partner Center keeps no list of them: the link is the same for all, and tells nothing
    (`reference/resources.md`, *Relationship request*). So this ledger is the partner's own.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("name_sort", "search_text")
    __tablename__ = "invitations"
    __table_args__ = (
        Index("invitations_by_next", "account_id", "next_at", "id"),
        Index("invitations_by_company", "account_id", "name_sort", "id"),
        Index("invitations_by_sent", "account_id", "sent_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    """The customer who was invited, or who turned out to be the one; None while not in the book."""
    company_name: str
    contact: str = ""
    email: str = ""
    microsoft_id: str | None = None
    """The company's tenant id, where it is known."""
    primary_domain: str = ""
    kind: InvitationKind = Field(
        default=InvitationKind.RESELLER, sa_column=choice_column(InvitationKind)
    )
    delegated_admin: bool = True
    """Whether the link asks for delegated admin."""
    provider: str = ""
    """The indirect provider of a combined invitation, by name."""
    language: str = "en"
    """The letter's: `en`, `ru`, `de`."""
    link: str = ""
    """The partner's link as it was then; a reminder has the same one."""
    subject: str = ""
    body: str = _long_text()
    """The letter as it is written or went out last; empty for one that was made in the portal."""
    state: InvitationState = Field(
        default=InvitationState.DRAFT, sa_column=choice_column(InvitationState)
    )
    how: SentBy = Field(default=SentBy.NONE, sa_column=choice_column(SentBy))
    related_before: bool = False
    """Whether there was a relationship already, as where only delegated admin is asked for again;
    then the customer's being in the book does not mean that it accepted."""
    created_at: datetime | None = Field(default=None, sa_column=moment_column())
    created_by: str = ""
    sent_at: datetime | None = Field(default=None, sa_column=moment_column())
    sent_by: str = ""
    reminders: int = 0
    reminded_at: datetime | None = Field(default=None, sa_column=moment_column())
    next_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the next step is due; in the year 9999 where there is none, so that it sorts last."""
    closed_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When it was accepted, declined or withdrawn."""
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = _long_text()
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        return _words(row, ("company_name", "email", "contact", "primary_domain"))

    def state_at(self, at: datetime) -> InvitationState:
        """Return the state at a moment: one that had no answer for long has lapsed."""
        state = InvitationState(self.state)
        last = self.reminded_at or self.sent_at
        if state in OPEN_INVITATIONS and last and _days(last, at) >= LAPSE_AFTER_DAYS:
            return InvitationState.LAPSED
        return state


class ResellerRelationship(SQLModel, table=True):
    """One life of the relationship with a customer; one who comes back begins another."""

    __tablename__ = "reseller_relationships"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    invitation_id: int | None = Field(default=None, foreign_key="invitations.id", index=True)
    """The invitation it came by; None where it came otherwise."""
    relationship_to_partner: str = ""
    """What it was while it lasted: `reseller`, `advisor` …"""
    began_at: datetime | None = Field(default=None, sa_column=moment_column())
    ended_at: datetime | None = Field(default=None, sa_column=moment_column())
    ended_by: str = ""
    """Who ended it: a user of the console."""
    reason: str = _long_text()
    """Why it was ended."""

    @property
    def state(self) -> RelationshipState:
        """Whether it lasts."""
        return RelationshipState.ENDED if self.ended_at else RelationshipState.ACTIVE


class PartnerRelation(StrEnum):
    """`relationshipType`: what the partner on the other side is (`resources.md`)."""

    NONE = "none"
    IS_INDIRECT_RESELLER_OF = "is_indirect_reseller_of"
    IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF = "is_indirect_cloud_solution_provider_of"


class PartnerState(StrEnum):
    """`state` of a partner relationship; the samples know `Active` only."""

    ACTIVE = "active"
    ENDED = "ended"


@kept_up
@versioned
class PartnerLink(SQLModel, table=True):
    """A partner on the other side: a provider's reseller, or a reseller's provider."""

    DERIVED: ClassVar[tuple[str, ...]] = ("name_sort", "search_text")
    __tablename__ = "partner_links"
    __table_args__ = (
        Index("partner_links_by_name", "account_id", "name_sort", "id"),
        Index("partner_links_by_mpn", "account_id", "mpn_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    microsoft_id: str = ""
    """The tenant id of that partner; empty where it is not known."""
    name: str
    mpn_id: str = Field(default="", sa_type=SortedText)
    location: str = ""
    """Country, ISO 3166-1 alpha-2."""
    relationship_type: PartnerRelation = Field(sa_column=choice_column(PartnerRelation))
    state: PartnerState = Field(default=PartnerState.ACTIVE, sa_column=choice_column(PartnerState))
    agreement_signed: bool | None = None
    """Whether a reseller has signed the partner agreement (`reference/rules.md §8`)."""
    since: datetime | None = Field(default=None, sa_column=moment_column())
    ended_at: datetime | None = Field(default=None, sa_column=moment_column())
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = _long_text()
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        return _words(row, ("name", "mpn_id", "microsoft_id"))


@kept_up
@versioned
class DelegatedAdminRelationship(SQLModel, table=True):
    """A granular delegated-admin relationship (GDAP) with a customer."""

    DERIVED: ClassVar[tuple[str, ...]] = ("name_sort", "search_text", "ends_sort")
    __tablename__ = "delegated_admin_relationships"
    __table_args__ = (
        Index("delegated_admin_by_end", "account_id", "ends_sort", "id"),
        Index("delegated_admin_by_name", "account_id", "name_sort", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int = Field(foreign_key="customers.id", index=True)
    microsoft_id: str = ""
    """Microsoft's id of it: two GUIDs joined by `-`; empty where it is not known."""
    display_name: str
    """Unique per partner, at most 50 characters."""
    roles: str = _long_text()
    """The directory roles, a line each: a name, or a role template's GUID."""
    status: DelegatedAdminState = Field(sa_column=choice_column(DelegatedAdminState))
    duration: str = ""
    """ISO 8601, `P1D` to `P2Y`; empty where it is not known."""
    auto_extend_duration: str = "P0D"
    """`P0D` for off, or `P180D`."""
    requested_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the customer was asked to approve it."""
    activated_date_time: datetime | None = Field(default=None, sa_column=moment_column())
    end_date_time: datetime | None = Field(default=None, sa_column=moment_column())
    ends_sort: datetime | None = Field(default=None, sa_column=moment_column())
    """Its end while it lasts; in the year 9999 where it is over, or has none: sorted last."""
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = _long_text()
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        end = row["end_date_time"]
        ends = end if end and row["status"] in LASTING else NEVER
        return _words(row, ("display_name", "roles")) | {"ends_sort": ends}

    def status_at(self, at: datetime) -> DelegatedAdminState:
        """Return the status at a moment: what has come to its end is expired."""
        status = DelegatedAdminState(self.status)
        end = self.end_date_time
        if status in LASTING and end and end <= at and self.auto_extend_duration != "P180D":
            return DelegatedAdminState.EXPIRED
        asked = self.requested_at
        waiting = status is DelegatedAdminState.APPROVAL_PENDING
        if waiting and asked and _days(asked, at) >= APPROVAL_DAYS:
            return DelegatedAdminState.EXPIRED
        return status

    @property
    def has_global_administrator(self) -> bool:
        """Whether the Global Administrator role is among its roles; such a one never extends."""
        return any(fold(role) in GLOBAL_ADMINISTRATOR for role in self.roles.split("\n"))


class LetterTemplate(SQLModel, table=True):
    """The partner's own text for a kind of letter, in the place of the built-in one."""

    __tablename__ = "letter_templates"

    account_id: int = Field(primary_key=True, foreign_key="partner_accounts.id")
    kind: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    subject: str = ""
    body: str = _long_text()


def _days(since: datetime, at: datetime) -> float:
    return (to_millis(at) - to_millis(since)) / (DAY * 1000)
