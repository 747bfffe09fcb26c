"""The kinds of records in this room that plans change, with their labels; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.accounts.accounts import SIGN_IN_WAY_TITLES
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
        "connected": N_("Connected to Partner Center"),
        "client_id": N_("Application ID"),
        "sign_in_way": N_("Signs in by"),
    },
    internal=("cloud", "synced_at", "signed_in_as", "signed_in_until", "mfa"),
    choices={"sign_in_way": {str(way): title for way, title in SIGN_IN_WAY_TITLES.items()}},
)

RECORDS = (ACCOUNT,)
"""All record kinds of this room."""
