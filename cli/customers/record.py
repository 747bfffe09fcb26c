"""The fields of a customer that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.records import record_fields

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.customers.page import CustomerPage


def customer_json(page: CustomerPage) -> Fields:
    """Return a customer's own fields, profiles, tags and notes as `--json` prints them."""
    from partnerdesk.models.customers.alias import differing_names

    return {
        "cloud": page.account.cloud,
        **record_fields(page.customer, "search_text", "company_sort"),
        "other_names": dict(differing_names(page)),
        "company_profile": record_fields(page.company, "customer_id"),
        "billing_profile": record_fields(page.billing, "customer_id", "version"),
        "agreement": record_fields(page.agreement, "customer_id") if page.agreement else None,
        "tags": page.tags,
        "notes": [record_fields(note, "customer_id") for note in page.notes],
    }
