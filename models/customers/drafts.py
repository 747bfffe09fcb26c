"""Drafts of customers: what somebody typed into the Add-customer form and has not carried out yet.

A draft is in the store from the first letter on, so that it outlives whatever happens to the
terminal. It is deleted on purpose only, or by the plan that adds the customer.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, CursorResult, Text, delete, update
from sqlmodel import Field, SQLModel, col, select

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.core.errors import ConflictError, NotFoundError
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.column_types import moment_column, version_column
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store


class CustomerDraft(SQLModel, table=True):
    """A customer that is being written down. Its account, and so its cloud, never changes."""

    __tablename__ = "customer_drafts"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id", index=True)
    plan_id: str = Field(index=True, unique=True)
    """The id of the plan that adds the customer: one draft makes one customer."""
    fields: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of what is typed, by `FormField`."""
    place: str = ""
    """The field that the cursor was in."""
    author: str = ""
    host: str = ""
    begun_at: datetime | None = Field(default=None, sa_column=moment_column())
    changed_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())

    @property
    def values(self) -> dict[FormField, str]:
        """What is typed; fields of another version of the program are left out."""
        known = set(FormField)
        try:
            kept = json.loads(self.fields)
            return {FormField(name): str(kept[name]) for name in kept if name in known}
        except (ValueError, TypeError):  # damaged from outside: nothing of it can be read
            return {}

    @property
    def title(self) -> str:
        """What the draft is called in lists."""
        values = self.values
        return values.get(FormField.COMPANY_NAME) or values.get(FormField.DOMAIN_PREFIX) or ""


def begin_draft(account_id: int, by: PlanContext) -> CustomerDraft:
    """Return a draft with nothing in it; it comes into the store with its first letter.

    The id of `by` is the id of the plan that will add the customer.
    """
    return CustomerDraft(
        account_id=account_id, plan_id=by.plan_id, author=by.actor.name, host=by.actor.host,
        begun_at=by.at, changed_at=by.at, version=0,
    )  # fmt: skip


def save_draft(
    store: Store, draft: CustomerDraft, values: Mapping[FormField, str], place: str, at: datetime
) -> None:
    """Keep what is typed; `draft` is brought up to date with what is kept.

    Raises:
        ConflictError: another terminal wrote the same draft meanwhile, or it is gone.
        StoreError: the book cannot be written.
    """
    fields = json.dumps(
        {field.value: text for field, text in values.items() if text}, ensure_ascii=True
    )
    with store.writing() as session:
        if draft.id is None:
            row = CustomerDraft(
                **draft.model_dump()
                | {"fields": fields, "place": place, "changed_at": at, "version": 1}
            )
            session.add(row)
            session.flush()
            id = row.id
        else:
            id = draft.id
            _write_over(session, draft, fields, place, at)
    draft.id = id  # only now: what was not committed is not there
    draft.fields, draft.place, draft.changed_at = fields, place, at
    draft.version += 1


def _write_over(session: Any, draft: CustomerDraft, fields: str, place: str, at: datetime) -> None:
    result = session.connection().execute(
        update(CustomerDraft)
        .where(col(CustomerDraft.id) == draft.id, col(CustomerDraft.version) == draft.version)
        .values(fields=fields, place=place, changed_at=at, version=draft.version + 1)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise ConflictError(
            _("This draft was changed or carried out in another terminal."),
            _("What you type here is not kept any more: leave with Esc and open it again."),
        )


def read_drafts(store: Store, account_ids: Sequence[int]) -> list[CustomerDraft]:
    """Return the drafts of some accounts, the latest first."""
    with store.reading() as session:
        found = select(CustomerDraft).where(col(CustomerDraft.account_id).in_(list(account_ids)))
        return list(session.exec(found.order_by(col(CustomerDraft.changed_at).desc())))


def read_draft(store: Store, draft_id: int) -> CustomerDraft:
    """Return one draft.

    Raises:
        NotFoundError: it is gone.
    """
    with store.reading() as session:
        draft = session.get(CustomerDraft, draft_id)
    if draft is None:
        raise NotFoundError(_("This draft is not there any more."))
    return draft


def delete_draft(store: Store, draft_id: int) -> None:
    """Throw a draft away; it is no error if it is gone already.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        session.connection().execute(delete(CustomerDraft).where(col(CustomerDraft.id) == draft_id))
