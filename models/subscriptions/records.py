"""The kinds of record in this room that plans change, and their titles; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.changes.record_kind import OfCustomer, RecordKind
from partnerdesk.models.languages import N_
from partnerdesk.models.subscriptions.schedule import schedule_words
from partnerdesk.models.subscriptions.states import BILLING_CYCLES, STATUSES, TERMS

SUBSCRIPTION = RecordKind(
    "subscriptions",
    "subscriptions.entities:Subscription",
    N_("Subscription"),
    fields={
        "microsoft_id": N_("Microsoft ID"),
        "order_id": N_("Order"),
        "offer_id": N_("Offer ID"),
        "offer_name": N_("Offer"),
        "friendly_name": N_("Subscription"),
        "quantity": N_("Seats"),
        "unit_type": N_("Unit"),
        "status": N_("Status"),
        "parent_subscription_id": N_("Add-on of"),
        "auto_renew_enabled": N_("Auto-renew"),
        "term_duration": N_("Term"),
        "billing_cycle": N_("Billing"),
        "billing_type": N_("Billed by"),
        "is_trial": N_("Trial"),
        "creation_date": N_("Created"),
        "effective_start_date": N_("Since"),
        "commitment_end_date": N_("End of term"),
        "cancellation_allowed_until_date": N_("Can be cancelled until"),
        "refundable_quantity": N_("Seats that can be given back"),
        "refundable_until": N_("Can be given back until"),
        "scheduled": N_("Scheduled for the renewal"),
        "suspension_reasons": N_("Why suspended"),
        "partner_id": N_("Reseller"),
        "unit_price": N_("Price"),
        "currency": N_("Currency"),
        "gone_at": N_("Gone from Partner Center"),
    },
    internal=("seen_at",),
    choices={"status": STATUSES, "term_duration": TERMS, "billing_cycle": BILLING_CYCLES},
    spoken={"scheduled": schedule_words},
    named_as={"status": "subscription_status"},
    of_customer=OfCustomer.HOLDS,
)

SENT = ("friendly_name", "quantity", "auto_renew_enabled", "status", "scheduled")
"""The columns that a call to Partner Center writes; it tells all others itself."""

RECORDS = (SUBSCRIPTION,)
"""All kinds of record in this room."""
