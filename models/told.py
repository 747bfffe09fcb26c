"""Changes in words: what the history and the plans say of fields, before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.clock import date_text, moment_text
from models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.history import Change

FIELD_TITLES = {
    "tags": N_("Tags"), "note": N_("Note"), "customers": N_("Customers"), "file": N_("File"),
    "new": N_("New"), "changed": N_("Changed"), "unchanged": N_("Unchanged"),
    "refused": N_("Refused"), "company_name": N_("Company"), "bill_to": N_("Bill to"),
    "primary_domain": N_("Primary domain"), "relationship_to_partner": N_("Relationship"),
    "country": N_("Country"), "indirect_reseller": N_("Indirect reseller"),
    "microsoft_id": N_("Microsoft ID"), "ended_at": N_("Ended"),
    "organization_registration_number": N_("Registration number"),
    "address_line1": N_("Address line 1"), "address_line2": N_("Address line 2"),
    "city": N_("City"), "state": N_("State"), "postal_code": N_("Postal code"),
    "first_name": N_("First name"), "last_name": N_("Last name"), "email": N_("E-mail"),
    "phone_number": N_("Phone"), "language": N_("Language"), "culture": N_("Culture"),
    "added_at": N_("In the book since"), "agreement_accepted_at": N_("Agreement accepted"),
    "agreement_way": N_("Customer agreement"),
    "agreement_first_name": N_("Accepted by, first name"),
    "agreement_last_name": N_("Accepted by, last name"),
    "agreement_email": N_("Accepted by, e-mail"),
    "agreement_phone_number": N_("Accepted by, phone"),
    "agreement_date_agreed": N_("Accepted on"), "text": N_("Note"), "author": N_("Author"),
    "written_at": N_("Written"), "name": N_("Name"), "market": N_("Market"),
    "kind": N_("Kind of partner"), "mpn_id": N_("MPN ID"), "tenant_id": N_("Microsoft ID"),
    "seed": N_("Seed"),
}  # fmt: skip
"""What the fields that change are called."""
_CHOICES = {
    "relationship_to_partner": {
        "reseller": N_("Reseller"), "advisor": N_("Advisor"), "syndication": N_("Syndication"),
        "microsoft_support": N_("Microsoft support"), "none": N_("None"), "unknown": N_("Unknown"),
    },
    "agreement_way": {
        "attested": N_("The customer has accepted; I attest it"),
        "by_customer": N_("The customer accepts it itself"),
    },
}  # fmt: skip
"""What stored values are called."""


def change_lines(entry: Change) -> list[str]:
    """Return in words what an entry of the history changed: `Country: DE → AT`."""
    return field_lines(as_object(entry.before), as_object(entry.after))


def as_object(text: str) -> dict[str, Any]:
    """Return the JSON object that an entry holds; an empty one where somebody damaged it."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def field_lines(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return a line for each field that differs; empty ones of what is new are left out."""
    lines = []
    for name in dict.fromkeys([*before, *after]):
        title = field_title(name)
        new = value_text(name, after.get(name))
        if name in before:
            old = value_text(name, before.get(name))
            lines.append(f"{title}: {old} → {new}")
        elif after.get(name) not in (None, ""):
            lines.append(f"{title}: {new}")
    return lines


def field_title(name: str) -> str:
    """Return what a field is called."""
    return _(FIELD_TITLES.get(name, name))


def value_text(name: str, value: object) -> str:
    """Return a field's value as a person reads it; `–` for none."""
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    text = str(value)
    if choice := _CHOICES.get(name, {}).get(text):
        return _(choice)
    if name.endswith(("_at", "_agreed")):
        return _moment(text)
    return text


def _moment(text: str) -> str:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    at_midnight = not (moment.hour or moment.minute or moment.second)
    return date_text(moment) if at_midnight else moment_text(moment)
