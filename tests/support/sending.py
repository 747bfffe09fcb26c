"""Steps of tests about sending: a connected book, what a person does, and one round of sending."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from partnerdesk.models.changes.verify import verify
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.partnercenter.sending.sender import send_waiting
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.small_center import SmallCenter, client_of, connect_account

if TYPE_CHECKING:
    from partnerdesk.models.settings.database_url import SqliteFile
    from partnerdesk.partnercenter.sending.results import Sending


def connected_store(database: SqliteFile) -> Store:
    """Return an empty book whose global account is connected."""
    store = Store(database)
    store.open(CLOUDS)
    connect_account(store, account_in(store).id)
    return store


def send(store: Store, center: SmallCenter, later: int = 0) -> Sending:
    """Send what waits, `later` seconds after the present moment of the tests."""
    at = NOW + timedelta(seconds=later)
    return send_waiting(store, client_of(center, account_in(store)), TESTER, lambda: at)


def edit(store: Store, customer_id: int, **fields: str) -> int:
    """Edit a customer; return the id of the change."""
    page = read_customer(store, customer_id)
    given = {FormField(name): text for name, text in fields.items()}
    plan = plan_edit_customer(page, account_in(store), form_values(page) | given, by(TESTER, NOW))
    outcome = carry_out(store, plan)
    assert outcome.change_id
    return outcome.change_id


def end(store: Store, customer_id: int) -> int:
    """End the relationship with a customer; return the id of the change."""
    plan = plan_end(
        account_in(store), read_ending(store, customer_id), EndingRequest("done"), by(TESTER, NOW)
    )
    outcome = carry_out(store, plan)
    assert outcome.change_id
    return outcome.change_id


def verify_ok(store: Store) -> bool:
    """Return whether the history is whole."""
    with closing(store.connect()) as connection:
        return not verify(connection).findings
