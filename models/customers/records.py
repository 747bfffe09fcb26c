"""The kinds of record in this room that plans change, and their titles; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.changes.record_kind import OfCustomer, RecordKind
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.languages import N_

AGREEMENT_WAYS = {
    "attested": N_("The customer has accepted; I attest it"),
    "by_customer": N_("The customer accepts it itself"),
}
"""Titles of the ways to accept the agreement, by stored value."""

CUSTOMER = RecordKind(
    "customers",
    "customers.entities:Customer",
    N_("Customer"),
    fields={
        "microsoft_id": N_("Microsoft ID"),
        "company_name": N_("Company"),
        "primary_domain": N_("Primary domain"),
        "alias": N_("Own name"),
        "relationship_to_partner": N_("Relationship"),
        "country": N_("Country"),
        "indirect_reseller": N_("Indirect reseller"),
        "allow_delegated_access": N_("Delegated admin (DAP)"),
        "agreement_accepted_at": N_("Agreement accepted"),
        "added_at": N_("In the book since"),
        "gone_at": N_("Gone from Partner Center"),
        "ended_at": N_("Ended"),
    },
    internal=(
        "seen_at",
        "read_at",
        "subscriptions_read_at",
        "subscriptions_missing",
        "added_by_change",
    ),
    choices={"relationship_to_partner": RELATIONSHIPS},
)
CUSTOMER_TITLES = {**CUSTOMER.fields, "seen_at": N_("Last seen")}
"""The titles of a customer's fields on its page and beside lists of customers."""
COMPANY = RecordKind(
    "company_profiles",
    "customers.entities:CompanyProfile",
    N_("Company profile"),
    fields={
        "organization_registration_number": N_("Registration number"),
        "email": N_("E-mail"),
    },
    of_customer=OfCustomer.GOES,
)
BILLING = RecordKind(
    "billing_profiles",
    "customers.entities:BillingProfile",
    N_("Billing profile"),
    fields={
        "company_name": N_("Bill to"),
        "first_name": N_("First name"),
        "last_name": N_("Last name"),
        "email": N_("E-mail"),
        "culture": N_("Culture"),
        "language": N_("Language"),
        "address_line1": N_("Address line 1"),
        "address_line2": N_("Address line 2"),
        "city": N_("City"),
        "state": N_("State"),
        "postal_code": N_("Postal code"),
        "country": N_("Country"),
        "phone_number": N_("Phone"),
    },
    named_as={"company_name": "bill_to"},
    of_customer=OfCustomer.GOES,
)
AGREEMENT = RecordKind(
    "agreements",
    "customers.agreements:Agreement",
    N_("Customer agreement"),
    fields={
        "way": N_("Customer agreement"),
        "first_name": N_("Accepted by, first name"),
        "last_name": N_("Accepted by, last name"),
        "email": N_("Accepted by, e-mail"),
        "phone_number": N_("Accepted by, phone"),
        "date_agreed": N_("Accepted on"),
    },
    choices={"way": AGREEMENT_WAYS},
    named_as={
        "way": "agreement_way",
        "first_name": "agreement_first_name",
        "last_name": "agreement_last_name",
        "email": "agreement_email",
        "phone_number": "agreement_phone_number",
        "date_agreed": "agreement_date_agreed",
    },
    of_customer=OfCustomer.GOES,
)
TAG = RecordKind(
    "tags",
    "customers.entities:Tag",
    N_("Tag"),
    fields={"name": N_("Tags")},
    named_as={"name": "tags"},
    of_customer=OfCustomer.GOES,
)
NOTE = RecordKind(
    "notes",
    "customers.entities:Note",
    N_("Note"),
    fields={"text": N_("Note"), "author": N_("Author"), "written_at": N_("Written")},
    named_as={"text": "note"},
    of_customer=OfCustomer.GOES,
)
DRAFT = RecordKind(
    "customer_drafts", "customers.drafts:CustomerDraft", N_("Draft"), fields={}, is_passing=True
)

RECORDS = (CUSTOMER, COMPANY, BILLING, AGREEMENT, TAG, NOTE, DRAFT)
"""All kinds of record in this room; each follows the kinds that its foreign keys point to."""
