"""Changes in words: what the history and the plans say of fields, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.history import as_object
from partnerdesk.models.core.clock import NEVER, date_text, moment_text
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN_TITLES, INVITATION_TITLES
from partnerdesk.models.relationships.lists import (
    INVITATION_KINDS,
    PARTNER_RELATIONS,
    PARTNER_STATES,
    SENT_BY,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.history import Change

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
    "kind": N_("Kind"), "mpn_id": N_("MPN ID"), "tenant_id": N_("Microsoft ID"),
    "seed": N_("Seed"), "contact": N_("Contact"), "notice": N_("Notice letter to"),
    "link": N_("Link"), "subject": N_("Subject"),
    "body": N_("Letter"), "how": N_("How"), "sent_at": N_("Sent"), "sent_by": N_("Sent by"),
    "reminders": N_("Reminders"), "reminded_at": N_("Reminded"), "next_at": N_("Next step due"),
    "closed_at": N_("Closed"), "created_at": N_("Written"), "created_by": N_("Written by"),
    "delegated_admin": N_("Delegated admin"), "provider": N_("Indirect provider"),
    "related_before": N_("Related before"), "allow_delegated_access": N_("Delegated admin (DAP)"),
    "invitation_state": N_("Status"), "invitation_kind": N_("Kind of invitation"),
    "invitation_link": N_("Invitation link"),
    "combined_invitation_link": N_("Combined invitation link"),
    "relationship_was": N_("Relationship"), "life_began_at": N_("Began"),
    "life_ended_at": N_("Ended"), "ended_by": N_("Ended by"), "reason": N_("Why"),
    "invitation_id": N_("By invitation"), "location": N_("Country"),
    "relationship_type": N_("Kind of partner"), "partner_state": N_("Status"),
    "agreement_signed": N_("Partner agreement signed"), "since": N_("Since"),
    "display_name": N_("Name"), "roles": N_("Roles"), "delegated_status": N_("Status"),
    "duration": N_("Term"), "auto_extend_duration": N_("Extends itself"),
    "requested_at": N_("Approval asked"), "activated_date_time": N_("Begins"),
    "end_date_time": N_("Ends"),
}  # fmt: skip
"""What the fields that change are called."""
_CHOICES: dict[str, Mapping[str, str]] = {
    "relationship_to_partner": RELATIONSHIPS,
    "relationship_was": RELATIONSHIPS, "invitation_state": INVITATION_TITLES,
    "invitation_kind": INVITATION_KINDS, "how": SENT_BY, "partner_state": PARTNER_STATES,
    "relationship_type": PARTNER_RELATIONS, "delegated_status": DELEGATED_ADMIN_TITLES,
    "auto_extend_duration": {"P0D": N_("no"), "PT0S": N_("no")},
    "agreement_way": {
        "attested": N_("The customer has accepted; I attest it"),
        "by_customer": N_("The customer accepts it itself"),
    },
}  # fmt: skip
"""What stored values are called."""


def change_lines(entry: Change) -> list[str]:
    """Return in words what an entry of the history changed: `Country: DE → AT`."""
    return field_lines(as_object(entry.before), as_object(entry.after))


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
    if name == "body":
        return ngettext("{count} line", "{count} lines", str(value).count("\n") + 1)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    text = str(value)
    if choice := _CHOICES.get(name, {}).get(text):
        return _(choice)
    if name.endswith(("_at", "_agreed", "_time")) or name == "since":
        return _moment(text)
    return text


def _moment(text: str) -> str:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.year == NEVER.year:
        return "–"
    at_midnight = not (moment.hour or moment.minute or moment.second)
    return date_text(moment) if at_midnight else moment_text(moment)
