"""Granular delegated admin (GDAP), at Microsoft Graph: its states move step by step."""

from __future__ import annotations

from partnerdesk.rehearsal.areas.delegated_admin import assignments, relationships, steps
from partnerdesk.rehearsal.areas.delegated_admin.rows import ENDS, TABLES, seed
from partnerdesk.rehearsal.operation import Area

AREA = Area(
    name="delegated-admin",
    tables=TABLES,
    seed=seed,
    operations=(*relationships.OPERATIONS, *steps.OPERATIONS, *assignments.OPERATIONS),
    events={steps.STEP: steps.step, ENDS: steps.end, assignments.SETTLED: assignments.settled},
)
