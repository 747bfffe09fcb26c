"""A file of customers that a partner has from the start: a demo hands its own over.

A line is a JSON object. The first one is the partner: `name` and `kind`. Each other one is
a customer: `id` and `name`; and where it is known `domain`, `relationship`, `delegated`,
`registration`, `email`, `created` (seconds since 1970), `billing`, a billing profile as the API
shows it, and `subscriptions`, a list of what it has bought as the API shows that; without it, the
customer has what the seed gives it.
"""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.given_files import REHEARSAL, opened
from partnerdesk.rehearsal.tenants import KINDS

if TYPE_CHECKING:
    from pathlib import Path

_BILLING_TEXTS = ("firstName", "lastName", "email", "culture", "language")


class CustomersFileError(Exception):
    """A file of customers cannot be read; the text says where."""


@dataclass(frozen=True, slots=True)
class GivenCustomer:
    """A customer of the file."""

    id: str
    name: str
    domain: str
    relationship: str
    delegated: bool
    registration: str
    email: str
    """Of the company; empty where it is that of the billing profile."""
    created: float | None
    billing: dict[str, Any]
    subscriptions: tuple[dict[str, Any], ...] | None
    """What it has bought; None where the file does not say."""


@dataclass(frozen=True, slots=True)
class CustomersFile:
    """A partner and its customers, read once."""

    name: str
    kind: str
    customers: tuple[GivenCustomer, ...]


def read_customers(file: Path) -> CustomersFile:
    """Read a file of customers.

    Raises:
        CustomersFileError: it is no such file.
        OSError: it cannot be read.
    """
    head: tuple[str, str] | None = None
    customers: list[GivenCustomer] = []
    with io.TextIOWrapper(opened(file, REHEARSAL), "utf-8", "replace") as lines:
        for number, line in enumerate(lines, 1):
            try:
                if head is None:
                    head = _partner(_object(line))
                else:
                    customers.append(_customer(_object(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise CustomersFileError(f"{number}: {error}") from error
    if head is None:
        raise CustomersFileError("1: ")
    return CustomersFile(*head, tuple(customers))


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise TypeError(line[:40].strip())
    return found


def _partner(about: dict[str, Any]) -> tuple[str, str]:
    name, kind = str(about["name"]), str(about["kind"])
    if kind not in KINDS:
        raise ValueError(kind)
    return name, kind


def _customer(about: dict[str, Any]) -> GivenCustomer:
    name, created = str(about["name"]), about.get("created")
    billing = dict(about.get("billing") or {})
    bought = about.get("subscriptions")
    return GivenCustomer(
        id=str(uuid.UUID(str(about["id"]))),
        name=name,
        domain=str(about.get("domain", "")),
        relationship=str(about.get("relationship") or "reseller"),
        delegated=bool(about.get("delegated")),
        registration=str(about.get("registration", "")),
        email=str(about.get("email", "")),
        created=None if created is None else float(created),
        billing={
            **dict.fromkeys(_BILLING_TEXTS, ""),
            "companyName": name,
            **billing,
            "defaultAddress": dict(billing.get("defaultAddress") or {}),
        },
        subscriptions=None if bought is None else tuple(map(_bought, bought)),
    )


def _bought(about: dict[str, Any]) -> dict[str, Any]:
    return {**about, "id": str(uuid.UUID(str(about["id"])))}
