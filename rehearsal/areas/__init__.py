"""The areas of the service. A new one is a file here, and one entry in the list below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.rehearsal.areas.audit import AREA as AUDIT
from partnerdesk.rehearsal.areas.checks import AREA as CHECKS
from partnerdesk.rehearsal.areas.customers import AREA as CUSTOMERS

if TYPE_CHECKING:
    from partnerdesk.rehearsal.operation import Area

AREAS: tuple[Area, ...] = (AUDIT, CUSTOMERS, CHECKS)
"""All areas, in the order in which they are seeded."""
