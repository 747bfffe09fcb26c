"""How a row of each kind of run is printed: its fields, its name and the text of its result."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import verdict_of
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.operations.bulk_records import RowState, RunKind
from partnerdesk.models.operations.describe_plan import change_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.operations.bulk_rows import RowView

_RESULT_MARKS = {
    "done": "✓",
    "added": "✓",
    "nothing": "=",
    "exists": "=",
    "refused": "✗",
    "failed": "✗",
    "waiting": "…",
}
_RESULT_TEXTS = {
    "done": N_("done"),
    "added": N_("added"),
    "would_add": N_("would be added"),
    "nothing": N_("already so"),
    "exists": N_("in the book already"),
    "refused": N_("refused"),
    "failed": N_("failed"),
    "waiting": N_("to do"),
}
LONGEST_CHANGE = 300
"""The most characters that are printed of the text of a change."""
_RESULTS_OF_NEW = {RowState.DONE: "added", RowState.NOTHING: "exists", RowState.FAILED: "refused"}
"""Result words of rows that make records, where they differ from the name of the state."""


def result_mark(result: str) -> str:
    """Return the mark in front of a printed row; `+` for every result that starts with `would_`."""
    return _RESULT_MARKS.get(result, "+")


def result_text(result: str) -> str:
    """Return a result as a text in the language in use."""
    return _(_RESULT_TEXTS.get(result, N_("would be done")))


def summary(counts: Counter[str]) -> str:
    """Return the number of rows per result as a text."""
    would = sum(number for result, number in counts.items() if result not in _RESULT_TEXTS)
    n = counts + Counter(would=would)
    texts = {
        "done": ngettext("{count} done", "{count} done", n["done"]),
        "added": ngettext("{count} added", "{count} added", n["added"]),
        "would": ngettext("{count} would be done", "{count} would be done", n["would"]),
        "would_add": ngettext("{count} would be added", "{count} would be added", n["would_add"]),
        "nothing": ngettext("{count} already so", "{count} already so", n["nothing"]),
        "exists": ngettext(
            "{count} in the book already", "{count} in the book already", n["exists"]
        ),
        "refused": ngettext("{count} refused", "{count} refused", n["refused"]),
        "failed": ngettext("{count} failed", "{count} failed", n["failed"]),
        "waiting": ngettext("{count} to do", "{count} to do", n["waiting"]),
    }
    return ", ".join(text for name, text in texts.items() if n[name]) or _("No rows.")


@dataclass(frozen=True)
class RowForm:
    """How the rows of one kind of run are printed."""

    planned_result: str
    """The result word in a dry run of a row that would be done."""
    fields: Callable[[Session, RowView], Fields]
    """Returns the fields to print, read from the row's record at that moment."""
    name: Callable[[RowView, Fields], str]
    """Returns the name of the row's customer or record, safe to print."""
    last_field: str
    """The field that JSON has after `result`; empty: all fields stand before the result."""
    makes_records: bool = False
    """Whether the rows make new records instead of changing existing ones."""
    reason_fields: tuple[str, ...] = ("field", "code", "text", "source", "refuses")
    """The fields of a reason that JSON has."""

    def result(self, state: RowState, *, planned: bool = False) -> str:
        """Return the value of `result` in JSON for a row in this state."""
        if planned and state is RowState.WAITING:
            return self.planned_result
        return _RESULTS_OF_NEW.get(state, state.value) if self.makes_records else state.value

    def counted(self, *, dry_run: bool) -> list[str]:
        """Return the results that JSON counts, also if their number is zero."""
        if self.makes_records:
            return [self.planned_result if dry_run else "added", "exists", "refused"]
        return [
            *([self.planned_result] if dry_run else ["done", "failed", "waiting"]),
            "nothing",
            "refused",
        ]

    def as_json(
        self, fields: Fields, plan: Plan | None, reasons: Sequence[Reason], result: str
    ) -> dict[str, Any]:
        """Return a row as `--json` prints it. Scripts rely on the fields."""
        from partnerdesk.models.changes.plan import reason_json

        reasons_json = [
            {
                name: value
                for name, value in reason_json(reason).items()
                if name in self.reason_fields
            }
            for reason in reasons
        ]
        first = {name: value for name, value in fields.items() if name != self.last_field}
        last = {name: value for name, value in fields.items() if name == self.last_field}
        verdict = verdict_of(reasons).value
        if not self.makes_records:
            both = plan.before_and_after() if plan is not None else (None, None)
            first |= dict(zip(("before", "after"), both, strict=True))
        return {**first, "verdict": verdict, "reasons": reasons_json, "result": result, **last}

    def as_text(self, plan: Plan | None, result: str) -> str:
        """Return the result of a row as a text, with its change: old → new."""
        change = ""
        if plan is not None and result in ("done", self.planned_result) and not self.makes_records:
            change = shown(change_of(plan))
        if len(change) > LONGEST_CHANGE:
            change = change[: LONGEST_CHANGE - 1] + "…"
        return f"{result_text(result)}: {change}" if change else result_text(result)


