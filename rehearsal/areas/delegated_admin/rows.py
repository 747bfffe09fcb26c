"""The delegated admin relationships (GDAP) of a partner: how they are kept, shown and seeded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.call import GUID
from partnerdesk.rehearsal.clock import written_seconds
from partnerdesk.rehearsal.tenants import CHINA, derived_id
from partnerdesk.rehearsal.wire import RefusedCallError

if TYPE_CHECKING:
    import random
    import sqlite3

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS delegated_admin (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
  customer TEXT NOT NULL, customer_name TEXT NOT NULL, duration TEXT NOT NULL,
  extend TEXT NOT NULL, roles TEXT NOT NULL, status TEXT NOT NULL, created REAL NOT NULL,
  modified REAL NOT NULL, activated REAL, ends REAL, version INTEGER NOT NULL,
  shown_at REAL NOT NULL, provider TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS delegated_admin_id ON delegated_admin (tenant, id);
CREATE TABLE IF NOT EXISTS delegated_admin_requests (
  id TEXT PRIMARY KEY, relationship TEXT NOT NULL, action TEXT NOT NULL, status TEXT NOT NULL,
  created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS delegated_admin_assignments (
  id TEXT PRIMARY KEY, relationship TEXT NOT NULL, grp TEXT NOT NULL, roles TEXT NOT NULL,
  status TEXT NOT NULL, created REAL NOT NULL, version INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS delegated_admin_operations (
  id TEXT PRIMARY KEY, relationship TEXT NOT NULL, status TEXT NOT NULL, created REAL NOT NULL
);
"""
BASE = "/v1.0/tenantRelationships/delegatedAdminRelationships"
GLOBAL_ADMIN = "62e90394-69f5-4237-9190-012177145e10"
ROLES = (
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
)
"""Directory Readers, Helpdesk Administrator and User Administrator, by their templates."""
DAY = 86_400
LONGEST_NAME, LONGEST_DAYS = 50, 730
SEEDED = 60
"""With how many of its first customers a partner has one from the beginning, at most."""
ENDS = "delegated-admin-ends"
EXTENDS = ("P0D", "PT0S", "P180D")
_DAYS = re.compile(r"P(?:(\d+)Y)?(?:(\d+)D)?")
_SEEDED_STATES = ("active", "active", "active", "expired", "approvalPending", "terminated")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship as it stands."""

    id: str
    name: str
    customer: str
    customer_name: str
    duration: str
    extend: str
    roles: tuple[str, ...]
    status: str
    created: float
    modified: float
    activated: float | None
    ends: float | None
    version: int
    shown_at: float
    provider: str

    @property
    def etag(self) -> str:
        """Return the weak etag, as Graph writes it."""
        return f'W/"{derived_id(self.id, self.version)}"'

    def as_json(self, address: str) -> dict[str, Any]:
        """Return it as Graph shows it."""
        shown: dict[str, Any] = {
            "@odata.etag": self.etag,
            "id": self.id,
            "displayName": self.name,
            "duration": self.duration,
            "customer": None,
            "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in self.roles]},
            "autoExtendDuration": self.extend,
            "status": self.status,
            "createdDateTime": written_seconds(self.created),
            "lastModifiedDateTime": written_seconds(self.modified),
            "activatedDateTime": self.activated and written_seconds(self.activated),
            "endDateTime": self.ends and written_seconds(self.ends),
            "accessAssignments@odata.navigationLink": f"{address}{BASE}/{self.id}"
            "/accessAssignments",
        }
        if self.customer:
            shown["customer"] = {"tenantId": self.customer, "displayName": self.customer_name}
        if self.provider:
            shown["@odata.type"] = "#microsoft.graph.resellerDelegatedAdminRelationship"
            shown["indirectProviderTenantId"] = self.provider
            shown["isPartnerConsentPending"] = False
        return shown


def days(duration: str) -> int:
    """Return the days of a duration.

    Raises:
        RefusedCallError: it is none, or not between a day and two years.
    """
    match = _DAYS.fullmatch(duration)
    total = 0 if match is None else int(match[1] or 0) * 365 + int(match[2] or 0)
    if not 0 < total <= LONGEST_DAYS:
        raise bad("duration is between P1D and P2Y.")
    return total


def bad(
    message: str, status: int = HTTPStatus.BAD_REQUEST, code: str = "badRequest"
) -> RefusedCallError:
    """Return a refusal of Graph."""
    return RefusedCallError(status, code, message)


def relationship(call: Call) -> Relationship:
    """Return the relationship that the path names.

    Raises:
        RefusedCallError: there is none, or it cannot be read yet.
    """
    row = call.world.state.row(
        "SELECT * FROM delegated_admin WHERE tenant = ? AND id = ? AND shown_at <= ?",
        call.tenant.id,
        call.path["relationship_id"].lower(),
        call.world.clock.seconds(),
    )
    if row is None:
        raise bad("The relationship was not found.", HTTPStatus.NOT_FOUND, "notFound")
    return from_row(row)


def from_row(row: sqlite3.Row) -> Relationship:
    """Return a relationship that was read."""
    fields = {name: value for name, value in dict(row).items() if name not in ("number", "tenant")}
    return Relationship(**{**fields, "roles": tuple(json.loads(row["roles"]))})


def write(world: World, tenant: Tenant, one: Relationship) -> None:
    """Write a relationship, a new one or in its place."""
    world.state.run("DELETE FROM delegated_admin WHERE tenant = ? AND id = ?", tenant.id, one.id)
    world.state.insert(
        "delegated_admin",
        {
            "tenant": tenant.id,
            "id": one.id,
            "name": one.name,
            "customer": one.customer,
            "customer_name": one.customer_name,
            "duration": one.duration,
            "extend": one.extend,
            "roles": json.dumps(one.roles),
            "status": one.status,
            "created": one.created,
            "modified": one.modified,
            "activated": one.activated,
            "ends": one.ends,
            "version": one.version,
            "shown_at": one.shown_at,
            "provider": one.provider,
        },
    )


def checked_roles(details: Any) -> tuple[str, ...]:
    """Return the role templates of an `accessDetails`.

    Raises:
        RefusedCallError: it names no role, or something that is none.
    """
    listed = details.get("unifiedRoles") if isinstance(details, dict) else None
    roles = [one.get("roleDefinitionId", "") for one in listed or [] if isinstance(one, dict)]
    if not roles or not all(isinstance(role, str) and GUID.fullmatch(role) for role in roles):
        raise bad("accessDetails.unifiedRoles names at least one role.")
    return tuple(dict.fromkeys(role.lower() for role in roles))


def seed(world: World, tenant: Tenant, _customers: int) -> None:
    """Give the first customers of a partner a relationship each, in several states."""
    if tenant.cloud == CHINA:
        return
    dice = world.dice(tenant.seed, "delegated admin")
    rows = world.state.rows(
        "SELECT id, name, created FROM customers WHERE tenant = ? ORDER BY number LIMIT ?",
        tenant.id,
        SEEDED,
    )
    for number, row in enumerate(rows):
        one = _seeded(world, tenant, dice, number, row)
        write(world, tenant, one)
        if one.status == "active":
            end_later(world, tenant, one)


def end_later(world: World, tenant: Tenant, one: Relationship) -> None:
    """Let the end of an active relationship come when its time is over."""
    wait = (one.ends or 0.0) - world.clock.seconds()
    world.later(wait, tenant, ENDS, {"id": one.id})


def _seeded(
    world: World, tenant: Tenant, dice: random.Random, number: int, row: sqlite3.Row
) -> Relationship:
    now = world.clock.seconds()
    status = dice.choice(_SEEDED_STATES)
    term = dice.choice((180, 365, 730))
    begun = now - dice.uniform(1, term - 1) * DAY
    if status in ("expired", "terminated"):
        begun = now - (term + dice.uniform(1, 300)) * DAY
    waits = status == "approvalPending"
    one_id = f"{derived_id(tenant.id, 'gdap', number)}-{derived_id(tenant.id, 'gdap2', number)}"
    return Relationship(
        id=one_id,
        name=f"Support {number + 1} {row['name']}"[:LONGEST_NAME],
        customer=row["id"],
        customer_name=row["name"],
        duration=f"P{term}D",
        extend=dice.choice(("PT0S", "P180D")),
        roles=ROLES[: dice.randint(1, len(ROLES))],
        status=status,
        created=begun - DAY,
        modified=begun,
        activated=None if waits else begun,
        ends=None if waits else begun + term * DAY,
        version=1,
        shown_at=0.0,
        provider=derived_id(tenant.id, "provider") if number % 20 == 19 else "",
    )
