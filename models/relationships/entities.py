"""Stored invitations, relationships, partners, delegated admin and letter templates.

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
    Whole,
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
"""The stored states in which a delegated-admin relationship gives access."""


def _words(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the sort key and the search text of a row, from the fields in `names`.

    The sort key is the first field, folded; the search text has one folded line for each field.
    """
    lines = [fold(row[name]) for name in names]
    return {"name_sort": lines[0][:200], "search_text": "\n".join(lines)}


def _long_text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class InvitationKind(StrEnum):
    """The partners that an accepted invitation links to (`reference/rules.md §7, §8`)."""

    RESELLER = "reseller"
    COMBINED = "combined"
    """A reseller and its indirect provider together."""


class SentBy(StrEnum):
    """The way in which a letter went out."""

    NONE = ""
    CLIPBOARD = "clipboard"
    EML = "eml"
    SMTP = "smtp"
    PRINTED = "printed"
    PORTAL = "portal"
    """Made in the portal; the book only records it."""


@kept_up
@versioned
class Invitation(SQLModel, table=True):
    """An invitation of one company to a relationship with the partner.

    Partner Center has no list of invitations, because all companies get the same link
    (`reference/resources.md`, *Relationship request*). So the book holds the partner's own list.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("name_sort", "search_text")
    __tablename__ = "invitations"
    __table_args__ = (
        Index("invitations_by_next", "account_id", "next_at", "id"),
        Index("invitations_by_company", "account_id", "name_sort", "id"),
        Index("invitations_by_sent", "account_id", "sent_at", "id"),
        Index("invitations_by_state", "account_id", "state", "reminded_at", "sent_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    """The invited customer, or the customer who accepted; None if the book does not have it."""
    company_name: str
    contact: str = ""
    email: str = ""
    microsoft_id: str | None = None
    """The tenant id of the company; None if it is unknown."""
    primary_domain: str = ""
    kind: InvitationKind = Field(
        default=InvitationKind.RESELLER, sa_column=choice_column(InvitationKind)
    )
    delegated_admin: bool = True
    """Whether the link asks for delegated admin."""
    provider: str = ""
    """The name of the indirect provider in a combined invitation; else empty."""
    language: str = "en"
    """The language of the letter, a `LetterLanguage`."""
    link: str = ""
    """The partner's link when the invitation was written; reminders contain the same link."""
    subject: str = ""
    body: str = _long_text()
    """The text of the draft or of the last letter that went out; empty if made in the portal."""
    state: InvitationState = Field(
        default=InvitationState.DRAFT, sa_column=choice_column(InvitationState)
    )
    how: SentBy = Field(default=SentBy.NONE, sa_column=choice_column(SentBy))
    related_before: bool = False
    """Whether the customer had a relationship before, as when the partner only asks for delegated
    admin again. Then a relationship in the book does not show that the customer accepted."""
    created_at: datetime | None = Field(default=None, sa_column=moment_column())
    created_by: str = ""
    sent_at: datetime | None = Field(default=None, sa_column=moment_column())
    sent_by: str = ""
    reminders: int = Field(default=0, sa_type=Whole)
    reminded_at: datetime | None = Field(default=None, sa_column=moment_column())
    next_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the next step is due; `NEVER` if there is none, so that the row sorts last."""
    closed_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the invitation was accepted, declined or withdrawn."""
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = _long_text()
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        return _words(row, ("company_name", "email", "contact", "primary_domain"))

    def state_at(self, at: datetime) -> InvitationState:
        """Return the state at a moment: the stored one, or lapsed after `LAPSE_AFTER_DAYS`."""
        state = InvitationState(self.state)
        last = self.reminded_at or self.sent_at
        if state in OPEN_INVITATIONS and last and _days(last, at) >= LAPSE_AFTER_DAYS:
            return InvitationState.LAPSED
        return state


