"""Writes a plan into the book, inside one transaction: records, history and outbox together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, insert
from sqlmodel import SQLModel, col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.fields import differences, value_of
from partnerdesk.models.changes.history import Change, appending, as_json, as_object, entry
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.changes.plan import NEW, Outcome, Plan, Step
from partnerdesk.models.core.errors import NotFoundError, RefusedError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.entities import ResellerRelationship
from partnerdesk.models.relationships.records import RELATIONSHIP

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlmodel import Session

    from partnerdesk.models.changes.history import History
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.database.store import Store


def execute(store: Store, plan: Plan, why: str = "") -> Outcome:
    """Carry out a plan in a transaction of its own, without what follows from it elsewhere.

    Raises: as `models.operations.carry_out.carry_out`.
    """
    if plan.verdict is Verdict.REFUSED:
        raise RefusedError(why_refused(plan.reasons))
    with store.writing() as session:
        return write_plan(session, plan, why)


def write_plan(
    session: Session, plan: Plan, why: str, whole: Callable[[History], int] | None = None
) -> Outcome:
    """Write a plan; the session's transaction decides whether all of it is kept.

    Args:
        session: the transaction.
        plan: what is to be written.
        why: the reason, for the history.
        whole: returns the entry that the plan's own one is a part of, and writes it where it is
            the first; None where the plan stands for itself.

    Raises:
        RefusedError: the domain came into the book since the plan was made.
        ConflictError: a record is not any more as it was then.
    """
    with appending(session) as history:  # from here on nobody else writes a plan
        done = session.exec(select(Change).where(Change.plan_id == plan.by.plan_id)).first()
        if done is not None:
            return Outcome(done.id, done.customer_id, repeated=True, record_id=_kept_id(done))
        if plan.changes_nothing:
            return Outcome(None, plan.target.customer_id)
        _refuse_overtaken(session, plan)
        writing = _Writing(session, plan.target.customer_id)
        steps = tuple(writing.apply(step) for step in plan.steps)
        target = replace(plan.target, customer_id=writing.customer_id)
        written = replace(plan, steps=steps, target=target)
        before, after = plan.before_and_after()
        part_of = whole(history) if whole is not None else 0
        row = history.sealed(
            entry(
                plan.kind, plan.by.actor, plan.by.at, before=before, after=after,
                account_id=target.account_id, customer_id=target.customer_id,
                subject=target.name, why=without_nul(why or plan.why).strip(),
                plan=as_json(written.as_json()),
                plan_id=plan.by.plan_id, undoes=plan.undoes, part_of=part_of,
                result="queued" if plan.calls else "done",
            )
        )  # fmt: skip
        session.connection().execute(insert(Change), [row])
        session.add_all(
            OutboxCall(
                change_id=row["id"], account_id=target.account_id, channel=call.channel,
                operation=call.operation.value, arguments=as_json(call.arguments),
                request_id=call.request_id, changed_at=plan.by.at,
            )
            for call in plan.calls
        )  # fmt: skip
    return Outcome(row["id"], target.customer_id, record_id=_first_id(written.as_json()))


def _kept_id(done: Change) -> int | None:
    return _first_id(as_object(done.plan))


def _first_id(plan: Fields) -> int | None:
    """Return the id of the first record that a carried-out plan is about."""
    steps = plan.get("steps") or [{}]
    id = steps[0].get("key", {}).get("id")
    return id if isinstance(id, int) else None


def first_free_id(connection: Connection) -> int | None:
    """Return the first id that no customer ever had; None where the server counts itself.

    SQLite would give the id of a removed customer to the next, and its history with it.
    """
    if connection.dialect.name != "sqlite":
        return None
    ids = (col(Customer.id), col(Change.customer_id))
    return 1 + max(connection.execute(select(func.max(id))).scalar_one() or 0 for id in ids)


def _refuse_overtaken(session: Session, plan: Plan) -> None:
    if plan.unused_domain and (taken := domain_taken(session, plan.unused_domain)):
        remedy = _("Nothing was written. Open that customer, or choose another domain.")
        raise RefusedError(taken, remedy)
    if plan.undoes is not None and entry_of(session, plan.undoes).undone_by is not None:
        raise changed_meanwhile()
    if plan.target.customer_id is None or _brings_back(plan):
        return
    customer = session.get(Customer, plan.target.customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is not in the book any more."))
    if plan.version not in (None, customer.version):
        raise changed_meanwhile()


def domain_taken(session: Session, domain: str) -> str:
    """Return in words which customer has a domain already; empty where nobody has."""
    has_it = select(Customer.company_name).where(
        Customer.primary_domain == domain,
        col(Customer.account_id).in_(select(PartnerAccount.id)),
    )
    company = session.exec(has_it.limit(1)).first()
    if company is None:
        return ""
    return _("{domain} came into the book meanwhile: {company} has it.").format(
        domain=shown(domain), company=shown(company)[:80]
    )


def _brings_back(plan: Plan) -> bool:
    return any(step.record is CUSTOMER and step.before is None for step in plan.steps)


class _Writing:
    """The records of one plan."""

    def __init__(self, session: Session, customer_id: int | None) -> None:
        self.session = session
        self.customer_id = customer_id

    def apply(self, step: Step) -> Step:
        """Make one record as the step says; return the step with its real key."""
        kind = step.record.entity
        key = self._real(step.key)
        if step.before is None:
            return self._add(step, kind, key)
        row = self.session.get(kind, tuple(key[name] for name in key_names(kind)))
        if row is None and step.record.is_passing:
            return step  # thrown away meanwhile, which is all that was wanted
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
        if step.record is RELATIONSHIP:
            self._refuse_second_life(fields["customer_id"])
        return replace(step, key=key, after=fields)

    def _refuse_second_life(self, customer_id: int) -> None:
        """Stop where two relationships with one customer would last at once."""
        lasting = select(func.count()).where(
            ResellerRelationship.customer_id == customer_id, unset(ResellerRelationship.ended_at)
        )
        if self.session.exec(lasting).one() > 1:
            raise changed_meanwhile()

    def _real(self, fields: Fields) -> Fields:
        """Return fields or a key with the added customer's id in the place of `NEW`."""
        new = {"id": None, "customer_id": self.customer_id}
        return {
            name: new[name] if name in new and value == NEW else value
            for name, value in fields.items()
        }


def key_names(kind: type[SQLModel]) -> list[str]:
    """Return the names of a table's key columns, in their order."""
    table = SQLModel.metadata.tables[str(kind.__tablename__)]
    return [column.name for column in table.primary_key.columns]
