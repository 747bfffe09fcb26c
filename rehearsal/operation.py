"""What an operation and an area are: data, from which routes, checks and the description are made.

An area is one file (or one folder) in `areas/`: its tables, its seed and its operations. To add
one, write the file and put its `AREA` into the list in `areas/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.tenants import CHINA, GERMANY, GLOBAL, US_GOV

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.wire import Answer, RefusedCallError
    from partnerdesk.rehearsal.world import World

EVERYWHERE = frozenset({GLOBAL, US_GOV, GERMANY, CHINA})
GLOBAL_ONLY = frozenset({GLOBAL})
NOT_CHINA = frozenset({GLOBAL, US_GOV, GERMANY})
NOT_GERMANY = frozenset({GLOBAL, US_GOV, CHINA})

ANY_AGENT = frozenset({"global_admin", "admin_agent", "sales_agent", "helpdesk_agent"})
SELLERS = frozenset({"global_admin", "admin_agent", "sales_agent"})
ADMINS = frozenset({"global_admin", "admin_agent"})


class Host(StrEnum):
    """The addresses that the rehearsal serves; a token is good for one of them."""

    API = "api"
    AUTHORITY = "authority"
    GRAPH = "graph"
    PARTNER_API = "partner_api"
    CONTROL = "control"
    BLOBS = "blobs"


class Auth(StrEnum):
    """Who may call: a person with an app, an app alone, or both."""

    USER = "user"
    APP = "app"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the query or a header."""

    name: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    header: bool = False
    """Whether it is a header; otherwise it stands in the query."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation."""

    name: str
    """Its name in log and faults, such as customer-list."""
    method: str
    path: str
    """The path with its variable parts in braces: /v1/customers/{customer_id}."""
    handler: Callable[[Call], Answer]
    source: str
    """The document that describes it."""
    auth: Auth = Auth.BOTH
    clouds: frozenset[str] = EVERYWHERE
    roles: frozenset[str] = frozenset()
    """A person needs one of these roles; empty for none."""
    host: Host = Host.API
    paged: bool = False
    """Whether it answers a page of a list, with `items` (Graph: `value`)."""
    per_customer: bool = False
    """Whether calls count by partner and customer, too, not by partner alone."""
    reads: bool = False
    """Whether it changes nothing although its method could."""
    somebody_else: Callable[[Call], None] | None = None
    """What somebody else changes right before, under the faults stale-etag and stale-etag-2055."""
    parameters: tuple[Parameter, ...] = ()
    request: Mapping[str, Any] | None = None
    """The JSON schema of the body."""
    answers: Mapping[int, Mapping[str, Any] | None] = field(default_factory=lambda: {200: None})
    """The JSON schema of each good answer by status; None for an answer without a body."""


def _nothing(_world: World, _tenant: Tenant, _customer_id: str) -> None:
    """Do nothing."""


def _no_hold(_world: World, _tenant: Tenant, _customer_id: str) -> RefusedCallError | None:
    return None


def _no_seed(_world: World, _tenant: Tenant, _customers: int) -> None:
    """Create nothing."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the service: what it keeps, how it starts, what it does."""

    name: str
    operations: tuple[Operation, ...] = ()
    tables: str = ""
    """The `CREATE TABLE IF NOT EXISTS` statements."""
    seed: Callable[[World, Tenant, int], None] = _no_seed
    """Fills the tables for a new partner with so many customers. Areas are seeded in the order
    of the list, the customers first."""
    joined: Callable[[World, Tenant, str], None] = _nothing
    """Called with the id of each customer that comes after the seed."""
    left: Callable[[World, Tenant, str], None] = _nothing
    """Called with the id of each customer whose relationship has ended."""
    holds: Callable[[World, Tenant, str], RefusedCallError | None] = _no_hold
    """Returns why the relationship with a customer cannot be ended yet, None if it can."""
    events: Mapping[str, Callable[[World, Tenant, dict[str, Any]], None]] = field(
        default_factory=dict
    )
    """What `world.later` lets happen, by name."""
    control: Mapping[str, Callable[[World, dict[str, Any]], Any]] = field(default_factory=dict)
    """What tests may ask of it by POST control/NAME: a JSON object in, JSON out."""
