"""What customers have had since before the rehearsal began, and who came later.

What a customer of the seed has follows from the seed; one that came later has nothing of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.operation import Area

if TYPE_CHECKING:
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS newcomers (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (tenant, customer)
);
"""
_MONTH, _DAY = "first month", "first day"


def _seed(world: World, _tenant: Tenant, _customers: int) -> None:
    """Note the month and the day on which the rehearsal began."""
    if world.state.fact(_MONTH) is None:
        now = world.clock.now()
        world.state.note(_MONTH, datetime(now.year, now.month, 1, tzinfo=UTC).isoformat())
        world.state.note(_DAY, datetime(now.year, now.month, now.day, tzinfo=UTC).isoformat())


def _joined(world: World, tenant: Tenant, customer: str) -> None:
    world.state.run("INSERT OR IGNORE INTO newcomers VALUES (?, ?)", tenant.id, customer)


def begun(world: World) -> datetime:
    """Return the first day of the month in which the rehearsal began: most dates hang on it."""
    return datetime.fromisoformat(world.state.fact(_MONTH) or "2026-11-01T00:00:00+00:00")


def begun_on(world: World) -> datetime:
    """Return the day on which the rehearsal began: the terms of subscriptions hang on it."""
    day = world.state.fact(_DAY)
    return datetime.fromisoformat(day) if day else begun(world)


def is_new(world: World, tenant: Tenant, customer: str) -> bool:
    """Return whether a customer came after the seed."""
    found = world.state.value(
        "SELECT 1 FROM newcomers WHERE tenant = ? AND customer = ?", tenant.id, customer
    )
    return found is not None


AREA = Area(name="newcomers", tables=TABLES, seed=_seed, joined=_joined)
