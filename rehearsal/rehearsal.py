"""The whole rehearsal: its world, its areas, its two desks and its control address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.rehearsal import gate, log, tenants, world
from partnerdesk.rehearsal.areas import AREAS
from partnerdesk.rehearsal.areas.customers.rows import neighbour
from partnerdesk.rehearsal.blobs import Blobs
from partnerdesk.rehearsal.control import Control
from partnerdesk.rehearsal.faults import Faults
from partnerdesk.rehearsal.gate import Gate, Routes
from partnerdesk.rehearsal.openapi import Describer
from partnerdesk.rehearsal.operation import Host
from partnerdesk.rehearsal.sign_in import grants, tokens
from partnerdesk.rehearsal.sign_in.desk import SignIn
from partnerdesk.rehearsal.sign_in.directory import App
from partnerdesk.rehearsal.tenants import (
    CHINA,
    GERMANY,
    GLOBAL,
    INDIRECT_PROVIDER,
    US_GOV,
    Tenant,
    create_tenant,
    derived_id,
    person,
)

if TYPE_CHECKING:
    from partnerdesk.rehearsal.request import Outcome, Request
    from partnerdesk.rehearsal.state import State
    from partnerdesk.rehearsal.world import World

_NAMES = {
    GLOBAL: "Proseware Cloud",
    US_GOV: "Proseware Federal",
    GERMANY: "Proseware Deutschland",
    CHINA: "Proseware China",
}
SMALLER = 10
"""How many times fewer customers the other clouds have than the global one ..."""
MOST_ELSEWHERE = 1_000
"""... and how many they have at most."""
_TABLES = (
    tenants.TABLES,
    world.TABLES,
    log.TABLES,
    gate.TABLES,
    tokens.TABLES,
    grants.TABLES,
)


@dataclass(slots=True)
class Rehearsal:
    """A stand-in for Partner Center, ready to be served."""

    world: World
    app: App
    gate: Gate
    sign_in: SignIn
    control: Control

    def handle(self, request: Request) -> Outcome:
        """Answer a request to any of the addresses."""
        if request.host is Host.CONTROL:
            return self.control.handle(request)
        if request.host is Host.BLOBS:
            return Blobs(self.world).handle(request)
        if request.host is Host.AUTHORITY:
            return self.sign_in.handle(request)
        return self.gate.handle(request)

    def add_partner(self, cloud: str, kind: str, name: str, customers: int) -> Tenant:
        """Create a partner with so many customers, and all that the areas have of them."""
        with self.world.state.once():
            tenant = create_tenant(self.world.state, self.world.seed, cloud, kind, name)
            for area in AREAS:
                area.seed(self.world, tenant, customers)
            self.refresh_token(tenant)
        return tenant

    def refresh_token(self, tenant: Tenant) -> str:
        """Return the refresh token of a partner's admin, as the secure application model has it."""
        value = "1.Rehearsal-" + derived_id(self.world.seed, tenant.id, "refresh token")
        admin = person(self.world.state, tenant.id)
        if admin is not None and tokens.find_refresh(self.world, value) is None:
            grant = tokens.Grant(tenant.id, admin.id, self.app.client_id, "", mfa=True)
            tokens.give_refresh(self.world, grant, value)
        return value


def is_begun(state: State) -> bool:
    """Return whether a state that was kept has its partners already."""
    tables = "SELECT 1 FROM sqlite_master WHERE name = 'tenants'"
    return bool(state.value(tables)) and bool(state.value("SELECT 1 FROM tenants"))


def start(world: World, customers: int) -> Rehearsal:
    """Make a rehearsal in a world: its tables, and at first its partners.

    The global partner is an indirect provider with `customers` customers; US Government, Germany
    and 21Vianet have a partner each with a tenth of them, 1,000 at most. Where the world is given
    customers, the global partner is who they say, and has them.
    """
    for tables in (*_TABLES, *(area.tables for area in AREAS)):
        world.state.create(tables)
    for area in AREAS:
        world.joined.append(area.joined)
        world.left.append(area.left)
        world.holds.append(area.holds)
        world.events.update(area.events)
    app = App(derived_id(world.seed, "app"), "rehearsal-secret-" + derived_id(world.seed, "secret"))
    faults = Faults()
    operations = [operation for area in AREAS for operation in area.operations]
    the_gate = Gate(world, Routes(operations), faults, neighbour)
    control = Control(world, faults, the_gate.throttle)
    rehearsal = Rehearsal(world, app, the_gate, SignIn(world, app, faults), control)
    for area in AREAS:
        control.add(area.control)
    control.add({"openapi": Describer(tuple(operations)).describe})
    control.add({"tenants": _Partners(rehearsal).add})
    if world.state.value("SELECT 1 FROM tenants") is None:
        given = world.given
        for cloud, name in _NAMES.items():
            few = min(-(-customers // SMALLER), MOST_ELSEWHERE)
            count = customers if cloud == GLOBAL else few
            if cloud == GLOBAL and given is not None:
                rehearsal.add_partner(cloud, given.kind, given.name, len(given.customers))
            else:
                rehearsal.add_partner(cloud, INDIRECT_PROVIDER, name, count)
    return rehearsal


@dataclass(frozen=True, slots=True)
class _Partners:
    """Adds partners for tests that want one of their own."""

    rehearsal: Rehearsal

    def add(self, _world: World, about: dict[str, object]) -> object:
        """Add a partner: `cloud`, `kind`, `name`, `customers`; return how to sign in."""
        cloud, kind = str(about.get("cloud", GLOBAL)), str(about.get("kind", INDIRECT_PROVIDER))
        if cloud not in _NAMES or kind not in tenants.KINDS:
            raise LookupError(f"{cloud} {kind}")
        state = self.rehearsal.world.state
        number = state.value("SELECT count(*) FROM tenants")
        name = str(about.get("name") or f"Partner {number}")
        if state.value("SELECT 1 FROM tenants WHERE name = ?", name):
            raise LookupError(f"{name} exists already")
        customers = int(str(about.get("customers", SMALLER)))
        tenant = self.rehearsal.add_partner(cloud, kind, name, customers)
        return {
            "tenant": tenant.id,
            "domain": tenant.domain,
            "refresh_token": self.rehearsal.refresh_token(tenant),
        }
