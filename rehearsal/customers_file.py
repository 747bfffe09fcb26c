"""A file of customers that a partner has from the start: a demo hands its own over.

A line is a JSON object. The first one is the partner: `name` and `kind`. Each other one is
a customer: `id` and `name`; and where it is known `domain`, `relationship`, `delegated`,
`registration`, `email`, `created` (seconds since 1970), and `billing`, a billing profile as the API
shows it.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.tenants import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    number = 0
    try:
        with file.open(encoding="utf-8") as lines:
            objects = _objects(lines)
            head = next(objects)
            name, kind = str(head["name"]), str(head["kind"])
            if kind not in KINDS:
                raise CustomersFileError(f"1: {kind}")
            customers = []
            for number, about in enumerate(objects, 2):  # noqa: B007 - the error names it
                customers.append(_customer(about))
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise CustomersFileError(f"{number + 1}: {error}") from error
    return CustomersFile(name, kind, tuple(customers))


def _objects(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        found = json.loads(line)
        if not isinstance(found, dict):
            raise TypeError(line[:40])
        yield found


def _customer(about: dict[str, Any]) -> GivenCustomer:
    name, created = str(about["name"]), about.get("created")
    billing = dict(about.get("billing") or {})
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
    )
