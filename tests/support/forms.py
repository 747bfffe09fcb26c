"""Filled-in forms for tests, the accounts of a book, and functions that add a customer."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import read_accounts
from partnerdesk.models.customers.add import form_context, plan_add_customer
from partnerdesk.models.customers.duplicates import find_duplicates
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.settings import load as settings
from tests.support.books import NOW, TESTER
from tests.support.edits import by

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.duplicates import Duplicate
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.clouds import Cloud

PORTUGAL = {
    "company_name": "Oliveira & Filhos Lda", "domain_prefix": "oliveira", "country": "PT",
    "registration_number": "501964843", "address_line1": "Rua Augusta 24", "city": "Lisboa",
    "postal_code": "1100-053", "first_name": "Rita", "last_name": "Oliveira",
    "email": "rita@oliveira.pt", "phone_number": "+351 21 123 4567", "language": "pt",
    "culture": "pt-PT",
}  # fmt: skip
AMERICA = PORTUGAL | {
    "country": "US", "registration_number": "91-1144442", "city": "Redmond", "state": "WA",
    "postal_code": "98052", "phone_number": "+1 425 882 8080", "language": "en",
    "culture": "en-US",
}  # fmt: skip
GERMANY = PORTUGAL | {
    "country": "DE", "registration_number": "", "city": "Berlin", "postal_code": "10115",
    "phone_number": "+49 30 123456", "language": "de", "culture": "de-DE",
}  # fmt: skip
ATTESTED = {
    "agreement": "attested", "agreement_first_name": "Rui", "agreement_last_name": "Costa",
    "agreement_email": "rui@oliveira.pt", "agreement_date": "2026-11-20",
}  # fmt: skip


def form(values: dict[str, str], **changes: str) -> dict[FormField, str]:
    """Return the values of a form, with some fields changed."""
    return {FormField(name): text for name, text in (values | changes).items()}


@cache
def _clouds() -> list[Cloud]:
    return list(settings.load().all_clouds().values())


def account_in(store: Store, cloud: str = "global") -> Account:
    """Return the account of a cloud, as the screens and commands read it."""
    with closing(store.connect()) as connection:
        accounts = read_accounts(connection, _clouds())
    return next(account for account in accounts if account.cloud.id == cloud)


def alike(store: Store, values: dict[FormField, str], cloud: str = "global") -> list[Duplicate]:
    """Return the possible duplicates of the customer in a form."""
    account = account_in(store, cloud)
    with closing(store.connect()) as connection:
        return find_duplicates(connection, account.id, values, form_context(account, NOW))


def plan_for(store: Store, cloud: str = "global", /, **changes: str) -> Plan:
    """Return a plan to add the Portuguese customer with some fields changed."""
    values = form(PORTUGAL, **changes)
    account = account_in(store, cloud)
    return plan_add_customer(account, values, by(TESTER, NOW), alike(store, values, cloud))


def add(store: Store, cloud: str = "global", /, **changes: str) -> int:
    """Add the Portuguese customer with some fields changed; return its id."""
    outcome: Outcome = carry_out(store, plan_for(store, cloud, **changes))
    assert outcome.customer_id
    return outcome.customer_id
