"""Plans to add a customer, from the values of a form or of a file row."""

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
    from partnerdesk.models.customers.duplicates import Duplicate
    from partnerdesk.models.customers.form.fields import Values

Filled = dict[FormField, str]
"""The values of a form as they will be stored."""


def form_context(account: Account, at: datetime, before: Values | None = None) -> FormContext:
    """Return the context in which the rules of the form judge values for an account.

    `before`: the stored values of an existing customer; None if the form adds a customer.
    """
    return FormContext(
        account.cloud, account.kind, account.market, account.connected, at.date(), before
    )


def plan_add_customer(
    account: Account,
    values: Values,
    by: PlanContext,
    duplicates: Sequence[Duplicate],
    *,
    draft_id: int | None = None,
    online: Sequence[Reason] = (),
) -> Plan:
    """Plan to add a customer to an account. Pure: it reads nothing and changes nothing.

    Args:
        account: the account that gets the customer; the rules of its cloud apply.
        values: the typed texts, by `FormField`.
        by: who plans, when, under which id.
        duplicates: customers of the book who may be the same (`find_duplicates`).
        draft_id: the draft that the plan deletes; None if there is no draft.
        online: what Partner Center said of the domain and the address, if it was asked.
    """
    at = form_context(account, by.at)
    filled, reasons = check_all(values, at)
    reasons = (*reasons, *(found.reason() for found in duplicates), *_connection_reasons(account))
    reasons = (*reasons, *online)
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
    """Return a refusal if a connected account's cloud has no call that adds customers."""
    permission = account.cloud.allows(Capability.CREATE_CUSTOMER)
    if not account.connected or permission.allowed:
        return ()
    return (Reason("cloud.no-call", permission.reason, source=permission.source),)


def _take_back(account: Account) -> TakeBack:
    if account.connected:
        return TakeBack(
            possible=False,
            text=_(
                "Once it is sent it cannot be undone: Partner Center keeps the tenant and its "
                "domain for good. The relationship can be ended."
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
"""Maps each field of a billing profile to the form field with its value."""


def billing_fields(filled: Values) -> Fields:
    """Return the fields of a billing profile from form values; a missing value is empty."""
    return {name: filled.get(field, "") for name, field in BILLING.items()}


def agreed_at(filled: Values) -> str | None:
    """Return the start of the acceptance day in UTC, as ISO text; None if nobody attests it."""
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
    """Return the call that creates the customer; it leaves out empty fields.

    The id of the plan is the request id, so that a repeated call cannot create a second customer.
    """
    given = {
        "primary_domain": domain,
        "organization_registration_number": filled.get(FormField.REGISTRATION_NUMBER, ""),
        "indirect_reseller": filled.get(FormField.ASSOCIATED_PARTNER_ID, ""),
        **billing_fields(filled),
    }
    arguments = {name: text for name, text in given.items() if text}
    return Call(Operation.CREATE_CUSTOMER, arguments, by.plan_id)
