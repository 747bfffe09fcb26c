"""Converts an import's change of a customer into steps of a plan, to describe and to undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from partnerdesk.models.changes.plan import Step
from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER, TAG
from partnerdesk.models.importing.cells import TAG_SEPARATOR
from partnerdesk.models.importing.existing import OWN_FIELDS, batches, table_of
from partnerdesk.models.importing.fields import BILLING_FIELDS, ImportField
from partnerdesk.models.importing.plan import value_of
from partnerdesk.models.importing.write_related import NO_BILL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.importing.plan import PlannedChange, Values

_COUNTRY, _NUMBER = ImportField.COUNTRY, ImportField.REGISTRATION_NUMBER


class Profiles(NamedTuple):
    """The profiles that customers have before an import."""

    company: frozenset[int]
    """The ids of the customers with a company profile."""
    billing: dict[int, str]
    """The country in each billing profile, by customer id; it changes with the customer's."""


def existing_profiles(connection: Connection, customers: Sequence[int]) -> Profiles:
    """Read the profiles of customers, given by id."""
    company, billing = table_of(CompanyProfile).c, table_of(BillingProfile).c
    numbered: set[int] = set()
    countries: dict[int, str] = {}
    for batch in batches(customers):
        of_company = select(company.customer_id).where(company.customer_id.in_(batch))
        numbered.update(connection.execute(of_company).scalars())
        of_billing = select(billing.customer_id, billing.country)
        found = connection.execute(of_billing.where(billing.customer_id.in_(batch)))
        countries.update((int(id), str(country)) for id, country in found)
    return Profiles(frozenset(numbered), countries)


def steps_of(change: PlannedChange, profiles: Profiles) -> list[Step]:
    """Return the steps of a customer's change: customer, tags, company and billing profile."""
    return [*_own(change), *_tags(change), *_company(change, profiles), *_billing(change, profiles)]


def _own(change: PlannedChange) -> Iterator[Step]:
    fields = [field for field in change.changed() if field in OWN_FIELDS]
    before, after = _both(change, fields)
    if change.reopened and change.booked.ended_at:
        before["ended_at"], after["ended_at"] = change.booked.ended_at.isoformat(), None
    if before:
        yield Step(CUSTOMER, {"id": change.booked.id}, before, after)


def _tags(change: PlannedChange) -> Iterator[Step]:
    before, after = (
        recorded(values, ImportField.TAGS) for values in (change.booked.values, change.values)
    )
    for tag in before:
        if tag not in after:
            yield Step(TAG, {"customer_id": change.booked.id, "name": tag}, {}, None)
    for tag in after:
        if tag not in before:
            yield Step(TAG, {"customer_id": change.booked.id, "name": tag}, None, {})


def _company(change: PlannedChange, profiles: Profiles) -> Iterator[Step]:
    if _NUMBER not in change.changed():
        return
    before, after = _both(change, [_NUMBER])
    key = {"customer_id": change.booked.id}
    if change.booked.id in profiles.company:
        yield Step(COMPANY, key, before, after)
    else:
        yield Step(COMPANY, key, None, {"email": "", **after})


def _billing(change: PlannedChange, profiles: Profiles) -> Iterator[Step]:
    changed = change.changed()
    fields = [field for field in changed if field in BILLING_FIELDS]
    key, country = {"customer_id": change.booked.id}, value_of(change.values, _COUNTRY)
    billed = profiles.billing.get(change.booked.id)
    if billed is None:
        if fields:
            whole = {field.value: value_of(change.values, field) for field in BILLING_FIELDS}
            rest = {name: text for name, text in NO_BILL.items() if name != "version"}
            yield Step(BILLING, key, None, {"country": country, **rest, **whole})
        return
    before, after = _both(change, fields)
    if _COUNTRY in changed and billed != country:
        before["country"], after["country"] = billed, country
    if before:
        yield Step(BILLING, key, before, after)


def _both(change: PlannedChange, fields: Sequence[ImportField]) -> tuple[Fields, Fields]:
    before, after = change.booked.values, change.values
    return (
        {field.value: recorded(before, field) for field in fields},
        {field.value: recorded(after, field) for field in fields},
    )


def recorded(values: Values, field: ImportField) -> Any:
    """Return a field's value in the form that the history stores: tags as a list, no id as None."""
    text = value_of(values, field)
    match field:
        case ImportField.TAGS:
            return text.split(TAG_SEPARATOR) if text else []
        case ImportField.MICROSOFT_ID:
            return text or None
        case _:
            return text
