"""How a row of each kind of run is printed: its fields, its name, and the words for its result."""

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

_MARKS = {"done": "✓", "added": "✓", "nothing": "=", "exists": "=", "refused": "✗", "failed": "✗",
          "waiting": "…"}  # fmt: skip
_SAID = {
    "done": N_("done"), "added": N_("added"), "would_add": N_("would be added"),
    "nothing": N_("already so"), "exists": N_("in the book already"), "refused": N_("refused"),
    "failed": N_("failed"), "waiting": N_("to do"),
}  # fmt: skip
LONGEST_CHANGE = 300
"""Characters that are printed of what a row changes."""
_OF_NEW = {RowState.DONE: "added", RowState.NOTHING: "exists", RowState.FAILED: "refused"}
"""The results of rows that make records, where they have words of their own."""


def mark_of(result: str) -> str:
    """Return what stands before a row, by its result; `+` for one that would be done."""
    return _MARKS.get(result, "+")


def said_of(result: str) -> str:
    """Return a result in words."""
    return _(_SAID.get(result, N_("would be done")))


def summary(counts: Counter[str]) -> str:
    """Return in words how many rows there are of each result."""
    would = sum(number for result, number in counts.items() if result not in _SAID)
    n = counts + Counter(would=would)
    told = {
        "done": ngettext("{count} done", "{count} done", n["done"]),
        "added": ngettext("{count} added", "{count} added", n["added"]),
        "would": ngettext("{count} would be done", "{count} would be done", n["would"]),
        "would_add": ngettext("{count} would be added", "{count} would be added", n["would_add"]),
        "nothing": ngettext("{count} already so", "{count} already so", n["nothing"]),
        "exists": ngettext("{count} in the book already", "{count} in the book already",
                           n["exists"]),
        "refused": ngettext("{count} refused", "{count} refused", n["refused"]),
        "failed": ngettext("{count} failed", "{count} failed", n["failed"]),
        "waiting": ngettext("{count} to do", "{count} to do", n["waiting"]),
    }  # fmt: skip
    return ", ".join(text for name, text in told.items() if n[name]) or _("No rows.")


@dataclass(frozen=True)
class RowForm:
    """How the rows of one kind of run are printed."""

    would: str
    """The result of a row that would be done, were this not a dry run."""
    fields: Callable[[Session, RowView], Fields]
    """Returns what is printed of a row, as the book has its record then."""
    name: Callable[[RowView, Fields], str]
    """Returns whom it is about, safe to print."""
    last: str
    """The field that stands behind the result."""
    makes: bool = False
    """Whether the rows make records."""
    of_reasons: tuple[str, ...] = ("field", "code", "text", "source", "refuses")
    """What is printed of a reason."""

    def result(self, state: RowState, *, planned: bool = False) -> str:
        """Return the result of a row in a state, the word of JSON for it."""
        if planned and state is RowState.WAITING:
            return self.would
        return _OF_NEW.get(state, state.value) if self.makes else state.value

    def counted(self, *, dry_run: bool) -> list[str]:
        """Return the results that JSON counts, also where there is none of them."""
        if self.makes:
            return [self.would if dry_run else "added", "exists", "refused"]
        return [*([self.would] if dry_run else ["done", "failed", "waiting"]), "nothing", "refused"]

    def as_json(
        self, fields: Fields, plan: Plan | None, reasons: Sequence[Reason], result: str
    ) -> dict[str, Any]:
        """Return a row as `--json` prints it; a stable contract."""
        from partnerdesk.models.changes.plan import reason_json

        told = [
            {name: value for name, value in reason_json(reason).items() if name in self.of_reasons}
            for reason in reasons
        ]
        first = {name: value for name, value in fields.items() if name != self.last}
        last = {name: value for name, value in fields.items() if name == self.last}
        verdict = verdict_of(reasons).value
        if not self.makes:
            both = plan.before_and_after() if plan is not None else (None, None)
            first |= dict(zip(("before", "after"), both, strict=True))
        return {**first, "verdict": verdict, "reasons": told, "result": result, **last}

    def as_text(self, plan: Plan | None, result: str) -> str:
        """Return in words what became of a row, with what changes: old → new."""
        change = ""
        if plan is not None and result in ("done", self.would) and not self.makes:
            change = shown(change_of(plan))
        if len(change) > LONGEST_CHANGE:
            change = change[: LONGEST_CHANGE - 1] + "…"
        return f"{said_of(result)}: {change}" if change else said_of(result)


def as_planned(fields: Fields, plan: Plan | None) -> Fields:
    """Return a row's fields as its plan would make them."""
    told = dict(fields)
    for step in plan.steps if plan is not None else ():
        told |= {name: _moment(value) for name, value in (step.after or {}).items()
                 if name in fields}  # fmt: skip
    return told


def _moment(value: Any) -> Any:
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


def _delegation(session: Session, row: RowView) -> Fields:
    from partnerdesk.cli.shared.records import record_fields
    from partnerdesk.models.core.errors import NotFoundError
    from partnerdesk.models.relationships.delegated_admin import delegation_of

    try:
        found = delegation_of(session, row.record_id)
    except NotFoundError:
        return {"id": row.record_id, "customer": row.subject}
    one = record_fields(found.relationship)
    return {
        "id": row.record_id, "customer": found.customer.company_name,
        "display_name": one["display_name"], "end_date_time": one["end_date_time"],
    }  # fmt: skip


def _customer(session: Session, row: RowView) -> Fields:
    from partnerdesk.models.customers.entities import Customer

    customer = session.get(Customer, row.record_id)
    if customer is None:
        return {"id": row.record_id, "customer": row.subject}
    return {
        "id": row.record_id, "customer": customer.company_name,
        "primary_domain": customer.primary_domain, "indirect_reseller": customer.indirect_reseller,
    }  # fmt: skip


def _marked(session: Session, row: RowView) -> Fields:
    fields = _customer(session, row)
    return {name: value for name, value in fields.items() if name != "indirect_reseller"}


def _entry(_session: Session, row: RowView) -> Fields:
    return {"change": row.record_id, "customer": row.subject}


def _new_customer(_session: Session, row: RowView) -> Fields:
    return {"row": row.wish.number, "id": row.record_id or None}


def _new_delegation(_session: Session, row: RowView) -> Fields:
    name = " ".join(row.wish.said.get("name", "").split())
    return {
        "row": row.wish.number, "customer": row.subject, "display_name": name,
        "id": row.record_id or None,
    }  # fmt: skip


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
    RunKind.TAG: RowForm("would_tag", _marked, _name, ""),
    RunKind.NOTE: RowForm("would_note", _marked, _name, ""),
    RunKind.EDIT: RowForm("would_change", _marked, _name, ""),
    RunKind.END: RowForm("would_end", _marked, _name, ""),
    RunKind.UNDO: RowForm("would_undo", _entry, _name, ""),
    RunKind.ADD_CUSTOMERS: RowForm(
        "would_add", _new_customer, _name_and_domain, "id", makes=True,
        of_reasons=("field", "code", "text", "source"),
    ),
    RunKind.ADD_DELEGATED_ADMIN: RowForm(
        "would_add", _new_delegation, _short_names, "id", makes=True
    ),
}  # fmt: skip
"""How the rows of each kind are printed."""
