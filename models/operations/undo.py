"""Plans the undo of a change, from the plan that the history stores of the change."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlmodel import col, func, select

from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.fields import differences, fields_of
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.plan import (
    Fields,
    Plan,
    PlanContext,
    Step,
    TakeBack,
    Target,
)
from partnerdesk.models.changes.record_kind import OfCustomer
from partnerdesk.models.changes.waiting_calls import is_correctable, open_calls_of
from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.edit import domain_stays
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.records import CUSTOMER, NOTE, TAG
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.edits import (
    EDITS,
    is_taken_back_there,
    reverse_calls,
    reverse_refusals,
    taken_back,
)
from partnerdesk.models.operations.execute import domain_taken, key_names
from partnerdesk.models.operations.joined_calls import in_the_way
from partnerdesk.models.operations.registry import RECORDS
from partnerdesk.models.relationships.candidates import with_active_relationship
from partnerdesk.models.relationships.records import RELATIONSHIP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session, SQLModel

    from partnerdesk.models.changes.calls import Call
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.database.store import Store

GOES_WITH_CUSTOMER = [
    kind for kind in reversed(RECORDS.values()) if kind.of_customer is OfCustomer.GOES
]
"""Kinds of records that are removed with a customer, in an order that foreign keys allow."""
HOLDS_CUSTOMER = [kind for kind in RECORDS.values() if kind.of_customer is OfCustomer.HOLDS]
"""Kinds of records that prevent the removal of their customer."""


def plan_undo(store: Store, change_id: int, by: PlanContext) -> Plan:
    """Plan the undo of an entry of the history; the plan is refused if an undo is impossible.

    Raises:
        NotFoundError: there is no such entry.
    """
    with store.reading() as session:
        return undo_of(session, entry_of(session, change_id), by)


def undo_of(session: Session, entry: Change, by: PlanContext) -> Plan:
    """Plan the undo of an entry, as `plan_undo` does, in an open session."""
    return _UndoPlanner(session, entry, by).plan()


class Parts(StrEnum):
    """What an entry of the history consists of; this determines how it is undone."""

    STEPS = "steps"
    """The steps of one plan; one plan undoes them (`plan_undo`)."""
    RUN = "run"
    """The rows of a run, each with an entry; a run of undos undoes them (`plan_undo_run`)."""
    IMPORT = "import"
    """The rows of a file of customers; one transaction undoes them (`models.importing.undo`)."""


def parts_of(entry: Change) -> Parts:
    """Return what an entry consists of."""
    plan = as_object(entry.plan)
    return next((part for part in (Parts.RUN, Parts.IMPORT) if part in plan), Parts.STEPS)


def why_not_undone(entry: Change) -> str:
    """Return why an entry can never be undone, whatever the book holds; empty if it may be."""
    steps = as_object(entry.plan).get("steps")
    if entry.kind == ChangeKind.SYNCED:
        return _("Partner Center says so, and the next sync would say it again: change it there.")
    if parts_of(entry) is not Parts.STEPS:
        if "removed" in as_object(entry.after):
            return _("It took an import back. Importing the same file again does it anew.")
        return ""
    if entry.kind == ChangeKind.SENT:
        return _("It only says what Partner Center answered: the change itself can be undone.")
    if entry.kind == ChangeKind.ACCOUNT and as_object(entry.after).get("connected") is True:
        return _("End the connection with: partnerdesk accounts remove. Customers stay.")
    if entry.kind == ChangeKind.ENDED and "notice" in as_object(entry.after):
        return _("It only says that a letter went out: nothing in the book is to be taken back.")
    if entry.kind == ChangeKind.IMPORTED:
        return _(
            "An older version imported this file and kept no plan of what it changed. "
            "A backup can be restored: partnerdesk database restore FILE"
        )
    if not _readable(steps):
        return _(
            "The history keeps no plan of it, so there is nothing to take back step by step. "
            "A backup can be restored: partnerdesk database restore FILE"
        )
    return ""


def _readable(steps: Any) -> bool:
    """Return whether stored steps have the form that this program writes."""
    return (
        bool(steps)
        and isinstance(steps, list)
        and all(
            isinstance(step, dict)
            and step.get("record") in RECORDS
            and isinstance(step.get("key"), dict)
            and {"before", "after"} <= step.keys()
            for step in steps
        )
    )


def undone_already(session: Session, entry: Change) -> Reason:
    """Return the refusal for an entry that is undone: when, and by whom."""
    undone = entry_of(session, entry.undone_by or 0)
    text = _("It was undone already, on {when} by {who} (change {id}).")
    when = moment_text(undone.at)
    return Reason("undo.twice", text.format(when=when, who=undone.actor, id=undone.id))


class _UndoPlanner:
    def __init__(self, session: Session, entry: Change, by: PlanContext) -> None:
        self.session, self.entry, self.by = session, entry, by
        self.stored: Fields = as_object(entry.plan)

    def plan(self) -> Plan:
        entry = self.entry
        reasons = self._reasons()
        steps: tuple[Step, ...] = ()
        if not reasons:
            steps = self._steps()
            checks = (
                self._lost,
                self._sent_domain,
                self._changed_since,
                self._taken,
                self._related_since,
                self._not_taken_back,
            )
            for check in checks:
                reasons += check(steps)
        if is_refused(reasons):
            steps = ()
        removes = any(step.record is CUSTOMER and step.after is None for step in steps)
        cloud = str(self.stored.get("target", {}).get("cloud", ""))
        back = _("Undoing this in turn brings the customer back.")
        return Plan.of(
            ChangeKind.UNDONE,
            self.by,
            Target(entry.account_id or 0, cloud, entry.subject, entry.customer_id),
            steps,
            reasons,
            TakeBack(possible=True, text=back) if removes else None,
            self._calls(steps),
            unused_domain=_restored_domain(steps),
            undoes=entry.id,
            asks_why=removes,
            summary=(as_object(entry.after), as_object(entry.before)),
        )

    def _reasons(self) -> list[Reason]:
        """Return the refusals that follow from the entry, without a look at its records."""
        entry = self.entry
        if never := why_not_undone(entry):
            return [Reason("undo.never", never)]
        if parts_of(entry) is not Parts.STEPS:
            return [Reason("undo.rows", _("It is taken back row by row, by its own number."))]
        if entry.undone_by is not None:
            return [undone_already(self.session, entry)]
        if self._customer_is_gone():
            return [Reason("undo.customer-gone", _("This customer is not in the book any more."))]
        return self._sent()

    def _sent(self) -> list[Reason]:
        """Return why the calls of the change stand in the way of taking it back."""
        calls = self.session.exec(
            select(OutboxCall).where(OutboxCall.change_id == self.entry.id)
        ).all()
        if self._takes_back_a_call():
            text = _("What was given up is not sent again by this: do it anew.")
            return [Reason("undo.do-anew", text)]
        if any(call.channel == Channel.MAIL for call in calls):
            text = _("Something was sent with it, or waits to be, which cannot be called back.")
            return [Reason("undo.sent", text)]
        states = {call.state for call in calls}
        if states & {CallState.SENDING, CallState.SENT}:
            text = _("It is being sent to Partner Center, or nobody knows yet whether it arrived.")
            return [Reason("undo.being-sent", text)]
        if CallState.CONFIRMED in states and not self._is_reversible(calls):
            text = _("Partner Center has it already, and nothing there takes it back.")
            return [Reason("undo.confirmed", text)]
        later = [one for call in calls for one in in_the_way(self.session, call)]
        if later and not states <= {CallState.CONFIRMED, CallState.JOINED}:
            ids = ", ".join(str(call.id) for call in later[:5])
            text = _("Later calls of the same customer wait behind it; give those up first: {ids}.")
            return [Reason("undo.later-calls", text.format(ids=ids))]
        return []

    def _takes_back_a_call(self) -> bool:
        """Return whether the entry undid a change whose call, but an edit's, was given up."""
        if self.entry.undoes is None:
            return False
        given_up = select(OutboxCall.id).where(
            OutboxCall.change_id == self.entry.undoes,
            OutboxCall.channel == Channel.PARTNER_CENTER,
            col(OutboxCall.operation).not_in(EDITS),
        )
        return self.session.exec(given_up).first() is not None

    @staticmethod
    def _is_reversible(calls: Sequence[OutboxCall]) -> bool:
        return all(call.operation in EDITS for call in calls)

    def _calls(self, steps: tuple[Step, ...]) -> tuple[Call, ...]:
        """Return the call that takes an edit back at Partner Center; none if it never had it."""
        if not is_taken_back_there(self.session, self.entry):
            return ()
        return reverse_calls(self.session, self.entry, steps, self.by)

    def _not_taken_back(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Return why Partner Center would not take an edit back."""
        if not is_taken_back_there(self.session, self.entry):
            return []
        return reverse_refusals(self.session, self.entry, steps, self.by)

    def _customer_is_gone(self) -> bool:
        """Return whether the book lacks the customer and the undo would not restore it."""
        id = self.entry.customer_id
        removed = any(
            step["record"] == CUSTOMER.table and step["after"] is None
            for step in self.stored["steps"]
        )
        return id is not None and not removed and self.session.get(Customer, id) is None

    def _steps(self) -> tuple[Step, ...]:
        """Return the reverse of the stored steps, the last step first."""
        steps: list[Step] = []
        for stored in reversed(self.stored["steps"]):
            record = RECORDS[stored["record"]]
            if record.is_passing:
                continue
            before, after, key = stored["after"], stored["before"], stored["key"]
            if record is CUSTOMER and after is None:
                steps = [*self._with_removals(key["id"], steps)]
            if before is None and record is NOTE:
                key = {"id": None}  # another note may have the id meanwhile
            if before is not None and after is None and record is CUSTOMER:
                row = self.session.get(Customer, key["id"])
                before = _all_fields(row, key) if row else before
            steps.append(Step(record, key, before, after))
        if is_taken_back_there(self.session, self.entry):
            steps = [taken_back(self.entry, step) for step in steps]
        return tuple(steps)

    def _with_removals(self, customer_id: int, steps: list[Step]) -> list[Step]:
        """Return `steps` with steps that remove all present records that go with a customer."""
        removed = []
        for record in GOES_WITH_CUSTOMER:
            kind: Any = record.entity
            rows = self.session.exec(select(kind).where(kind.customer_id == customer_id)).all()
            removed += [_removal(record, row) for row in rows]
        return [step for step in steps if step.record not in GOES_WITH_CUSTOMER] + removed

    def _lost(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Return refusals and warnings about the records that go with a removed customer."""
        removed = [step for step in steps if step.record is CUSTOMER and step.after is None]
        if not removed:
            return []
        customer = self.session.get(Customer, removed[0].key["id"])
        if customer is not None and (customer.microsoft_id or customer.seen_at):
            return [
                Reason(
                    "undo.known-to-microsoft",
                    _(
                        "Partner Center knows this customer by now. "
                        "End the relationship instead of undoing the addition."
                    ),
                    source="rules.md §9",
                )
            ]
        if self._has_relationships(removed[0].key["id"]):
            text = _(
                "An invitation, a delegated-admin relationship or an ended life belongs to this "
                "customer: undo that first."
            )
            return [Reason("undo.has-relationships", text)]
        notes = sum(step.record is NOTE for step in steps)
        tags = sum(step.record is TAG for step in steps)
        later = select(func.count()).where(
            Change.customer_id == self.entry.customer_id,
            col(Change.id) > self.entry.id,
            Change.kind == ChangeKind.UPDATED,
        )
        edits = self.session.exec(later).one()
        texts = {
            "notes": ngettext("{count} note written since goes with it.",
                              "{count} notes written since go with it.", notes),
            "tags": ngettext("{count} tag given since goes with it.",
                             "{count} tags given since go with it.", tags),
            "edits": ngettext("{count} edit made since goes with it.",
                              "{count} edits made since go with it.", edits),
        }  # fmt: skip
        counts = {"notes": notes, "tags": tags, "edits": edits}
        return [
            Reason(f"undo.{what}", texts[what], refuses=False) for what in texts if counts[what]
        ]

    def _has_relationships(self, customer_id: int) -> bool:
        kinds: list[Any] = [record.entity for record in HOLDS_CUSTOMER]
        return any(
            self.session.exec(select(kind.id).where(kind.customer_id == customer_id)).first()
            for kind in kinds
        )

    def _changed_since(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Return a reason for each record that was changed after the change to undo."""
        reasons = []
        for step in steps:
            row = self._row(step)
            if step.before is None:
                changed = row is not None
                names = ""
            else:
                differing = [] if row is None else differences(row, step.before)
                changed = row is None or bool(differing)
                words = step.record.fields
                names = ", ".join(_(words.get(name, name)) for name in differing)
            if changed:
                text = _("It was changed again since: {fields}.").format(fields=names)
                if not names:
                    text = _("What it made or removed was made or removed again since.")
                reasons.append(Reason("undo.changed-since", text))
        return list(dict.fromkeys(reasons))

    def _sent_domain(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Refuse another domain for a customer that Partner Center has, or may have."""
        if self.entry.kind not in (ChangeKind.UPDATED, ChangeKind.UNDONE):
            return []
        names = {name for step in steps if step.before and step.after for name in step.after}
        id = self.entry.customer_id or 0
        calls = open_calls_of(self.session, id)
        if "primary_domain" not in names or any(is_correctable(call) for call in calls):
            return []
        return [domain_stays()]

    def _taken(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Refuse if another customer has the domain of a customer to be restored."""
        domain = _restored_domain(steps)
        taken = domain_taken(self.session, domain) if domain else ""
        return [Reason("undo.domain-taken", taken)] if taken else []

    def _related_since(self, steps: tuple[Step, ...]) -> list[Reason]:
        """Refuse if the undo would restore a second active relationship with a customer."""
        steps = tuple(step for step in steps if step.record is RELATIONSHIP)
        added = [step.after for step in steps if step.before is None]
        restored = [
            fields["customer_id"] for fields in added if fields and fields.get("ended_at") is None
        ]
        if not restored or not with_active_relationship(self.session, restored):
            return []
        text = _("Another relationship with this customer began since.")
        return [Reason("undo.lives", text)]

    def _row(self, step: Step) -> SQLModel | None:
        if None in step.key.values():
            return None
        kind = step.record.entity
        return self.session.get(kind, tuple(step.key[name] for name in key_names(kind)))


def _restored_domain(steps: tuple[Step, ...]) -> str:
    """Return the domain of the customer that steps restore; empty if they restore none."""
    for step in steps:
        if step.record is CUSTOMER and step.before is None:
            return str((step.after or {}).get("primary_domain", ""))
    return ""


def _removal(record: RecordKind, row: SQLModel) -> Step:
    key = {name: getattr(row, name) for name in key_names(record.entity)}
    return Step(record, key, _all_fields(row, key), None)


def _all_fields(row: SQLModel, key: Fields) -> Fields:
    """Return all fields that are needed to restore a removed record."""
    left_out = {*key, "version", *getattr(row, "DERIVED", ())}
    return fields_of(row, [name for name in type(row).model_fields if name not in left_out])
