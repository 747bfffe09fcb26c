"""Who accepts an invitation: those of whom it is known that they are invited, else anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.customers.rows import add, list_row
from partnerdesk.rehearsal.names import company
from partnerdesk.rehearsal.tenants import MARKETS

if TYPE_CHECKING:
    import sqlite3

    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

ACCEPTED = "invitation-accepted"
TABLES = """
CREATE TABLE IF NOT EXISTS invited (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL,
  accepted INTEGER NOT NULL DEFAULT 0, UNIQUE (tenant, domain)
);
"""
_NUMBERS = 0x100000
"""Where the numbers of customers begin that come by themselves: their domains stay free of those
of the seed."""
_NEXT = "SELECT * FROM invited WHERE tenant = ? AND NOT accepted ORDER BY number LIMIT 1"


def invite(world: World, tenant: Tenant, name: str, domain: str) -> None:
    """Note that somebody is invited: they accept after a while, and each of them once."""
    world.state.run(
        "INSERT OR IGNORE INTO invited (tenant, name, domain) VALUES (?, ?, ?)",
        tenant.id,
        name,
        domain.casefold(),
    )
    if world.state.row(_NEXT, tenant.id) is not None:
        expect(world, tenant)


def expect(world: World, tenant: Tenant) -> None:
    """Let somebody accept after a while, unless somebody is about to."""
    waiting = world.state.row(
        "SELECT 1 FROM due WHERE tenant = ? AND event = ?", tenant.id, ACCEPTED
    )
    if world.options.accept_seconds and waiting is None:
        world.later(world.options.accept_seconds, tenant, ACCEPTED, {})


def accepted(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    """Let a customer accept an invitation: it stands in the list from now on, as a reseller's."""
    invited = None if "name" in about else world.state.row(_NEXT, tenant.id)
    if invited is None:
        _come(world, tenant, str(about.get("name") or ""), str(about.get("domain") or ""))
        return
    world.state.run("UPDATE invited SET accepted = 1 WHERE number = ?", invited["number"])
    known = world.state.row(
        "SELECT * FROM customers WHERE tenant = ? AND domain_key = ? AND gone IS NULL",
        tenant.id,
        invited["domain"],
    )
    if known is None:
        _come(world, tenant, invited["name"], invited["domain"])
    else:
        _become_reseller(world, known)
    if world.state.row(_NEXT, tenant.id) is not None:
        expect(world, tenant)


def _come(world: World, tenant: Tenant, name: str, domain: str) -> None:
    number = _NUMBERS + (world.state.value("SELECT count(*) FROM customers") or 0)
    one = company(world.dice(tenant.seed, "invited", number), number, MARKETS[tenant.cloud])
    name = name or one.name
    one.billing["companyName"] = name
    named = type(one)(name, one.prefix, one.billing, one.registration)
    add(world, tenant, named, domain=domain)


def _become_reseller(world: World, known: sqlite3.Row) -> None:
    world.state.run(
        "UPDATE customers SET relationship = 'reseller', row = ? WHERE number = ?",
        list_row(known["id"], known["name"], known["domain"], "reseller"),
        known["number"],
    )
