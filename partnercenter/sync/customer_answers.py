"""Turns what Partner Center answers about customers into the book's words.

Fields that no document names are passed over, and those that are missing or of another type count
as not told (`reference/newer.md §3.1`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from partnerdesk.models.core.text import without_nul
from partnerdesk.models.syncing.rows import CustomerDetails, ListedCustomer
from partnerdesk.models.values.identifiers import guid
from partnerdesk.partnercenter.field_names import ADDRESS, BILLING

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPANY = {
    "organization_registration_number": "organizationRegistrationNumber",
    "email": "email",
}
_OF_OTHERS = frozenset(
    {
        *("customer_user", "order", "subscription", "license", "third_party_add_on"),
        *("application", "application_credential", "partner_user", "mpn_association"),
    }
)
"""Kinds of resources whose changes change nothing of what the book holds of a customer."""


class Activity(NamedTuple):
    """A record of the partner's activity about a customer."""

    customer_id: str
    """The customer's Microsoft ID."""
    at: datetime | None
    """When it was done; None if that is not told."""


def listed_customer(item: Mapping[str, Any]) -> ListedCustomer | None:
    """Return a row of the list as the book keeps it; None if it names no customer."""
    company = _object(item.get("companyProfile"))
    return ListedCustomer.of(
        _text(item.get("id")) or _text(company.get("tenantId")),
        _text(company.get("companyName")),
        _text(company.get("domain")),
        _text(item.get("relationshipToPartner")).lower(),
    )


def customer_details(item: Mapping[str, Any]) -> CustomerDetails | None:
    """Return a customer that was asked for alone; None if the answer names none."""
    listed = listed_customer(item)
    if listed is None:
        return None
    billing = item.get("billingProfile")
    delegated = item.get("allowDelegatedAccess")
    fields = None
    if isinstance(billing, dict):
        address = _object(billing.get("defaultAddress"))
        fields = _fields(billing, BILLING) | _fields(address, ADDRESS)
        if country := fields.get("country"):
            fields["country"] = country.upper()
    return CustomerDetails(
        listed,
        delegated if isinstance(delegated, bool) else None,
        guid(_text(item.get("associatedPartnerId")).strip()) or "",
        _fields(_object(item.get("companyProfile")), _COMPANY) or None,
        fields,
    )


def activity_of(item: Mapping[str, Any]) -> Activity | None:
    """Return a record of the activity; None if it changed no customer of the book.

    Kinds of resources that no document names may be about a customer (`reference/resources.md`,
    *Audit record*).
    """
    return None if _text(item.get("resourceType")).lower() in _OF_OTHERS else activity(item)


def activity(item: Mapping[str, Any]) -> Activity | None:
    """Return which customer a record is about, and when; None if it is about none."""
    id = guid(_text(item.get("customerId")).strip())
    return None if id is None else Activity(id, _moment(_text(item.get("operationDate"))))


def _fields(item: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Return those fields that are told, by the book's names."""
    return {
        name: without_nul(item[theirs]).strip()
        for name, theirs in names.items()
        if isinstance(item.get(theirs), str)
    }


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
