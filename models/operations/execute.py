"""Writes a plan into the book: records, history and outbox in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, insert
from sqlmodel import SQLModel, col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.records import ACCOUNT
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.fields import differences, value_of
from partnerdesk.models.changes.history import Change, appending, as_json, as_object, entry
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.changes.plan import NEW, Outcome, Plan, Step
from partnerdesk.models.changes.waiting_calls import withdraw
from partnerdesk.models.core.errors import NotFoundError, RefusedError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.ids import first_free_id
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.languages import _
from partnerdesk.models.operations.joined_calls import stand_again, take_over_refused
from partnerdesk.models.operations.pending_creation import calls_to_add
from partnerdesk.models.relationships.entities import ResellerRelationship
from partnerdesk.models.relationships.records import RELATIONSHIP

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from partnerdesk.models.changes.history import History
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.database.store import Store


def execute(store: Store, plan: Plan, why: str = "") -> Outcome:
    """Write a plan in its own transaction, without the changes that follow from it (`follow_up`).

    Raises: as `models.operations.carry_out.carry_out`.
    """
    if plan.verdict is Verdict.REFUSED:
        raise RefusedError(why_refused(plan.reasons))
    with store.writing() as session:
        return write_plan(session, plan, why)


def write_plan(
    session: Session, plan: Plan, why: str, whole: Callable[[History], int] | None = None
) -> Outcome:
    """Write a plan in the transaction of a session.

    Args:
        session: the session; its transaction is committed by the caller.
        plan: the plan.
        why: the person's reason for the history; if empty, `plan.why` is used.
        whole: returns the id of the run's or import's entry that the plan's entry is a part of, and
            writes that entry on its first call; None if the plan's entry is no part.

    Raises:
        RefusedError: another customer got the plan's domain since the plan was made.
        ConflictError: a record was changed since the plan was made.
        NotFoundError: the customer was removed from the book since the plan was made.
    """
    with appending(session) as history:  # no other process can write a plan from here on
        done = session.exec(select(Change).where(Change.plan_id == plan.by.plan_id)).first()
        if done is not None:
            record_id = _first_id(as_object(done.plan))
            return Outcome(done.id, done.customer_id, repeated=True, record_id=record_id)
        if plan.changes_nothing:
            return Outcome(None, plan.target.customer_id)
        _refuse_outdated(session, plan)
        writer = _PlanWriter(session, plan.target.customer_id)
        steps = tuple(writer.apply(step) for step in plan.steps)
        target = replace(
            plan.target,
            customer_id=writer.customer_id,
            account_id=writer.account_id or plan.target.account_id,
        )
        written = replace(plan, steps=steps, target=target)
        before, after = plan.before_and_after()
        calls = calls_to_add(session, target.customer_id, steps, plan.calls, plan.by.at)
        part_of = whole(history) if whole is not None else 0
        row = history.sealed(
            entry(
                plan.kind, plan.by.actor, plan.by.at, before=before, after=after,
                account_id=target.account_id, customer_id=target.customer_id,
                subject=target.name, why=without_nul(why or plan.why).strip(),
                plan=as_json(written.as_json()),
                plan_id=plan.by.plan_id, undoes=plan.undoes, part_of=part_of,
                result="queued" if calls else "done",
            )
        )  # fmt: skip
        session.connection().execute(insert(Change), [row])
        if plan.undoes is not None:
            taken_back = _("The change is undone in the book.")
            is_reversed = bool(plan.calls)
            given_up = withdraw(
                session, plan.undoes, taken_back, plan.by.at, is_reversed=is_reversed
            )
            for one in given_up:
                stand_again(session, one, plan.by.at)
        queued = [
            OutboxCall(
                change_id=row["id"], account_id=target.account_id,
                customer_id=target.customer_id, channel=call.channel,
                operation=call.operation.value, arguments=as_json(call.arguments),
                request_id=call.request_id, changed_at=plan.by.at,
            )
            for call in calls
        ]  # fmt: skip
        session.add_all(queued)
        session.flush()
        for call in queued:
            take_over_refused(session, call, plan.by.at)
    return Outcome(row["id"], target.customer_id, record_id=_first_id(written.as_json()))


def _first_id(plan: Fields) -> int | None:
    """Return the id of the record of a stored plan's first step; None if its key is no id."""
    steps = plan.get("steps") or [{}]
    id = steps[0].get("key", {}).get("id")
    return id if isinstance(id, int) else None


