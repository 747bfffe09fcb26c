"""Adds a customer: the plan, made from what the form or a file says, and from the book."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import (
    NEW,
    Fields,
    Plan,
    PlanContext,
    Step,
    TakeBack,
    Target,
)
from partnerdesk.models.core.clock import from_millis, to_millis
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers import records
from partnerdesk.models.customers.duplicates import domain_of
from partnerdesk.models.customers.form.checks import check_all
from partnerdesk.models.customers.form.fields import AgreementWay, FormContext, FormField
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.customers.duplicates import LookAlike
    from partnerdesk.models.customers.form.fields import Values

Filled = dict[FormField, str]
"""The values of a form as they will be stored."""


def circumstances(account: Account, at: datetime, before: Values | None = None) -> FormContext:
    """Return what the rules of the form have to know of the account."""
    return FormContext(
        account.cloud, account.kind, account.market, account.connected, at.date(), before
    )


def plan_add_customer(
    account: Account,
    values: Values,
    by: PlanContext,
    look_alikes: Sequence[LookAlike],
    *,
    draft_id: int | None = None,
) -> Plan:
    """Plan to add a customer to an account. Pure: it reads nothing and changes nothing.

    Args:
        account: where the customer goes; its cloud's rules count.
        values: what is typed, by `FormField`.
        by: who plans, when, under which id.
        look_alikes: customers of the book who seem to be the same (`find_look_alikes`).
        draft_id: the draft that goes when the customer comes.
    """
    at = circumstances(account, by.at)
    filled, reasons = check_all(values, at)
    reasons = (*reasons, *(like.reason() for like in look_alikes), *_connection_reasons(account))
    domain = domain_of(filled, at)
    name = filled.get(FormField.COMPANY_NAME, "")
    return Plan.of(
        kind=ChangeKind.ADDED,
        by=by,
        target=Target(account.id, account.cloud.id, name),
        steps=lambda: _steps(filled, account, domain, by, draft_id),
        reasons=reasons,
        take_back=_take_back(account),
        calls=lambda: (_create_call(filled, domain, by),) if account.connected else (),
        unused_domain=domain,
    )


def _connection_reasons(account: Account) -> tuple[Reason, ...]:
    """Return whether Partner Center can add customers in the account's cloud, if it is asked."""
    permission = account.cloud.allows(Capability.CREATE_CUSTOMER)
    if not account.connected or permission.allowed:
        return ()
    return (Reason("cloud.no-call", permission.reason, source=permission.source),)


def _take_back(account: Account) -> TakeBack:
    if account.connected:
        return TakeBack(
            possible=False,
            text=_(
                "It cannot be undone: Partner Center keeps the tenant and its domain for good. "
                "The relationship can be ended."
            ),
        )
    return TakeBack(
        possible=True,
        text=_(
            "It can be undone with u as long as the customer is only kept by hand: "
            "it is taken out of the book again."
        ),
    )


def _steps(
    filled: Filled, account: Account, domain: str, by: PlanContext, draft_id: int | None
) -> tuple[Step, ...]:
    added_at = from_millis(to_millis(by.at)).isoformat()
    agreed = agreed_at(filled)
    customer: Fields = {
        "account_id": account.id,
        "company_name": filled[FormField.COMPANY_NAME],
        "primary_domain": domain,
        "relationship_to_partner": "reseller",
        "country": filled[FormField.COUNTRY],
        "indirect_reseller": filled.get(FormField.ASSOCIATED_PARTNER_ID, ""),
        "agreement_accepted_at": agreed,
        "added_at": added_at,
    }
    of_new = {"customer_id": NEW}
    company = {
        "organization_registration_number": filled.get(FormField.REGISTRATION_NUMBER, ""),
        "email": "",
    }
    steps = [
        Step(records.CUSTOMER, {"id": NEW}, None, customer),
        Step(records.COMPANY, of_new, None, company),
        Step(records.BILLING, of_new, None, billing_fields(filled)),
        Step(records.AGREEMENT, of_new, None, _agreement(filled, agreed)),
    ]
    if draft_id is not None:
        steps.append(Step(records.DRAFT, {"id": draft_id}, {}, None))
    return tuple(steps)


BILLING = {
    "company_name": FormField.COMPANY_NAME,
    "first_name": FormField.FIRST_NAME,
    "last_name": FormField.LAST_NAME,
    "email": FormField.EMAIL,
    "culture": FormField.CULTURE,
    "language": FormField.LANGUAGE,
    "address_line1": FormField.ADDRESS_LINE1,
    "address_line2": FormField.ADDRESS_LINE2,
    "city": FormField.CITY,
    "state": FormField.STATE,
    "postal_code": FormField.POSTAL_CODE,
    "country": FormField.COUNTRY,
    "phone_number": FormField.PHONE_NUMBER,
}
"""The fields of a billing profile, and those of the form that fill them."""


def billing_fields(filled: Values) -> Fields:
    """Return a billing profile as the form describes it; a field that is not asked is empty."""
    return {name: filled.get(field, "") for name, field in BILLING.items()}


def agreed_at(filled: Values) -> str | None:
    """Return the moment of an attested agreement, the beginning of its day in UTC, as ISO text."""
    if filled.get(FormField.AGREEMENT) != AgreementWay.ATTESTED:
        return None
    day = datetime.fromisoformat(filled[FormField.AGREEMENT_DATE])
    return day.replace(tzinfo=UTC).isoformat()


def _agreement(filled: Filled, agreed: str | None) -> Fields:
    fields: Fields = {"way": filled.get(FormField.AGREEMENT, AgreementWay.BY_CUSTOMER.value)}
    if agreed is None:
        return fields
    return fields | {
        "first_name": filled.get(FormField.AGREEMENT_FIRST_NAME, ""),
        "last_name": filled.get(FormField.AGREEMENT_LAST_NAME, ""),
        "email": filled.get(FormField.AGREEMENT_EMAIL, ""),
        "phone_number": filled.get(FormField.AGREEMENT_PHONE, ""),
        "date_agreed": agreed,
    }


def _create_call(filled: Filled, domain: str, by: PlanContext) -> Call:
    """Return the call that creates the customer; what is not given is left out.

    The plan's own id is the request id: the same customer is never asked for under another one.
    """
    given = {
        "primary_domain": domain,
        "organization_registration_number": filled.get(FormField.REGISTRATION_NUMBER, ""),
        "indirect_reseller": filled.get(FormField.ASSOCIATED_PARTNER_ID, ""),
        **billing_fields(filled),
    }
    arguments = {name: text for name, text in given.items() if text}
    return Call(Operation.CREATE_CUSTOMER, arguments, by.plan_id)
