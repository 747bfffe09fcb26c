"""The partners that the rehearsal knows: their tenants, clouds and people."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerdesk.rehearsal.state import State

DIRECT_BILL, INDIRECT_PROVIDER, INDIRECT_RESELLER = (
    "direct_bill",
    "indirect_provider",
    "indirect_reseller",
)
KINDS = (DIRECT_BILL, INDIRECT_PROVIDER, INDIRECT_RESELLER)
GLOBAL, US_GOV, GERMANY, CHINA = "global", "us-gov", "germany", "china"
SUFFIXES = {
    GLOBAL: "onmicrosoft.com",
    US_GOV: "onmicrosoft.us",
    GERMANY: "onmicrosoft.de",
    CHINA: "partner.onmschina.cn",
}
"""What follows the prefix of a first domain, by cloud."""
MARKETS = {GLOBAL: "", US_GOV: "US", GERMANY: "DE", CHINA: "CN"}
"""The only country of a cloud's customers, if there is only one."""

TABLES = """
CREATE TABLE IF NOT EXISTS tenants (
  id TEXT PRIMARY KEY, cloud TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  domain TEXT NOT NULL, mpn TEXT NOT NULL, country TEXT NOT NULL, seed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tenants_domain ON tenants (domain);
CREATE TABLE IF NOT EXISTS people (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, upn TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL,
  roles TEXT NOT NULL, mfa INTEGER NOT NULL, UNIQUE (tenant, upn)
);
"""

_SPACE = uuid.UUID("5f1c27a8-6d0e-4f0c-9a53-1d6a4e8f0b7c")
_AGENTS = ("global_admin", "admin_agent", "sales_agent", "helpdesk_agent", "billing_admin")
_PEOPLE = (
    ("admin", "Alex Doe", _AGENTS, True),
    ("no-mfa", "Nora Fay", _AGENTS, False),
    ("agent", "Ada Gent", ("admin_agent",), True),
    ("sales", "Sam Sales", ("sales_agent",), True),
    ("helpdesk", "Hedy Desk", ("helpdesk_agent",), True),
    ("billing", "Bill Inger", ("billing_admin",), True),
    ("guest", "Gus Est", (), True),
)
"""Who works for each partner: user name, full name, roles, and whether they use MFA."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A partner: its tenant decides the cloud, and what exists there."""

    id: str
    cloud: str
    kind: str
    name: str
    domain: str
    mpn: str
    country: str
    seed: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for a partner."""

    id: str
    tenant: str
    upn: str
    name: str
    roles: frozenset[str]
    mfa: bool


def derived_id(*parts: object) -> str:
    """Return a GUID that follows from `parts`: the same parts make the same one."""
    return str(uuid.uuid5(_SPACE, "/".join(str(part) for part in parts)))


def create_tenant(state: State, seed: str, cloud: str, kind: str, name: str) -> Tenant:
    """Create a partner and its people; the same `seed` and `name` make the same partner."""
    tenant_id = derived_id(seed, "tenant", cloud, name)
    number = int(tenant_id[:6], 16)
    prefix = "".join(letter for letter in name.casefold() if letter.isalnum())[:20]
    tenant = Tenant(
        id=tenant_id,
        cloud=cloud,
        kind=kind,
        name=name,
        domain=f"{prefix}.{SUFFIXES[cloud]}",
        mpn=str(4_000_000 + number % 1_000_000),
        country=MARKETS[cloud] or "US",
        seed=f"{seed}/{cloud}/{name}",
    )
    state.run("INSERT INTO tenants VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *_row(tenant))
    for user, full_name, roles, mfa in _PEOPLE:
        state.run(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)",
            derived_id(tenant_id, "person", user),
            tenant_id,
            f"{user}@{tenant.domain}",
            full_name,
            json.dumps(roles),
            mfa,
        )
    return tenant


def _row(tenant: Tenant) -> tuple[str, ...]:
    return (
        tenant.id,
        tenant.cloud,
        tenant.kind,
        tenant.name,
        tenant.domain,
        tenant.mpn,
        tenant.country,
        tenant.seed,
    )


def tenant_by_id(state: State, tenant_id: str) -> Tenant | None:
    """Return a partner by its tenant, or by its domain."""
    row = state.row(
        "SELECT * FROM tenants WHERE id = ? OR domain = ?", tenant_id.lower(), tenant_id.lower()
    )
    return None if row is None else Tenant(**row)


def all_tenants(state: State) -> list[Tenant]:
    """Return all partners in the order of their creation."""
    return [Tenant(**row) for row in state.rows("SELECT * FROM tenants ORDER BY rowid")]


def person(state: State, tenant_id: str, user: str = "admin") -> Person | None:
    """Return somebody of a partner by id, by full user name, or by what stands before the @."""
    row = state.row(
        "SELECT * FROM people WHERE tenant = ?1 AND (id = ?2 OR upn = ?2 OR upn LIKE ?3)",
        tenant_id,
        user,
        f"{user}@%",
    )
    if row is None:
        return None
    return Person(
        row["id"],
        row["tenant"],
        row["upn"],
        row["name"],
        frozenset(json.loads(row["roles"])),
        bool(row["mfa"]),
    )
