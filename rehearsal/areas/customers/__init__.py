"""Customers: list, search, get, create, profiles, end of the relationship."""

from __future__ import annotations

from partnerdesk.rehearsal.areas.customers import (
    control,
    create,
    invited,
    profiles,
    read,
    relationship,
)
from partnerdesk.rehearsal.areas.customers.rows import TABLES, seed
from partnerdesk.rehearsal.operation import Area

AREA = Area(
    name="customers",
    tables=TABLES + invited.TABLES,
    seed=seed,
    operations=(
        *read.OPERATIONS,
        *create.OPERATIONS,
        *profiles.OPERATIONS,
        *relationship.OPERATIONS,
    ),
    events=relationship.EVENTS,
    control=control.CONTROL,
)
