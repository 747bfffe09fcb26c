"""The customers of a partner as they are kept, and the JSON that they are shown as."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.audit import DAY, OLDEST_DAYS, note
from partnerdesk.rehearsal.call import not_found
from partnerdesk.rehearsal.names import Company, company
from partnerdesk.rehearsal.tenants import (
    GLOBAL,
    INDIRECT_PROVIDER,
    MARKETS,
    SUFFIXES,
    derived_id,
)
from partnerdesk.rehearsal.wire import link

if TYPE_CHECKING:
    import random
    import sqlite3
    from collections.abc import Iterable, Iterator

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.customers_file import GivenCustomer
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TENANT_NOT_FOUND = 60003
OLDEST_SECONDS = 5 * 365 * DAY
TABLES = """
CREATE TABLE IF NOT EXISTS customers (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
  name_key TEXT NOT NULL, domain TEXT NOT NULL, domain_key TEXT NOT NULL, reseller TEXT NOT NULL,
  registration TEXT NOT NULL, delegated INTEGER NOT NULL, relationship TEXT NOT NULL,
  billing TEXT NOT NULL, version INTEGER NOT NULL, created REAL NOT NULL, gone REAL,
  row BLOB NOT NULL, email TEXT NOT NULL DEFAULT '', tenant_name TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS customers_id ON customers (tenant, id);
CREATE INDEX IF NOT EXISTS customers_list ON customers (tenant, number) WHERE gone IS NULL;
CREATE INDEX IF NOT EXISTS customers_name ON customers (tenant, name_key, number);
CREATE INDEX IF NOT EXISTS customers_domain ON customers (tenant, domain_key, number);
CREATE INDEX IF NOT EXISTS customers_taken ON customers (domain_key);
CREATE TABLE IF NOT EXISTS partners (
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, mpn TEXT NOT NULL,
  location TEXT NOT NULL, signed INTEGER NOT NULL, PRIMARY KEY (tenant, id)
);
"""
_COLUMNS = (
    "tenant",
    "id",
    "name",
    "name_key",
    "domain",
    "domain_key",
    "reseller",
    "registration",
    "delegated",
    "relationship",
    "billing",
    "version",
    "created",
    "row",
    "email",
)
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_TAKEN = frozenset({"contoso", "fabrikam", "microsoft", "wingtiptoys"})
"""Prefixes that belong to somebody in every cloud."""
_RESELLERS = (
    ("First Up Consultants", "US", True),
    ("ReleCloud", "BR", True),
    ("Nordwind Partner", "DE", True),
    ("Lamna Services", "GB", False),
)
"""The indirect resellers of each provider: name, country, and whether they signed."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer that stands now."""

    id: str
    name: str
    domain: str
    reseller: str
    registration: str
    delegated: bool
    relationship: str
    billing: dict[str, Any]
    version: int
    email: str = ""
    """Of the company; empty where it is that of the billing profile."""
    tenant_name: str = ""
    """The tenant's own name, where the list has another; else empty."""


def seed(world: World, tenant: Tenant, customers: int) -> None:
    """Create the customers of a new partner, and the resellers of a provider."""
    resellers = _seed_resellers(world, tenant)
    if world.given is not None and tenant.cloud == GLOBAL:
        rows = _given(world, tenant, world.given.customers)
    else:
        dice = world.dice(tenant.seed, "customers")
        rows = _seeded(world, tenant, customers, dice, resellers)
    world.state.insert_many("customers", _COLUMNS, rows)
    recent = world.state.rows(
        "SELECT id, name, domain, created FROM customers WHERE tenant = ? AND created > ?",
        tenant.id,
        world.clock.seconds() - OLDEST_DAYS * DAY,
    )
    for row in recent:
        note(
            world,
            tenant,
            "add_customer",
            "customer",
            (row["id"], row["name"]),
            by=f"admin@{tenant.domain}",
            at=row["created"],
            more={"PrimaryDomainName": row["domain"], "Relationship": "Reseller"},
        )


def _seed_resellers(world: World, tenant: Tenant) -> list[str]:
    if tenant.kind != INDIRECT_PROVIDER:
        return []
    ids = []
    for number, (name, country, signed) in enumerate(_RESELLERS):
        reseller = derived_id(tenant.id, "reseller", name)
        world.state.run(
            "INSERT INTO partners VALUES (?, ?, ?, ?, ?, ?)",
            tenant.id,
            reseller,
            name,
            str(4_847_383 + number),
            country,
            signed,
        )
        ids.append(reseller)
    return ids


def _seeded(
    world: World, tenant: Tenant, customers: int, dice: random.Random, resellers: list[str]
) -> Iterator[tuple[Any, ...]]:
    now = world.clock.seconds()
    age = float(OLDEST_SECONDS)
    for number in range(1, customers + 1):
        one = company(dice, number, MARKETS[tenant.cloud])
        age = dice.uniform(OLDEST_SECONDS * (customers - number) / customers, age)
        reseller = dice.choice(["", *resellers])
        customer_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        delegated = dice.random() < 0.7
        yield _values(
            tenant, customer_id, one, reseller=reseller, delegated=delegated, created=now - age
        )


def _given(
    world: World, tenant: Tenant, customers: Iterable[GivenCustomer]
) -> Iterator[tuple[Any, ...]]:
    oldest = world.clock.seconds() - OLDEST_SECONDS
    for given in customers:
        one = Company(given.name, "", given.billing, given.registration)
        created = oldest if given.created is None else given.created
        yield _values(
            tenant,
            given.id,
            one,
            delegated=given.delegated,
            created=created,
            domain=given.domain,
            relationship=given.relationship,
            email=given.email,
        )


def _values(
    tenant: Tenant,
    customer_id: str,
    one: Company,
    *,
    reseller: str = "",
    delegated: bool,
    created: float,
    domain: str = "",
    relationship: str = "reseller",
    email: str = "",
) -> tuple[Any, ...]:
    domain = domain or f"{one.prefix}.{SUFFIXES[tenant.cloud]}"
    return (
        tenant.id,
        customer_id,
        one.name,
        one.name.casefold(),
        domain,
        domain.casefold(),
        reseller,
        one.registration,
        delegated,
        relationship,
        _json(one.billing),
        1,
        created,
        list_row(customer_id, one.name, domain, relationship),
        email,
    )


def list_row(customer_id: str, name: str, domain: str, relationship: str) -> bytes:
    """Return the JSON of a customer in a list: no billing profile, no delegated access."""
    quoted_name, quoted_domain = _json(name), _json(domain)
    return (
        f'{{"id":"{customer_id}","companyProfile":{{"tenantId":"{customer_id}",'
        f'"domain":{quoted_domain},"companyName":{quoted_name},'
        f'"links":{{"self":{{"uri":"/customers/{customer_id}/profiles/company","method":"GET",'
        '"headers":[]}},"attributes":{"objectType":"CustomerCompanyProfile"}},'
        f'"relationshipToPartner":"{relationship}",'
        f'"links":{{"self":{{"uri":"/customers/{customer_id}","method":"GET","headers":[]}}}},'
        '"attributes":{"objectType":"Customer"}}'
    ).encode()


def add(
    world: World,
    tenant: Tenant,
    one: Company,
    *,
    customer_id: str = "",
    domain: str = "",
    reseller: str = "",
    delegated: bool = False,
) -> str:
    """Add a customer, tell the other areas, and return its id."""
    customer_id = customer_id or world.new_id("customer")
    created = world.clock.seconds()
    values = _values(
        tenant,
        customer_id,
        one,
        reseller=reseller,
        delegated=delegated,
        created=created,
        domain=domain,
    )
    world.state.insert_many("customers", _COLUMNS, [values])
    for tell in world.joined:
        tell(world, tenant, customer_id)
    return customer_id


def customer(call: Call) -> Customer:
    """Return the customer that the path of a call names.

    Raises:
        RefusedCallError: the id is none, or the partner has no relationship with it.
    """
    found = customer_by_id(call.world, call.tenant, call.guid("customer_id"))
    if found is None:
        raise not_found(TENANT_NOT_FOUND, "Tenant not found")
    return found


def customer_by_id(world: World, tenant: Tenant, customer_id: str) -> Customer | None:
    """Return a customer of a partner, None if there is no relationship with it."""
    row = world.state.row(
        "SELECT * FROM customers WHERE tenant = ? AND id = ? AND gone IS NULL",
        tenant.id,
        customer_id,
    )
    return None if row is None else _customer(row)


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(
        row["id"],
        row["name"],
        row["domain"],
        row["reseller"],
        row["registration"],
        bool(row["delegated"]),
        row["relationship"],
        json.loads(row["billing"]),
        row["version"],
        row["email"],
        row["tenant_name"],
    )


def neighbour(world: World, tenant: Tenant, customer_id: str) -> str | None:
    """Return the id of another customer of the same partner, None if it has no other."""
    other: str | None = world.state.value(
        "SELECT id FROM customers WHERE tenant = ?1 AND gone IS NULL AND id <> ?2"
        " ORDER BY number > (SELECT number FROM customers WHERE tenant = ?1 AND id = ?2) DESC,"
        " number LIMIT 1",
        tenant.id,
        customer_id,
    )
    return other


def domain_taken(world: World, domain: str) -> bool:
    """Return whether a domain belongs to any customer or partner; ended ones keep theirs."""
    key = domain.casefold()
    return key.partition(".")[0] in _TAKEN or None is not world.state.row(
        "SELECT 1 FROM customers WHERE domain_key = ?1"
        " UNION ALL SELECT 1 FROM tenants WHERE domain = ?1 LIMIT 1",
        key,
    )


def etag(one: Customer) -> str:
    """Return the etag of a billing profile: a long number as text, as in the samples."""
    number = int(derived_id(one.id, "billing", one.version)[:16].replace("-", ""), 16)
    return str(number - 2**55)


def billing_profile(one: Customer) -> dict[str, Any]:
    """Return the billing profile as it is shown."""
    return {
        "id": derived_id(one.id, "billing profile"),
        **one.billing,
        "links": {"self": link(f"/customers/{one.id}/profiles/billing")},
        "attributes": {"etag": etag(one), "objectType": "CustomerBillingProfile"},
    }


def company_profile(one: Customer) -> dict[str, Any]:
    """Return the company profile as it is shown."""
    address = {
        name: value
        for name, value in one.billing["defaultAddress"].items()
        if name not in ("firstName", "lastName", "state")
    }
    if "state" in one.billing["defaultAddress"]:
        address["region"] = one.billing["defaultAddress"]["state"]
    profile = {
        "tenantId": one.id,
        "domain": one.domain,
        "companyName": one.name,
        "address": address,
        "email": one.email or one.billing["email"],
        "links": {"self": link(f"/customers/{one.id}/profiles/company")},
        "attributes": {"objectType": "CustomerCompanyProfile"},
    }
    if one.registration:
        profile["organizationRegistrationNumber"] = one.registration
    return profile


def customer_json(one: Customer) -> dict[str, Any]:
    """Return a customer as it is shown when it is asked for by its id."""
    shown = {
        "id": one.id,
        "commerceId": derived_id(one.id, "commerce"),
        "companyProfile": company_profile(one),
        "billingProfile": billing_profile(one),
        "relationshipToPartner": one.relationship,
        "allowDelegatedAccess": one.delegated,
        "customDomains": [one.domain],
        "links": {"self": link(f"/customers/{one.id}")},
        "attributes": {"objectType": "Customer"},
    }
    if one.reseller:
        shown["associatedPartnerId"] = one.reseller
    return shown
