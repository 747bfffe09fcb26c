"""The rehearsal's world: its state, time, switches and partners, and what happens by itself."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.options import Options
from partnerdesk.rehearsal.tenants import Tenant, derived_id, tenant_by_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.rehearsal.clock import Clock
    from partnerdesk.rehearsal.customers_file import CustomersFile
    from partnerdesk.rehearsal.state import State
    from partnerdesk.rehearsal.wire import RefusedCallError

TABLES = """
CREATE TABLE IF NOT EXISTS due (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, tenant TEXT NOT NULL, event TEXT NOT NULL,
  about TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS due_at ON due (at);
"""


@dataclass(slots=True)
class World:
    """Everything an operation works on. Areas hang their reactions into the lists below."""

    state: State
    clock: Clock
    seed: str
    options: Options = field(default_factory=Options)
    addresses: dict[str, str] = field(default_factory=dict)
    """The addresses by name: api, authority, graph, partner_api, control."""
    given: CustomersFile | None = None
    """The customers of the first partner, where somebody hands them over."""
    joined: list[Callable[[World, Tenant, str], None]] = field(default_factory=list)
    """Called with the id of each customer that is new."""
    left: list[Callable[[World, Tenant, str], None]] = field(default_factory=list)
    """Called with the id of each customer whose relationship has ended."""
    holds: list[Callable[[World, Tenant, str], RefusedCallError | None]] = field(
        default_factory=list
    )
    """Asked whether something of a customer keeps its relationship from being ended."""
    events: dict[str, Callable[[World, Tenant, dict[str, Any]], None]] = field(default_factory=dict)
    """What happens when the time of an event has come, by its name."""

    def new_id(self, *about: object) -> str:
        """Return a new GUID; the same calls on the same seed make the same ones."""
        number = int(self.state.fact("ids") or 0) + 1
        self.state.note("ids", str(number))
        return derived_id(self.seed, "new", number, *about)

    def dice(self, *about: object) -> random.Random:
        """Return a generator that always throws the same for the same seed and `about`."""
        return random.Random("/".join((self.seed, *map(str, about))))  # noqa: S311 - no secret

    def later(self, seconds: float, tenant: Tenant, event: str, about: dict[str, Any]) -> None:
        """Let an event happen in `seconds`, by the rehearsal's clock."""
        at = self.clock.seconds() + seconds
        self.state.run(
            "INSERT INTO due (at, tenant, event, about) VALUES (?, ?, ?, ?)",
            at,
            tenant.id,
            event,
            json.dumps(about),
        )

    def catch_up(self) -> None:
        """Let happen what is due."""
        now = self.clock.seconds()
        for row in self.state.rows("SELECT * FROM due WHERE at <= ? ORDER BY at, id", now):
            self.state.run("DELETE FROM due WHERE id = ?", row["id"])
            tenant = tenant_by_id(self.state, row["tenant"])
            if tenant is not None:
                self.events[row["event"]](self, tenant, json.loads(row["about"]))
