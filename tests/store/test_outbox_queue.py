"""The queue of calls to Partner Center on both databases, and sending that one process does."""

from __future__ import annotations

import pytest

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import claim, next_call, read_call
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.exclusive import alone
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.unsettled import unsettled_customers
from partnerdesk.partnercenter.sending.sender import send_waiting
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import AMERICA, account_in, add
from tests.support.small_center import SmallCenter, client_of, connect_account


@pytest.fixture
def book(store: Store) -> Store:
    """Return an empty book whose global account is connected."""
    connect_account(store, account_in(store).id)
    return store


def edited(store: Store, id: int, city: str) -> None:
    page = read_customer(store, id)
    values = form_values(page) | {FormField.CITY: city}
    carry_out(store, plan_edit_customer(page, account_in(store), values, by(TESTER, NOW)))


def send(store: Store, center: SmallCenter) -> list[CallState]:
    client = client_of(center, account_in(store))
    sending = send_waiting(store, client, TESTER, lambda: NOW)
    return [sent.state for sent in sending.calls]


def test_calls_of_a_customer_go_in_order_and_others_pass(book: Store) -> None:
    center, account_id = SmallCenter(), account_in(book).id
    first = add(book, **AMERICA)
    assert send(book, center) == [CallState.CONFIRMED]
    edited(book, first, "Seattle")
    edited(book, first, "Tacoma")
    other = {"domain_prefix": "contoso", "company_name": "Contoso", "email": "a@b.de"}
    second = add(book, **AMERICA | other)
    with book.reading() as session:
        assert unsettled_customers(session, account_id, None) == {first, second}
    assert next_call(book, account_id, NOW) == 2
    assert next_call(book, account_id, NOW, after=2) == 4, "the third waits for the second"
    assert next_call(book, account_id, NOW, customer_id=second) == 4
    claimed = claim(book, 2, NOW)
    assert claimed is not None
    assert claimed.was is CallState.WAITING
    assert send(book, center) == [CallState.CONFIRMED] * 3
    assert read_call(book, 2).attempts == 1, "it was looked up, then sent by the same attempt"
    assert [one["defaultAddress"]["city"] for one in center.profiles.values()] == [
        "Tacoma", "Redmond"
    ]  # fmt: skip
    with book.reading() as session:
        assert unsettled_customers(session, account_id, None) == set()
        assert unsettled_customers(session, account_id, NOW) == {first, second}


def test_one_work_is_done_by_one_alone(book: Store) -> None:
    other = Store(book.database)
    with alone(book, "sending-1") as mine, alone(other, "sending-1") as theirs:
        assert (mine, theirs) == (True, False)
        with alone(other, "sending-2") as another:
            assert another
    with alone(other, "sending-1") as free:
        assert free
