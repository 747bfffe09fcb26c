"""The kind of record in this room that plans change, and its titles; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.changes.record_kind import RecordKind
from partnerdesk.models.languages import N_

SNOOZE = RecordKind(
    "snoozes",
    "board.entities:Snooze",
    N_("Snooze"),
    fields={
        "until": N_("Snoozed till"),
        "reason": N_("Why snoozed"),
        "snoozed_by": N_("Snoozed by"),
    },
    internal=("kind", "record_id"),
    named_as={"until": "snoozed_until", "reason": "snooze_reason"},
)

RECORDS = (SNOOZE,)
"""All kinds of record in this room."""
