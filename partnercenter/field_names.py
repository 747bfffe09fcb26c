"""What the API calls the fields of the book: a billing profile, and the address in it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BILLING: Mapping[str, str] = MappingProxyType(
    {
        "company_name": "companyName",
        "first_name": "firstName",
        "last_name": "lastName",
        "email": "email",
        "culture": "culture",
        "language": "language",
    }
)
"""The fields of a billing profile itself (`reference/resources.md`)."""
POSTAL: Mapping[str, str] = MappingProxyType(
    {
        "address_line1": "addressLine1",
        "address_line2": "addressLine2",
        "city": "city",
        "state": "state",
        "postal_code": "postalCode",
        "country": "country",
    }
)
"""The fields of an address that say where it is."""
ADDRESS: Mapping[str, str] = MappingProxyType({**POSTAL, "phone_number": "phoneNumber"})
"""The fields of the address in a billing profile."""
