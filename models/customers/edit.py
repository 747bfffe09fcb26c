"""Plans to edit a customer, and merges the edits of two people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers import records
from partnerdesk.models.customers.add import BILLING, form_context
from partnerdesk.models.customers.duplicates import domain_of
from partnerdesk.models.customers.form.checks import check_all
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.tags_and_notes import target_of
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import SQLModel

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.customers.form.fields import Values
    from partnerdesk.models.customers.page import CustomerPage


LIST_ONLY = "company-name.list-only"
"""The code of the reason that a new company name changes the list only."""


def form_values(page: CustomerPage) -> dict[FormField, str]:
    """Return the stored values of a customer, by the fields of the form.

    The domain is among them only as long as Partner Center does not have it: it stays for good.
    """
    values = {field: str(getattr(page.billing, name)) for name, field in BILLING.items()}
    values[FormField.COMPANY_NAME] = page.customer.company_name
    values[FormField.COUNTRY] = page.billing.country or page.customer.country
    number = page.company.organization_registration_number
    values[FormField.REGISTRATION_NUMBER] = number
    if page.is_addition_open:
        values[FormField.DOMAIN_PREFIX] = _prefix_of(page)
    return values


def _prefix_of(page: CustomerPage) -> str:
    return page.customer.primary_domain.partition(".")[0]


def plan_edit_customer(
    page: CustomerPage, account: Account, values: Values, by: PlanContext
) -> Plan:
    """Plan to write the form's values into a customer's profiles. Pure: reads only `page`.

    The plan changes only the fields that the person changed, so that two people can edit different
    fields of one customer, and imported values keep their form. A new country changes which fields
    the form asks, so the plan then writes all of them. A new company name changes the list and the
    bill-to name, never the name of the tenant (`reference/rules.md §15`).
    """
    before = form_values(page)
    at = form_context(account, by.at, before=before)
    filled, reasons = check_all(values, at)
    reasons = (*reasons, *_domain_reasons(page, before, values))
    changed = {field for field in values if _differs(field, before, values)}
    if FormField.COUNTRY in changed:
        changed = set(FormField)
    is_renamed = FormField.COMPANY_NAME in changed and _differs(
        FormField.COMPANY_NAME, before, filled
    )
    if is_renamed and not is_refused(reasons):
        text = _("Only the list and the bill-to name change; the tenant keeps its own name.")
        reason = Reason(LIST_ONLY, text, FormField.COMPANY_NAME, "rules.md §15", refuses=False)
        reasons = (*reasons, reason)
    wanted = {field: filled.get(field, "") for field in changed}
    domain = domain_of(filled, at) if FormField.DOMAIN_PREFIX in before else ""
    wanted[FormField.DOMAIN_PREFIX] = domain or page.customer.primary_domain
    steps = partial(_steps, page, wanted)
    if not account.connected:
        return Plan.of(ChangeKind.UPDATED, by, target_of(page), steps, reasons)
    if FormField.REGISTRATION_NUMBER in changed and not is_refused(reasons):
        text = _("Partner Center takes the registration number of a new customer only.")
        field, source = FormField.REGISTRATION_NUMBER, "resources.md, Customer"
        reason = Reason("registration-number.book-only", text, field, source, refuses=False)
        reasons = (*reasons, reason)
    return Plan.of(
        ChangeKind.UPDATED,
        by,
        target_of(page),
        steps,
        reasons,
        calls=lambda: update_calls(page.customer, steps(), by),
        unused_domain=domain if domain != page.customer.primary_domain else "",
    )


def _domain_reasons(page: CustomerPage, before: Values, values: Values) -> tuple[Reason, ...]:
    """Return `domain_stays` if the values name another domain and it is too late for that."""
    field = FormField.DOMAIN_PREFIX
    prefix = values.get(field, "").strip().lower()
    if field in before or prefix in ("", _prefix_of(page)):
        return ()
    return (domain_stays(field),)


def domain_stays(field: str = "") -> Reason:
    """Return the refusal of another domain for a customer that Partner Center has."""
    text = _("A domain stays for good. It can be changed until Partner Center has the customer.")
    return Reason("domain.stays", text, field, "rules.md §5")


def update_calls(customer: Customer, steps: Iterable[Step], by: PlanContext) -> tuple[Call, ...]:
    """Return the call that writes the changed fields of a billing profile; none without them.

    The call holds each field before and after, so that the sender can see whether somebody else
    changed the same field at Partner Center.
    """
    for step in steps:
        if step.record is records.BILLING and step.after:
            before = step.before or {}
            base = {name: before.get(name, "") for name in step.after}
            arguments = {
                "primary_domain": customer.primary_domain,
                "wanted": step.after,
                "base": base,
            }
            return (Call(Operation.UPDATE_BILLING_PROFILE, arguments, by.plan_id),)
    return ()


def _differs(field: FormField, before: Values, after: Values) -> bool:
    return before.get(field, "").strip() != after.get(field, "").strip()


def _steps(page: CustomerPage, wanted: Values) -> tuple[Step, ...]:
    id = page.customer.id
    own = {
        "company_name": FormField.COMPANY_NAME,
        "primary_domain": FormField.DOMAIN_PREFIX,
        "country": FormField.COUNTRY,
    }
    number = {"organization_registration_number": FormField.REGISTRATION_NUMBER}
    steps = (
        _step(records.CUSTOMER, page.customer, {"id": id}, own, wanted),
        _step(records.COMPANY, page.company, {"customer_id": id}, number, wanted),
        _step(records.BILLING, page.billing, {"customer_id": id}, BILLING, wanted),
    )
    return tuple(step for step in steps if step is not None)


def _step(
    record: RecordKind, row: SQLModel, key: Fields, fields: dict[str, FormField], wanted: Values
) -> Step | None:
    is_stored = bool(inspect(row).has_identity)
    before = {name: str(getattr(row, name)) for name in fields}
    after = {name: wanted.get(field, before[name]) for name, field in fields.items()}
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return None
    if not is_stored:
        return Step(record, key, None, after)
    return Step(
        record,
        key,
        {name: before[name] for name in changed},
        {name: after[name] for name in changed},
    )


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged edits of two people who edited one customer."""

    values: dict[FormField, str]
    """My values, with the other person's in the fields that only they changed."""
    taken: tuple[FormField, ...]
    """The fields that only the other person changed."""
    clashing: tuple[FormField, ...]
    """The fields that both changed differently; `values` has mine."""


def merge(base: Values, mine: Values, theirs: Values) -> Merge:
    """Merge two edits of `base`; the caller asks the person about the clashing fields."""
    values = dict(mine)
    taken, clashing = [], []
    for field, their in theirs.items():
        was, my = base.get(field, ""), mine.get(field, "")
        if their in (was, my):
            continue
        if my == was:
            values[field] = their
            taken.append(field)
        else:
            clashing.append(field)
    return Merge(values, tuple(taken), tuple(clashing))