def _refuse_outdated(session: Session, plan: Plan) -> None:
    if plan.unused_domain and (taken := domain_taken(session, plan.unused_domain)):
        remedy = _("Nothing was written. Open that customer, or choose another domain.")
        raise RefusedError(taken, remedy)
    if plan.undoes is not None and entry_of(session, plan.undoes).undone_by is not None:
        raise changed_meanwhile()
    if plan.target.customer_id is None or _restores_customer(plan):
        return
    customer = session.get(Customer, plan.target.customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is not in the book any more."))
    if plan.version not in (None, customer.version):
        raise changed_meanwhile()


def domain_taken(session: Session, domain: str) -> str:
    """Return a sentence that names the customer with a domain; empty if no customer has it."""
    owner = select(Customer.company_name).where(
        Customer.primary_domain == domain,
        col(Customer.account_id).in_(select(PartnerAccount.id)),
    )
    company = session.exec(owner.limit(1)).first()
    if company is None:
        return ""
    return _("{domain} came into the book meanwhile: {company} has it.").format(
        domain=shown(domain), company=shown(company)[:80]
    )


def _restores_customer(plan: Plan) -> bool:
    return any(step.record is CUSTOMER and step.before is None for step in plan.steps)


class _PlanWriter:
    """Writes the records of one plan."""

    def __init__(self, session: Session, customer_id: int | None) -> None:
        self.session = session
        self.customer_id = customer_id
        self.account_id = 0
        """The id of the account that the plan added; 0 if it added none."""

    def apply(self, step: Step) -> Step:
        """Add, change or remove the record of a step; return the step with its real key."""
        kind = step.record.entity
        key = self._real(step.key)
        if step.before is None:
            return self._add(step, kind, key)
        row = self.session.get(kind, tuple(key[name] for name in key_names(kind)))
        if row is None and step.record.is_passing:
            return step  # a draft that another process removed: nothing is left to do
        if row is None or differences(row, step.before):
            raise changed_meanwhile()
        if step.after is None:
            self.session.delete(row)
        else:
            for name, raw in step.after.items():
                setattr(row, name, value_of(kind, name, raw))
        self.session.flush()
        return replace(step, key=key)

    def _add(self, step: Step, kind: type[SQLModel], key: Fields) -> Step:
        fields = self._real(step.after or {})
        if step.record is CUSTOMER and key["id"] is None:
            key["id"] = first_free_id(self.session.connection())
        if None not in key.values() and self.session.get(kind, tuple(key.values())) is not None:
            raise changed_meanwhile()
        values = {name: value_of(kind, name, raw) for name, raw in fields.items()}
        row = kind(**{name: value for name, value in key.items() if value is not None}, **values)
        self.session.add(row)
        self.session.flush()
        key = {name: getattr(row, name) for name in key}
        if step.record is CUSTOMER:
            self.customer_id = int(key["id"])
        if step.record is ACCOUNT:
            self.account_id = int(key["id"])
        if step.record is RELATIONSHIP:
            self._refuse_second_relationship(fields["customer_id"])
        return replace(step, key=key, after=fields)

    def _refuse_second_relationship(self, customer_id: int) -> None:
        """Raise a `ConflictError` if a customer has two active relationships."""
        active = select(func.count()).where(
            ResellerRelationship.customer_id == customer_id, unset(ResellerRelationship.ended_at)
        )
        if self.session.exec(active).one() > 1:
            raise changed_meanwhile()

    def _real(self, fields: Fields) -> Fields:
        """Return fields or a key with `NEW` replaced by the new customer's id (None as `id`)."""
        new = {"id": None, "customer_id": self.customer_id}
        return {
            name: new[name] if name in new and value == NEW else value
            for name, value in fields.items()
        }


def key_names(kind: type[SQLModel]) -> list[str]:
    """Return the names of the primary-key columns of an entity, in the order of the key."""
    table = SQLModel.metadata.tables[str(kind.__tablename__)]
    return [column.name for column in table.primary_key.columns]
