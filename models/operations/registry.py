"""The kinds of records and the lists of all rooms, joined: the one place that knows every room.

A new kind is an entry in the `records.py` of its room; a new room has its line here.
"""

from __future__ import annotations

from partnerdesk.models.accounts.records import RECORDS as OF_ACCOUNTS
from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.customers.form.fields import FIELD_TITLES as FORM_TITLES
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.records import RECORDS as OF_CUSTOMERS
from partnerdesk.models.languages import N_
from partnerdesk.models.relationships.lists import TABS
from partnerdesk.models.relationships.records import RECORDS as OF_RELATIONSHIPS

RECORDS = {kind.table: kind for kind in (*OF_ACCOUNTS, *OF_CUSTOMERS, *OF_RELATIONSHIPS)}
"""Every kind of record that steps change, by its table: so the history names it."""

UNSTEPPED = {
    "changes": "changes.history:Change",
    "history_head": "changes.history:HistoryHead",
    "outbox": "changes.outbox:OutboxCall",
    "runs": "operations.bulk_records:Run",
    "run_rows": "operations.bulk_records:RunRow",
}
"""The other tables, and their entities: no step of a plan changes them."""

LISTS = {spec.name: spec for spec in (CUSTOMERS, *TABS.values(), CHANGES)}
"""Every list, by its name."""

_OF_NO_RECORD = {
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
}
"""What the history tells beside fields of records: counts of a file, a letter that went out."""

FIELD_TITLES = _OF_NO_RECORD | {
    kind.named_as.get(name, name): words
    for kind in RECORDS.values()
    for name, words in kind.fields.items()
}
"""What fields are called, by the names that the history tells them by."""
ASKED_TITLES = FIELD_TITLES | {field.value: words for field, words in FORM_TITLES.items()}
"""What fields are called where a reason names them: those of the form by the form's words."""
CHOICES = {
    kind.named_as.get(name, name): titles
    for kind in RECORDS.values()
    for name, titles in kind.choices.items()
}
"""What stored values are called, by the same names."""
