"""The partner's own name for a customer: a plan to change it, and how the names differ. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Step
from partnerdesk.models.core.text import fold, without_nul
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers import records
from partnerdesk.models.customers.tags_and_notes import target_of
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import TAG_MARK

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.customers.page import CustomerPage

LONGEST_ALIAS = 100
"""Maximum characters of an own name."""
NAME_TITLES = {"bill_to": N_("Bill to"), "alias": N_("Own name")}
"""Where a name of a customer stands besides Partner Center's list."""


def plan_alias(page: CustomerPage, text: str, by: PlanContext) -> Plan:
    """Plan to give a customer a name of the partner's own; an empty text removes it.

    It stays in the book: no call is made of it.
    """
    alias = " ".join(without_nul(text).split()).lstrip(f"{TAG_MARK} ")
    reasons = []
    if len(alias) > LONGEST_ALIAS or (alias and not fold(alias)):
        text = _("Write a name of at most {count} characters.").format(count=LONGEST_ALIAS)
        reasons.append(Reason("customer.alias", text, "alias", "partnerdesk"))
    before, after = {"alias": page.customer.alias}, {"alias": alias}
    step = Step(records.CUSTOMER, {"id": page.customer.id}, before, after)
    steps = (step,) if before != after else ()
    return Plan.of(ChangeKind.UPDATED, by, target_of(page), steps, reasons)


def differing_names(page: CustomerPage) -> list[tuple[str, str]]:
    """Return the names that differ from the one in Partner Center's list, by `NAME_TITLES`.

    Upper and lower case, accents and blanks make no difference.
    """
    customer = page.customer
    names = {"bill_to": page.billing.company_name, "alias": customer.alias}
    listed = _compared(customer.company_name)
    return [(kind, name) for kind, name in names.items() if name and _compared(name) != listed]


def _compared(name: str) -> str:
    return " ".join(fold(name).split())
