"""The areas of the service. A new one is a file here, and one entry in the list below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.rehearsal.areas.agreements import AREA as AGREEMENTS
from partnerdesk.rehearsal.areas.audit import AREA as AUDIT
from partnerdesk.rehearsal.areas.checks import AREA as CHECKS
from partnerdesk.rehearsal.areas.customers import AREA as CUSTOMERS
from partnerdesk.rehearsal.areas.delegated_admin import AREA as DELEGATED_ADMIN
from partnerdesk.rehearsal.areas.exports import AREA as EXPORTS
from partnerdesk.rehearsal.areas.invoices import AREA as INVOICES
from partnerdesk.rehearsal.areas.newcomers import AREA as NEWCOMERS
from partnerdesk.rehearsal.areas.partner_agreements import AREA as PARTNER_AGREEMENTS
from partnerdesk.rehearsal.areas.profiles import AREA as PROFILES
from partnerdesk.rehearsal.areas.qualifications import AREA as QUALIFICATIONS
from partnerdesk.rehearsal.areas.service_requests import AREA as SERVICE_REQUESTS
from partnerdesk.rehearsal.areas.subscriptions import AREA as SUBSCRIPTIONS

if TYPE_CHECKING:
    from partnerdesk.rehearsal.operation import Area

AREAS: tuple[Area, ...] = (
    AUDIT,
    CUSTOMERS,
    CHECKS,
    NEWCOMERS,
    SUBSCRIPTIONS,
    SERVICE_REQUESTS,
    AGREEMENTS,
    QUALIFICATIONS,
    PROFILES,
    INVOICES,
    PARTNER_AGREEMENTS,
    DELEGATED_ADMIN,
    EXPORTS,
)
"""All areas, in the order in which they are seeded."""
