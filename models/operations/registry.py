"""Joins the kinds of records and the lists of all rooms; no other module knows every room.

A new kind of record needs an entry in the `records.py` of its room; a new room needs a line here.
"""

from __future__ import annotations

from typing import Any

from partnerdesk.models.accounts.records import RECORDS as OF_ACCOUNTS
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.board.records import RECORDS as OF_BOARD
from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.changes.record_kind import entity_called
from partnerdesk.models.customers.form.fields import FIELD_TITLES as FORM_TITLES
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.records import RECORDS as OF_CUSTOMERS
from partnerdesk.models.languages import N_
from partnerdesk.models.relationships.lists import TABS
from partnerdesk.models.relationships.records import RECORDS as OF_RELATIONSHIPS
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.records import RECORDS as OF_SUBSCRIPTIONS

RECORDS = {
    kind.table: kind
    for kind in (*OF_ACCOUNTS, *OF_CUSTOMERS, *OF_RELATIONSHIPS, *OF_SUBSCRIPTIONS, *OF_BOARD)
}
"""Every kind of record that steps change, by table name, which the history stores."""

UNSTEPPED = {
    "account_syncs": "syncing.entities:AccountSync",
    "changes": "changes.history:Change",
    "history_head": "changes.history:HistoryHead",
    "outbox": "changes.outbox:OutboxCall",
    "runs": "operations.bulk_records:Run",
    "run_rows": "operations.bulk_records:RunRow",
}
"""The entities of the tables that no step of a plan changes, by table name."""


def tables() -> list[Any]:
    """Return every table of a book (SQLAlchemy's), as its entity describes it."""
    unstepped = map(entity_called, UNSTEPPED.values())
    entities: list[Any] = [*(kind.entity for kind in RECORDS.values()), *unstepped]
    return [entity.__table__ for entity in entities]


LISTS = {spec.name: spec for spec in (CUSTOMERS, SUBSCRIPTIONS, *TABS.values(), CHANGES, BOARD)}
"""Every list, by name."""

_OTHER_FIELDS = {
    "customers": N_("Customers"),
    "file": N_("File"),
    "new": N_("New"),
    "changed": N_("Changed"),
    "unchanged": N_("Unchanged"),
    "refused": N_("Refused"),
    "rows": N_("Rows"),
    "removed": N_("Taken out"),
    "restored": N_("As before again"),
    "left": N_("Left as it is"),
    "seed": N_("Seed"),
    "notice": N_("Notice letter to"),
    "given_up": N_("Given up to send"),
}
"""Titles of history fields that belong to no record: counts of a file, a letter that was sent."""

FIELD_TITLES = _OTHER_FIELDS | {
    kind.named_as.get(name, name): words
    for kind in RECORDS.values()
    for name, words in kind.fields.items()
}
"""The titles of fields, by their names in the history."""
ASKED_TITLES = FIELD_TITLES | {field.value: words for field, words in FORM_TITLES.items()}
"""The titles of fields in reasons and requests; the customer form's titles take precedence."""
SPOKEN = {
    kind.named_as.get(name, name): words
    for kind in RECORDS.values()
    for name, words in kind.spoken.items()
}
"""What makes words of a stored value, by the field's name in the history."""
CHOICES = {
    kind.named_as.get(name, name): titles
    for kind in RECORDS.values()
    for name, titles in kind.choices.items()
}
"""The titles of stored values, by the field's name in the history and by value."""
