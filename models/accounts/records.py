"""The kinds of records in this room that plans change, with their labels; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.changes.record_kind import RecordKind
from partnerdesk.models.languages import N_

ACCOUNT = RecordKind(
    "partner_accounts",
    "accounts.entities:PartnerAccount",
    N_("Partner account"),
    fields={
        "name": N_("Name"),
        "tenant_id": N_("Microsoft ID"),
        "mpn_id": N_("MPN ID"),
        "market": N_("Market"),
        "kind": N_("Kind"),
        "invitation_link": N_("Invitation link"),
        "combined_invitation_link": N_("Combined invitation link"),
    },
    internal=(
        "cloud",
        "connected",
        "synced_at",
        "client_id",
        "sign_in_way",
        "signed_in_as",
        "signed_in_until",
        "mfa",
    ),
)

RECORDS = (ACCOUNT,)
"""All record kinds of this room."""
