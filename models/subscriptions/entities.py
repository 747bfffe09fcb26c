"""Stored subscriptions; names are Microsoft's in snake_case.

Fields: `reference/newer.md §3.4` and `reference/resources.md`, *Subscription*.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from partnerdesk.models.core.clock import NEVER
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers import entities as customers  # noqa: F401 - the tables that foreign keys point to
from partnerdesk.models.database.column_types import (
    SortedText,
    Whole,
    moment_column,
    version_column,
    versioned,
)
from partnerdesk.models.database.derived import kept_up
from partnerdesk.models.subscriptions.states import ACTIVE, LASTING, AtEnd, at_end, term_end

if TYPE_CHECKING:
    from collections.abc import Mapping


def _long_text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


@kept_up
@versioned
class Subscription(SQLModel, table=True):
    """A subscription of a customer: an offer, its seats, its term and how it goes on."""

    DERIVED: ClassVar[tuple[str, ...]] = (
        "name_sort",
        "search_text",
        "term_ends_at",
        "renews_sort",
        "window_sort",
    )
    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("account_id", "microsoft_id"),
        Index("subscriptions_by_renewal", "account_id", "renews_sort", "id", "status"),
        Index("subscriptions_by_window", "account_id", "window_sort", "id", "status"),
        Index("subscriptions_by_name", "account_id", "name_sort", "id"),
        Index("subscriptions_by_quantity", "account_id", "quantity", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int = Field(foreign_key="customers.id", index=True)
    microsoft_id: str | None = None
    """Microsoft's id of the subscription, a lower-case GUID; None if it is unknown."""
    order_id: str = ""
    offer_id: str = ""
    """The id of an offer, or of an item of the catalogue: `product:sku:availability`."""
    offer_name: str = ""
    friendly_name: str
    """The partner's own name for it; at first the name of the offer."""
    quantity: int = Field(default=0, sa_type=Whole)
    """The number of seats, or of the unit in `unit_type`."""
    unit_type: str = ""
    status: str = ACTIVE
    """A key of `STATUSES`, or one that Microsoft added later."""
    parent_subscription_id: str = ""
    """The Microsoft ID of the base of an add-on; empty for others."""
    auto_renew_enabled: bool | None = None
    """Whether it renews itself at the end of its term; None if that is not known."""
    term_duration: str = ""
    """The term in ISO 8601, such as `P1Y`; empty if it is unknown."""
    billing_cycle: str = ""
    """A key of `BILLING_CYCLES`."""
    billing_type: str = ""
    """`usage`, `license`, `benefit` or `none`."""
    is_trial: bool = False
    creation_date: datetime | None = Field(default=None, sa_column=moment_column())
    effective_start_date: datetime | None = Field(default=None, sa_column=moment_column())
    commitment_end_date: datetime | None = Field(default=None, sa_column=moment_column())
    """The end of the term as Partner Center tells it; `term_ends_at` is the moment."""
    cancellation_allowed_until_date: datetime | None = Field(
        default=None, sa_column=moment_column()
    )
    """Until when it can be cancelled; None where it cannot."""
    refundable_quantity: int | None = Field(default=None, sa_type=Whole)
    """How many seats can be given back now; None if that is not known."""
    refundable_until: datetime | None = Field(default=None, sa_column=moment_column())
    """Until when the last of those seats can be given back."""
    scheduled: str = _long_text()
    """What is scheduled for the renewal, as JSON in the words of the book; empty if nothing is."""
    suspension_reasons: str = ""
    """Why it is suspended, as Partner Center tells it."""
    partner_id: str = ""
    """The MPN ID of the reseller of record; empty without one."""
    unit_price: str = ""
    """The price of one unit for a billing period, such as `12.30`; empty if it is unknown."""
    currency: str = ""
    """The currency of `unit_price`, ISO 4217."""
    seen_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center, or an export from it, last told of it."""
    gone_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When Partner Center first lacked it; None while it is told."""
    term_ends_at: datetime | None = Field(default=None, sa_column=moment_column())
    """The moment at which the term ends; `NEVER` where it has no end."""
    renews_sort: datetime | None = Field(default=None, sa_column=moment_column())
    """The end of a term that goes on; `NEVER` for others, so that they sort last."""
    window_sort: datetime | None = Field(default=None, sa_column=moment_column())
    """Until when something can be given back; `NEVER` where nothing can."""
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = _long_text()
    version: int = Field(default=1, sa_column=version_column())

    @property
    def at_end(self) -> AtEnd:
        """What becomes of it when its term ends."""
        return at_end(
            self.status,
            self.term_ends_at or NEVER,
            self.offer_id,
            auto_renew=self.auto_renew_enabled,
            scheduled=bool(self.scheduled),
        )

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        names = ("friendly_name", "offer_name", "offer_id", "microsoft_id", "order_id")
        lines = [fold(row[name] or "") for name in names]
        ends = term_end(row["commitment_end_date"], row["offer_id"])
        windows = (row["cancellation_allowed_until_date"], row["refundable_until"])
        window = max((end for end in windows if end is not None), default=NEVER)
        return {
            "name_sort": lines[0][:200],
            "search_text": "\n".join(lines),
            "term_ends_at": ends,
            "renews_sort": ends if row["status"] in LASTING else NEVER,
            "window_sort": window if row["status"] == ACTIVE else NEVER,
        }
