"""The entry of the history for a run of a sync: one for the run, with a part for each change.

The entry is written with the first change of a run, because new customers name it; its counts come
with its last part. A run that changes nothing has no entry, as an import without changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import insert
from sqlmodel import SQLModel

from partnerdesk.models.changes.history import appending, as_json, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, Target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor, History
    from partnerdesk.models.changes.plan import Step
    from partnerdesk.models.syncing.entities import AccountSync

SUBJECT = "Partner Center"
"""What the entry of a run is about; a name, so it is not translated."""
COUNTS = ("received", "new", "changed", "gone")
"""The counts of a run that its last part keeps."""


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """What a sync changes of one customer."""

    customer_id: int
    company_name: str
    steps: list[Step]


class RunEntry:
    """Writes the entry of a run and its parts, inside the transaction of what they record."""

    def __init__(
        self, session: Session, row: AccountSync, cloud: str, actor: Actor, at: datetime
    ) -> None:
        self._session = session
        self._row = row
        self._cloud = cloud
        self._actor = actor
        self._at = at

    def record(self, changes: Iterable[CustomerChange]) -> int:
        """Add the parts of some changes, after the run's entry if it has none; return its id."""
        with appending(self._session) as history:
            id = self._of_run(history)
            self._add(history.sealed(self._part(change, id)) for change in changes)
        return id

    def finish(self) -> None:
        """Add the last part, with the counts of the run, if the run changed anything."""
        if self._row.change_id is None:
            return
        counts = {name: getattr(self._row, name) for name in COUNTS}
        fields = self._entry(ChangeKind.SYNCED, after=counts, part_of=self._row.change_id)
        with appending(self._session) as history:
            self._add([history.sealed(fields)])

    def _of_run(self, history: History) -> int:
        if self._row.change_id is None:
            sync_of = as_json({"sync": self._row.account_id})
            written = history.sealed(self._entry(ChangeKind.SYNCED, plan=sync_of))
            self._add([written])
            self._row.change_id = int(written["id"])
        return self._row.change_id

    def _part(self, change: CustomerChange, part_of: int) -> dict[str, Any]:
        by = PlanContext(self._actor, self._at, str(uuid4()))
        target = Target(self._row.account_id, self._cloud, change.company_name, change.customer_id)
        plan = Plan.of(ChangeKind.UPDATED, by, target, change.steps)
        before, after = plan.before_and_after()
        return entry(
            ChangeKind.UPDATED,
            self._actor,
            self._at,
            before=before,
            after=after,
            account_id=self._row.account_id,
            customer_id=change.customer_id,
            subject=change.company_name,
            plan=as_json(plan.as_json()),
            part_of=part_of,
        )

    def _entry(self, kind: ChangeKind, **fields: Any) -> dict[str, Any]:
        fields = {"account_id": self._row.account_id, "subject": SUBJECT, **fields}
        return entry(kind, self._actor, self._at, **fields)

    def _add(self, rows: Iterable[dict[str, Any]]) -> None:
        if written := list(rows):
            self._session.connection().execute(insert(SQLModel.metadata.tables["changes"]), written)