class ResellerRelationship(SQLModel, table=True):
    """A reseller relationship with a customer; a customer who comes back begins a new one."""

    __tablename__ = "reseller_relationships"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    invitation_id: int | None = Field(default=None, foreign_key="invitations.id", index=True)
    """The accepted invitation that began the relationship; None if it began otherwise."""
    relationship_to_partner: str = ""
    """The kind of relationship: a value of `customers.entities.Relationship`."""
    began_at: datetime | None = Field(default=None, sa_column=moment_column())
    ended_at: datetime | None = Field(default=None, sa_column=moment_column())
    ended_by: str = ""
    """The user of the program who ended it."""
    reason: str = _long_text()
    """Why it ended, as that user wrote."""

    @property
    def state(self) -> RelationshipState:
        """ENDED once the relationship has ended, else ACTIVE."""
        return RelationshipState.ENDED if self.ended_at else RelationshipState.ACTIVE


class PartnerRelation(StrEnum):
    """`relationshipType`: the role of the linked partner (`resources.md`)."""

    NONE = "none"
    IS_INDIRECT_RESELLER_OF = "is_indirect_reseller_of"
    IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF = "is_indirect_cloud_solution_provider_of"


class PartnerState(StrEnum):
    """`state` of a partner relationship; Microsoft's samples show only `Active`."""

    ACTIVE = "active"
    ENDED = "ended"


@kept_up
@versioned
class PartnerLink(SQLModel, table=True):
    """A linked partner: the reseller of a provider, or the provider of a reseller."""

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
    """The tenant id of the linked partner; empty if it is unknown."""
    name: str
    mpn_id: str = Field(default="", sa_type=SortedText)
    location: str = ""
    """The country, ISO 3166-1 alpha-2."""
    relationship_type: PartnerRelation = Field(sa_column=choice_column(PartnerRelation))
    state: PartnerState = Field(default=PartnerState.ACTIVE, sa_column=choice_column(PartnerState))
    agreement_signed: bool | None = None
    """Whether a reseller has signed the partner agreement; None if unknown (`rules.md §8`)."""
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
        Index("delegated_admin_by_end", "account_id", "ends_sort", "id", "auto_extend_duration"),
        Index("delegated_admin_by_name", "account_id", "name_sort", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int = Field(foreign_key="customers.id", index=True)
    microsoft_id: str = ""
    """Microsoft's id of the relationship: two GUIDs joined by `-`; empty if it is unknown."""
    display_name: str
    """A name that is unique in the account, at most 50 characters."""
    roles: str = _long_text()
    """The directory roles, one a line: the name, or the GUID of the role template."""
    status: DelegatedAdminState = Field(sa_column=choice_column(DelegatedAdminState))
    duration: str = ""
    """The term in ISO 8601, `P1D` to `P2Y`; empty if it is unknown."""
    auto_extend_duration: str = "P0D"
    """`P180D` if the relationship extends itself; `P0D`, or `PT0S` from Graph, if not."""
    requested_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the partner asked the customer for approval."""
    activated_date_time: datetime | None = Field(default=None, sa_column=moment_column())
    end_date_time: datetime | None = Field(default=None, sa_column=moment_column())
    ends_sort: datetime | None = Field(default=None, sa_column=moment_column())
    """The end of an active relationship; otherwise `NEVER`, so that the row sorts last."""
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
        """Return the status at a moment: the stored one, or expired.

        Relationships expire at their end, unless they extend themselves, and after `APPROVAL_DAYS`
        without approval.
        """
        status = DelegatedAdminState(self.status)
        end = self.end_date_time
        if status in LASTING and end and end <= at and self.auto_extend_duration != "P180D":
            return DelegatedAdminState.EXPIRED
        requested = self.requested_at
        is_pending = status is DelegatedAdminState.APPROVAL_PENDING
        if is_pending and requested and _days(requested, at) >= APPROVAL_DAYS:
            return DelegatedAdminState.EXPIRED
        return status

    @property
    def has_global_administrator(self) -> bool:
        """Whether the relationship has the Global Administrator role, and so cannot be extended."""
        return any(fold(role) in GLOBAL_ADMINISTRATOR for role in self.roles.split("\n"))


class LetterTemplate(SQLModel, table=True):
    """The partner's own text for a kind of letter; it replaces the built-in text."""

    __tablename__ = "letter_templates"

    account_id: int = Field(primary_key=True, foreign_key="partner_accounts.id")
    kind: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    subject: str = ""
    body: str = _long_text()


def _days(since: datetime, at: datetime) -> float:
    return (to_millis(at) - to_millis(since)) / (DAY * 1000)
