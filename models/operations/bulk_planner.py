"""The base of all kinds of runs: the request of a row, and the planner that plans rows.

One planner object plans all rows of a run, so that it reads the data shared by all rows only once.
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
class RowRequest:
    """The request of one row: the record to change, or the values of a record to add."""

    record_id: int = 0
    """The id of the record to change; 0 for a record to add."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The texts of the record to add, by the names of the file's fields."""
    number: int = 0
    """The number of the row in a file, from 1."""
    problems: tuple[Reason, ...] = ()
    """Why the row cannot be read; empty for a readable row."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The plan of a row."""

    subject: str
    """The name of the record or of its customer."""
    plan: Plan
    record_id: int = 0
    """The id of the record; 0 for a record that the plan adds."""


class Planner:
    """Plans the rows of one kind of run."""

    LATE: ClassVar[tuple[str, str]] = ("run.failed", "")
    """Code and field of the reason that is added if writing a row fails after planning."""
    KIND: ClassVar[ChangeKind] = ChangeKind.UPDATED
    """The kind of the refused plans of unreadable rows."""
    NAMED_BY: ClassVar[str] = ""
    """The field that contains the name of a row's new record."""

    def __init__(
        self, store: Store, account: Account, wishes: Mapping[str, str], *, only_plans: bool
    ) -> None:
        """Begin to plan rows.

        Args:
            store: the book.
            account: the run's account.
            wishes: the request of the run, the same for every row.
            only_plans: whether the plans are only shown, not written; then the planner has to
                remember the records that earlier rows would add.
        """
        self.store, self.account, self.wishes = store, account, wishes
        self.only_plans = only_plans

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        """Return the plan of a row, computed from the book as `session` sees it.

        Raises:
            NotFoundError: the record is not in the book any more.
            RefusedError: the request of the run is incomplete.
        """
        raise NotImplementedError

    def unreadable(self, _session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        """Return the refused plan of a row with `problems`."""
        name = row.values.get(self.NAMED_BY, "")
        target = Target(self.account.id, self.account.cloud.id, name)
        return RowPlan(name, Plan.of(self.KIND, by, target, (), row.problems))

    def close(self) -> None:
        """Close the connections that were opened for the rows."""
