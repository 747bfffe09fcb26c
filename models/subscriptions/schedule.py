"""What is scheduled for the renewal of a subscription: how it is kept, and in words.

Only what differs from the present term is kept, as JSON in the words of the book: `quantity`,
`term_duration`, `billing_cycle`, `offer_id`. Fields: `reference/newer.md §3.4`. Without SQLModel.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.subscriptions.states import BILLING_CYCLES, TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("quantity", "term_duration", "billing_cycle", "offer_id")
"""The columns of a subscription that can be scheduled to change."""


def schedule_of(scheduled: str) -> dict[str, Any]:
    """Return what is scheduled, by `FIELDS`; empty if nothing is, or if it cannot be read."""
    try:
        fields = json.loads(scheduled or "{}")
    except ValueError:
        return {}
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}


def schedule_text(fields: Mapping[str, Any], present: Mapping[str, Any]) -> str:
    """Return what is kept of wanted fields: those that differ from the present ones."""
    changed = {
        name: fields[name]
        for name in FIELDS
        if fields.get(name) not in (None, "") and fields[name] != present.get(name)
    }
    return json.dumps(changed, sort_keys=True, ensure_ascii=False) if changed else ""


def schedule_words(scheduled: str) -> str:
    """Return what is scheduled as a person reads it: `20 seats, 3 years`; empty for nothing."""
    parts = []
    for name, value in schedule_of(scheduled).items():
        match name:
            case "quantity" if isinstance(value, int):
                parts.append(ngettext("{count} seat", "{count} seats", value))
            case "term_duration":
                parts.append(_(TERMS.get(str(value), str(value))))
            case "billing_cycle":
                cycle = _(BILLING_CYCLES.get(str(value), str(value)))
                parts.append(_("billed {cycle}").format(cycle=cycle))
            case "offer_id":
                parts.append(_("product {id}").format(id=value))
    return shown(", ".join(parts))
