"""What every kind of run has: what a row asks for, and the planner that makes the plan of it.

A planner lives as long as a run is planned or done, so that what all its rows share is read once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store


@dataclass(frozen=True, slots=True)
class RowWish:
    """What one row asks for: something of a record in the book, or a record that is to be made."""

    record_id: int = 0
    """The record of the book; 0 where it is to be made."""
    said: Mapping[str, str] = field(default_factory=dict)
    """What is said of a record that is to be made, by the names of the file's fields."""
    number: int = 0
    """The row's number in a file; 1 for the first."""
    problems: tuple[Reason, ...] = ()
    """Why the row cannot be read."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The plan of a row."""

    subject: str
    """Whom it is about, by name."""
    plan: Plan
    record_id: int = 0
    """The record that it is about; 0 where there is none yet."""


class Planner:
    """Makes the plan of each row of one kind of run."""

    LATE: ClassVar[tuple[str, str]] = ("run.failed", "")
    """Code and field of the reason that a row could not be written, however it was planned."""
    KIND: ClassVar[ChangeKind] = ChangeKind.UPDATED
    """What the plans do where the rows make records."""
    NAMED_BY: ClassVar[str] = ""
    """By which field a row that makes a record is called."""

    def __init__(
        self, store: Store, account: Account, wishes: Mapping[str, str], *, only_plans: bool
    ) -> None:
        """Begin to plan rows.

        Args:
            store: the book.
            account: the run's account.
            wishes: what the run asks of every row.
            only_plans: whether nothing is written, so that rows have to know of those before.
        """
        self.store, self.account, self.wishes = store, account, wishes
        self.only_plans = only_plans

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        """Return the plan of a row, from the book as `session` sees it.

        Raises:
            NotFoundError: the record went out of the book.
        """
        raise NotImplementedError

    def unreadable(self, _session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        """Return the refused plan of a row that cannot be read."""
        name = row.said.get(self.NAMED_BY, "")
        target = Target(self.account.id, self.account.cloud.id, name)
        return RowPlan(name, Plan.of(self.KIND, by, target, (), row.problems))

    def close(self) -> None:
        """Give back what was opened for the rows."""
