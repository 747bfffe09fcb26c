"""The plan to write down that a customer accepted the customer agreement itself. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Step
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.customers.tags_and_notes import target_of
from partnerdesk.models.languages import _
from partnerdesk.models.values.days import typed_day

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.customers.page import CustomerPage

FIELD = "agreement_accepted_at"


def plan_accepted(page: CustomerPage, day: str, by: PlanContext) -> Plan:
    """Plan to keep the day on which a customer accepted the agreement.

    Args:
        page: the customer.
        day: the day as a person types it, such as `2026-11-30`.
        by: who plans, when, under which id.
    """
    customer, found = page.customer, typed_day(day)
    target = target_of(page)
    if found is None:
        text = _("{text} is no day; write it as 2026-11-30.").format(text=shown(day[:40]))
        return Plan.of(ChangeKind.UPDATED, by, target, (), [Reason("agreement.day", text, FIELD)])
    accepted = datetime.combine(found, time(), UTC)
    if accepted > by.at:
        text = _("An agreement cannot be accepted in the future.")
        return Plan.of(
            ChangeKind.UPDATED, by, target, (), [Reason("agreement.future", text, FIELD)]
        )
    old = customer.agreement_accepted_at
    step = Step(
        CUSTOMER, {"id": customer.id}, {FIELD: iso(old) if old else None}, {FIELD: iso(accepted)}
    )
    return Plan.of(ChangeKind.UPDATED, by, target, (step,), version=customer.version)
