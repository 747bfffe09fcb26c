"""Drafts of customers: the values of an Add-customer form that is not carried out yet.

The store holds a draft from its first letter on, so that a draft survives the loss of the terminal.
Only the person or the plan that adds the customer deletes it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, CursorResult, Text, delete, update
from sqlmodel import Field, SQLModel, col, select

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.changes.history import as_object
from partnerdesk.models.core.errors import ConflictError, NotFoundError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.column_types import EMPTY, moment_column, version_column
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store


class CustomerDraft(SQLModel, table=True):
    """An unfinished Add-customer form. Its account, and so its cloud, never changes."""

    __tablename__ = "customer_drafts"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id", index=True)
    plan_id: str = Field(index=True, unique=True)
    """The id of the plan that adds the customer, so that one draft makes one customer."""
    fields: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """The typed texts as a JSON object, by `FormField`."""
    name: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The name of the draft in lists: company, else domain prefix; empty without either."""
    place: str = ""
    """The `FormField` that had the cursor; empty if none had."""
    author: str = ""
    host: str = ""
    begun_at: datetime | None = Field(default=None, sa_column=moment_column())
    changed_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())

    @property
    def values(self) -> dict[FormField, str]:
        """The typed texts; without fields that this version of the program does not know."""
        known = set(FormField)
        stored = as_object(self.fields)
        return {FormField(name): str(stored[name]) for name in stored if name in known}


def begin_draft(account_id: int, by: PlanContext) -> CustomerDraft:
    """Return an empty draft that is not stored yet; `save_draft` stores it.

    The id of `by` is the id of the plan that will add the customer.
    """
    draft = CustomerDraft(account_id=account_id, plan_id=by.plan_id, version=0)
    draft.author, draft.host = by.actor.name, by.actor.host
    draft.begun_at = draft.changed_at = by.at
    return draft


def save_draft(
    store: Store, draft: CustomerDraft, values: Mapping[FormField, str], place: str, at: datetime
) -> None:
    """Store the typed texts and update `draft` to the stored row.

    Raises:
        ConflictError: another terminal changed or deleted the draft since it was read.
        StoreError: the book cannot be written.
    """
    fields = json.dumps(
        {field.value: text for field, text in values.items() if text}, ensure_ascii=True
    )
    name = shown(values.get(FormField.COMPANY_NAME) or values.get(FormField.DOMAIN_PREFIX) or "")
    written = {"fields": fields, "name": name, "place": place, "changed_at": at}
    with store.writing() as session:
        if draft.id is None:
            row = CustomerDraft(**draft.model_dump() | written | {"version": 1})
            session.add(row)
            session.flush()
            id = row.id
        else:
            id = draft.id
            _write_over(session, draft, written)
    draft.id = id  # only after the commit: a failed one stores nothing
    draft.fields, draft.name, draft.place, draft.changed_at = fields, name, place, at
    draft.version += 1


def _write_over(session: Any, draft: CustomerDraft, written: Mapping[str, Any]) -> None:
    result = session.connection().execute(
        update(CustomerDraft)
        .where(col(CustomerDraft.id) == draft.id, col(CustomerDraft.version) == draft.version)
        .values(**written, version=draft.version + 1)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise ConflictError(
            _("This draft was changed or carried out in another terminal."),
            _("What you type here is not kept any more: leave with Esc and open it again."),
        )


def read_drafts(store: Store, account_ids: Sequence[int]) -> list[CustomerDraft]:
    """Return the drafts of some accounts, the last changed first."""
    with store.reading() as session:
        drafts = select(CustomerDraft).where(col(CustomerDraft.account_id).in_(list(account_ids)))
        return list(session.exec(drafts.order_by(col(CustomerDraft.changed_at).desc())))


def read_draft(store: Store, draft_id: int) -> CustomerDraft:
    """Return one draft.

    Raises:
        NotFoundError: the draft was deleted.
    """
    with store.reading() as session:
        draft = session.get(CustomerDraft, draft_id)
    if draft is None:
        raise NotFoundError(_("This draft is not there any more."))
    return draft


def delete_draft(store: Store, draft_id: int) -> None:
    """Delete a draft; a draft that was deleted before is no error.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        session.connection().execute(delete(CustomerDraft).where(col(CustomerDraft.id) == draft_id))
