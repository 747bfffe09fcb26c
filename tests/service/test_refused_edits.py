"""An edit that Partner Center refuses is corrected by the next edit, or given up, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import open_calls, read_call
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.sent_calls import give_up
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import AMERICA, account_in, add
from tests.support.sending import connected_store, edit, end, send, verify_ok
from tests.support.small_center import SmallCenter

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.database_url import SqliteFile

STREET = "2 Main Street"


@pytest.fixture
def store(sqlite_database: SqliteFile) -> Store:
    """Return an empty book whose global account is connected."""
    return connected_store(sqlite_database)


@pytest.fixture
def center() -> SmallCenter:
    """Return a service without customers."""
    return SmallCenter()


@pytest.fixture
def id(store: Store, center: SmallCenter) -> int:
    """Return a customer that is in the book and at Partner Center; its call was the first."""
    id = add(store, **AMERICA)
    assert send(store, center).calls[0].state is CallState.CONFIRMED
    return id


def open_states(store: Store) -> dict[int, CallState]:
    """Return the states of the calls that are not settled, by their ids."""
    return {call.id or 0: call.state for call in open_calls(store, [account_in(store).id])}


def address(center: SmallCenter) -> tuple[str, str]:
    """Return street and city of the only customer as the service has them."""
    (profile,) = center.profiles.values()
    return profile["defaultAddress"]["addressLine1"], profile["defaultAddress"]["city"]


@pytest.mark.parametrize("is_refused_first", [True, False])
def test_the_next_edit_takes_a_refused_one_over(
    store: Store, center: SmallCenter, id: int, is_refused_first: bool
) -> None:
    change = edit(store, id, city="Nowhere", address_line1=STREET)
    if is_refused_first:
        assert send(store, center).calls[0].state is CallState.FAILED
    edit(store, id, city="Seattle")
    if is_refused_first:
        assert open_states(store) == {3: "waiting"}
    assert send(store, center).calls[-1].state is CallState.CONFIRMED
    page = read_change(store, change)
    assert (page.state, page.calls[0].answer) == (
        "joined", "It became part of call 3, which is sent instead."
    )  # fmt: skip
    assert address(center) == (STREET, "Seattle")
    billing = read_customer(store, id).billing
    assert (billing.address_line1, billing.city) == (STREET, "Seattle")
    assert verify_ok(store)


def test_a_refused_edit_stands_for_itself_again_where_the_next_is_given_up(
    store: Store, center: SmallCenter, id: int
) -> None:
    before = address(center)
    edit(store, id, city="Nowhere", address_line1=STREET)
    send(store, center)
    edit(store, id, city="Seattle")
    with pytest.raises(RefusedError, match="settled already"):
        give_up(store, 2, by(TESTER, NOW))
    give_up(store, 3, by(TESTER, NOW))
    assert open_states(store) == {2: "failed"}
    assert read_call(store, 2).answer == "Refused, and not sent with call 3: that was given up."
    assert read_customer(store, id).billing.city == "Nowhere"
    give_up(store, 2, by(TESTER, NOW))
    billing = read_customer(store, id).billing
    assert (open_states(store), (billing.address_line1, billing.city)) == ({}, before)
    assert not send(store, center).calls
    assert address(center) == before
    assert verify_ok(store)


def test_what_a_refused_edit_brought_to_the_next_is_undone_by_another_call(
    store: Store, center: SmallCenter, id: int
) -> None:
    street, _city = address(center)
    change = edit(store, id, address_line1=STREET, city="Redmond")
    edit(store, id, city="Nowhere")
    carry_out(store, plan_undo(store, change, by(TESTER, NOW)))
    assert read_customer(store, id).billing.address_line1 == street
    send(store, center)
    edit(store, id, city="Seattle", address_line1=STREET)
    send(store, center)
    assert (open_states(store), address(center)) == ({}, (STREET, "Seattle"))
    assert verify_ok(store)


def test_an_ending_behind_a_refused_edit_goes_on_once_that_is_given_up(
    store: Store, center: SmallCenter, id: int
) -> None:
    edit(store, id, city="Nowhere")
    send(store, center)
    end(store, id)
    assert not send(store, center).calls[1:]
    give_up(store, 2, by(TESTER, NOW))
    (sent,) = send(store, center).calls
    assert (sent.state, len(center.ended)) == (CallState.CONFIRMED, 1)
    assert verify_ok(store)
