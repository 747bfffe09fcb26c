"""Small edits of a customer for tests: each function plans and carries out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from partnerdesk.models.changes.history import record
from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.customers.tags_and_notes import plan_note, plan_tags
from partnerdesk.models.operations.carry_out import carry_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import Outcome
    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.database.store import Store


def by(actor: Actor, at: datetime) -> PlanContext:
    """Return the context of a new plan, with a new id."""
    return PlanContext(actor, at, str(uuid4()))


def set_tags(
    store: Store, customer_id: int, tags: list[str], *, version: int, actor: Actor, at: datetime
) -> Outcome:
    """Set the tags of a customer, as a person who has seen its `version`."""
    page = read_customer(store, customer_id)
    page.customer.version = version
    return carry_out(store, plan_tags(page, tags, by(actor, at)))


def write_note(
    store: Store, customer_id: int, text: str, *, note: Note | None, actor: Actor, at: datetime
) -> Outcome:
    """Write, change or remove a note."""
    page = read_customer(store, customer_id)
    return carry_out(store, plan_note(page, text, note, by(actor, at)))


def add_to_history(store: Store, *entries: Mapping[str, Any]) -> list[int]:
    """Add entries to the history."""
    with store.writing() as session:
        return record(session, *entries)
