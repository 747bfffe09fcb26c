"""Bodies of the API for customers: from the fields of the book, and back (`resources.md`)."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import without_nul
from partnerdesk.partnercenter.field_names import ADDRESS, BILLING
from partnerdesk.partnercenter.wire.base import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.partnercenter.wire.customers import BillingProfile

_IN_BOTH = ("first_name", "last_name")
"""The fields that the address has, too."""
LONGEST = 1_000
"""How many characters of a field of an answer the book takes."""


def new_customer(arguments: Mapping[str, Any]) -> Fields:
    """Return the body that creates a customer, without empty fields and without a password."""
    company: Fields = {"domain": arguments.get("primary_domain", "")}
    if number := arguments.get("organization_registration_number"):
        company["organizationRegistrationNumber"] = number
    profile = with_fields({}, {name: arguments.get(name) for name in (*BILLING, *ADDRESS)})
    body: Fields = {"companyProfile": company, "billingProfile": _without_empty(profile)}
    if reseller := arguments.get("indirect_reseller"):
        body["associatedPartnerId"] = reseller
    return body


def with_fields(profile: Mapping[str, Any], fields: Mapping[str, Any]) -> Fields:
    """Return a whole billing profile with some fields of the book in it; the others stay.

    Fields that the program does not know stay as well: a PUT writes the whole resource.
    """
    changed = deepcopy(dict(profile))
    address = changed.get("defaultAddress")
    address = changed["defaultAddress"] = dict(address) if isinstance(address, dict) else {}
    for name, value in fields.items():
        if name in BILLING:
            changed[BILLING[name]] = value
        if name in ADDRESS:
            address[ADDRESS[name]] = value
        if name in _IN_BOTH:
            address[BILLING[name]] = value
    return changed


def profile_fields(profile: BillingProfile) -> Fields:
    """Return the fields of the book from a billing profile; a missing field is empty."""
    address = profile.default_address
    fields = {name: _text(getattr(profile, name)) for name in BILLING}
    for name in _IN_BOTH:
        fields[name] = fields[name] or _text(getattr(address, name))
    return fields | {name: _text(getattr(address, name)) for name in ADDRESS}


def etag_of(body: object) -> str:
    """Return the version of the resource in an answer; empty if it names none."""
    return _text(Resource.of(body).attributes.etag)


def _text(value: str) -> str:
    return without_nul(value)[:LONGEST]


def _without_empty(body: Fields) -> Fields:
    return {
        name: _without_empty(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if value not in (None, "")
    }