def as_planned(fields: Fields, plan: Plan | None) -> Fields:
    """Return a row's fields with the values that its plan would write."""
    planned = dict(fields)
    for step in plan.steps if plan is not None else ():
        planned |= {
            name: _moment(value) for name, value in (step.after or {}).items() if name in fields
        }
    return planned


def _moment(value: Any) -> Any:
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


def _delegation(session: Session, row: RowView) -> Fields:
    from partnerdesk.cli.shared.records import record_fields
    from partnerdesk.models.core.errors import NotFoundError
    from partnerdesk.models.relationships.delegated_admin import delegation_of

    try:
        delegation = delegation_of(session, row.record_id)
    except NotFoundError:
        return {"id": row.record_id, "customer": row.subject}
    relationship = record_fields(delegation.relationship)
    return {
        "id": row.record_id,
        "customer": delegation.customer.company_name,
        "display_name": relationship["display_name"],
        "end_date_time": relationship["end_date_time"],
    }


def _customer(session: Session, row: RowView) -> Fields:
    from partnerdesk.models.customers.entities import Customer

    customer = session.get(Customer, row.record_id)
    if customer is None:
        return {"id": row.record_id, "customer": row.subject}
    return {
        "id": row.record_id,
        "customer": customer.company_name,
        "primary_domain": customer.primary_domain,
        "indirect_reseller": customer.indirect_reseller,
    }


def _customer_without_reseller(session: Session, row: RowView) -> Fields:
    fields = _customer(session, row)
    return {name: value for name, value in fields.items() if name != "indirect_reseller"}


def _subscription(session: Session, row: RowView) -> Fields:
    from partnerdesk.models.core.errors import NotFoundError
    from partnerdesk.models.subscriptions.page import page_of

    try:
        page = page_of(session, row.record_id)
    except NotFoundError:
        return {"id": row.record_id, "customer": row.subject}
    one = page.subscription
    return {
        "id": row.record_id,
        "customer": page.customer.company_name,
        "display_name": one.friendly_name,
        "quantity": one.quantity,
        "status": one.status,
        "auto_renew_enabled": one.auto_renew_enabled,
    }


def _undone_entry(_session: Session, row: RowView) -> Fields:
    return {"change": row.record_id, "customer": row.subject}


def _new_customer(_session: Session, row: RowView) -> Fields:
    return {"row": row.wish.number, "id": row.record_id or None}


def _new_delegation(_session: Session, row: RowView) -> Fields:
    name = " ".join(row.wish.values.get("name", "").split())
    return {
        "row": row.wish.number,
        "customer": row.subject,
        "display_name": name,
        "id": row.record_id or None,
    }


def _names(fields: Fields) -> list[str]:
    names = (fields.get("customer"), fields.get("display_name"))
    return [shown(str(name)) for name in names if name]


def _name(_row: RowView, fields: Fields) -> str:
    return " · ".join(_names(fields))[:120]


def _short_names(_row: RowView, fields: Fields) -> str:
    return " · ".join(name[:80] for name in _names(fields))


def _name_and_domain(row: RowView, _fields: Fields) -> str:
    domain = row.plan.unused_domain if row.plan is not None else ""
    return (shown(row.subject)[:80] or "–") + (f" ({shown(domain)})" if domain else "")


FORMS: Mapping[RunKind, RowForm] = {
    RunKind.EXTEND: RowForm("would_extend", _delegation, _name, "end_date_time"),
    RunKind.NAME_RESELLER: RowForm("would_name", _customer, _name, ""),
    RunKind.INVITE: RowForm("would_invite", _customer, _name, ""),
    RunKind.TAG: RowForm("would_tag", _customer_without_reseller, _name, ""),
    RunKind.NOTE: RowForm("would_note", _customer_without_reseller, _name, ""),
    RunKind.EDIT: RowForm("would_change", _customer_without_reseller, _name, ""),
    RunKind.END: RowForm("would_end", _customer_without_reseller, _name, ""),
    RunKind.SUBSCRIPTIONS: RowForm("would_change", _subscription, _name, ""),
    RunKind.UNDO: RowForm("would_undo", _undone_entry, _name, ""),
    RunKind.ADD_CUSTOMERS: RowForm(
        "would_add",
        _new_customer,
        _name_and_domain,
        "id",
        makes_records=True,
        reason_fields=("field", "code", "text", "source"),
    ),
    RunKind.ADD_DELEGATED_ADMIN: RowForm(
        "would_add", _new_delegation, _short_names, "id", makes_records=True
    ),
}
"""How the rows of each kind are printed."""
