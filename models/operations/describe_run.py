"""Describes runs for a person: the change of each row, planned or done, and the run's request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.languages import N_, _
from partnerdesk.models.operations.bulk import plan_rows
from partnerdesk.models.operations.bulk_records import RunRow
from partnerdesk.models.operations.describe_fields import field_lines
from partnerdesk.models.operations.registry import ASKED_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan, PlanContext
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import RunView

_WISH_TITLES = {
    "add": N_("Tags that come"),
    "remove": N_("Tags that go"),
    "set": N_("These tags and no others"),
    "text": N_("Note"),
    "reseller": N_("Indirect reseller"),
    "by": N_("Extend by, or to"),
    "reason": N_("Reason"),
    "change": N_("Undoes"),
    "kind": N_("Links to"),
    "link": N_("Link"),
    "provider": N_("Indirect provider"),
    "language": N_("Language"),
    "made": N_("Made"),
    "delegated_admin": N_("Delegated admin"),
    "reservations": N_("Azure reservations"),
    "software": N_("software purchases"),
    "subscriptions": N_("active subscriptions"),
    "seats": N_("Seats"),
    "auto_renew": N_("Auto-renew"),
    "renewal": N_("At the renewal"),
    "renewal_seats": N_("Seats at the renewal"),
    "renewal_term": N_("Term from the renewal on"),
    "renewal_billing": N_("Billing from the renewal on"),
    "renewal_offer": N_("Product from the renewal on"),
}


class DoneRow(NamedTuple):
    """The history entry of a row that was carried out."""

    change_id: int
    change: str
    """The changed fields, such as `Country: DE → AT; Tags: – → vip`."""


def done_rows(store: Store, run_id: int) -> dict[int, DoneRow]:
    """Return the history entries of the rows of a run that were carried out, by place."""
    with store.reading() as session:
        found = session.exec(
            select(RunRow.place, Change.id, Change.before, Change.after)
            .where(RunRow.run_id == run_id)
            .join(Change, col(Change.plan_id) == col(RunRow.plan_id))
        )
        return {
            place: DoneRow(
                int(id or 0), "; ".join(field_lines(as_object(before), as_object(after)))
            )
            for place, id, before, after in found
        }


def open_plans(store: Store, account: Account, run: RunView, by: PlanContext) -> dict[int, Plan]:
    """Return the plans of the waiting and failed rows of a run, by place."""
    wishes = [row.wish for row in run.rows if row.is_open(again=True)]
    planned = plan_rows(store, account, run.wish, wishes, by)
    return {row.wish.number - 1: row.plan for row in planned if row.plan is not None}


def asked_lines(wishes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the request of a run as titles and texts, without `why` and `accounts`."""
    titles = ASKED_TITLES | _WISH_TITLES
    return [
        (_(titles.get(name, name)), text or "–")
        for name, text in wishes.items()
        if name not in ("why", "accounts")
    ]
