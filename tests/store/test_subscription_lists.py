"""The list of subscriptions: orders and their indexes, and what follows from the moment."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from partnerdesk.models.core.clock import NEVER, to_millis
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.saved_views import SHIPPED
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.states import STATUSES, term_end
from tests.support.books import NOW, demo_store, fill_demo
from tests.support.explained import Explained
from tests.support.subscribed import ENDS, NEW, OLD, subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.database.store import Store

ORDERS = [
    Sort(column.name, descending)
    for column in SUBSCRIPTIONS.sortable()
    for descending in (False, True)
]
MOMENTS = (NOW, NOW + timedelta(days=3), NOW + timedelta(days=40), NOW + timedelta(days=800))


@pytest.fixture
def filled(store: Store) -> Store:
    fill_demo(store, 200)
    return store


def listed(text: str = "", at: datetime = NOW) -> Query:
    spec = SUBSCRIPTIONS
    return Query(spec, (1, 2, 3), parse(text, spec, at), spec.default_sort, at=to_millis(at))


def column(name: str) -> int:
    return [one.name for one in SUBSCRIPTIONS.columns].index(name)


def cells(store: Store, name: str, text: str = "", at: datetime = NOW) -> list[Any]:
    with closing(store.connect()) as book:
        return [row.values[column(name)] for row in listed(text, at).walk(book)]


def test_windows_places_and_counts_agree_in_every_order(filled: Store) -> None:
    with closing(filled.connect()) as book:
        for sort in ORDERS:
            for text in ("", "premium", "renews<60d", "-window:never", "auto:no"):
                query = replace(listed(text), sort=sort)
                rows = list(query.walk(book, 13))
                keys = [row.key for row in rows]
                assert query.count(book) == len(keys) == len(set(keys)) > 0
                assert query.window(book, 2, 5) == rows[2:7]
                assert query.place_of_key(book, keys[len(keys) // 2]) == len(keys) // 2
                turned = replace(query, sort=replace(sort, descending=not sort.descending))
                assert list(turned.walk(book)) == rows[::-1]


@pytest.mark.parametrize("sort", ORDERS, ids=str)
def test_every_order_of_one_account_reads_its_index(filled: Store, sort: Sort) -> None:
    with closing(filled.connect()) as book:
        explained = Explained(book)
        Query(SUBSCRIPTIONS, (1,), NO_FILTER, sort).window(explained, 0, 40)
        if isinstance(book, PostgresConnection):
            assert "Index" in explained.plan
        else:
            walked, _, _shown = explained.plan.partition("SCAN positions")
            assert "subscriptions_by_" in walked
            assert "TEMP B-TREE FOR ORDER BY" not in walked


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_the_database_says_of_each_what_the_entity_says(filled: Store, at: datetime) -> None:
    with filled.reading() as session:
        rows = {row.id: row for row in session.exec(select(Subscription))}
    with closing(filled.connect()) as book:
        shown = list(listed(at=at).walk(book))
    assert len(shown) == len(rows)
    for row in shown:
        kept = rows[row.key]
        assert row.values[column("then")] == kept.at_end.value
        ends = kept.renews_sort
        assert row.values[column("renews")] == (0 if ends == NEVER else to_millis(ends or NEVER))
        window = kept.window_sort or NEVER
        is_open = at < window < NEVER
        assert row.values[column("window")] == (to_millis(window) if is_open else 0)


@pytest.mark.parametrize(
    ("fields", "then"),
    [
        ({}, "renews"),
        ({"scheduled": '{"quantity": 3}'}, "changes"),
        ({"auto_renew_enabled": None}, "unknown"),
        ({"auto_renew_enabled": False}, "extended"),
        ({"auto_renew_enabled": False, "offer_id": OLD}, "ends"),
        ({"auto_renew_enabled": False, "commitment_end_date": datetime(2026, 5, 3, tzinfo=UTC)},
         "ends"),
        ({"auto_renew_enabled": False, "commitment_end_date": None}, ""),
        ({"auto_renew_enabled": False, "status": "deleted"}, ""),
        ({"auto_renew_enabled": False, "status": "suspended"}, "extended"),
    ],
)  # fmt: skip
def test_what_comes_at_the_end_of_the_term(store: Store, fields: dict[str, Any], then: str) -> None:
    page = subscribe(store, **fields)
    assert page.subscription.at_end.value == then
    assert cells(store, "then") == [then]


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([NEW, OLD]),
)
def test_the_last_day_of_a_term_belongs_to_it_in_the_new_commerce(
    end: datetime, offer: str
) -> None:
    ends = term_end(end, offer)
    if offer == NEW and end.time() == datetime.min.time():
        assert ends == end + timedelta(days=1)
    else:
        assert ends == end


def test_a_term_without_an_end_and_the_far_future_never_end() -> None:
    assert term_end(None, NEW) == NEVER
    assert term_end(datetime(9999, 12, 31, tzinfo=UTC), OLD) == NEVER


def test_a_status_that_microsoft_adds_later_is_shown_as_it_is(store: Store) -> None:
    subscribe(store, status="frozen")
    assert "frozen" not in STATUSES
    assert cells(store, "status") == ["frozen"]
    assert cells(store, "renews") == [0]


def test_the_shipped_views_find_what_they_say(store: Store) -> None:
    soon, open_until = NOW + timedelta(days=10), NOW + timedelta(days=4)
    first = subscribe(store, friendly_name="Soon", commitment_end_date=soon)
    customer = first.customer.id or 0
    subscribe(store, customer, friendly_name="Later")
    subscribe(store, customer, friendly_name="Off", auto_renew_enabled=False)
    subscribe(store, customer, friendly_name="Off sick", status="suspended")
    subscribe(store, customer, friendly_name="New", cancellation_allowed_until_date=open_until)
    subscribe(
        store, customer, friendly_name="Past", cancellation_allowed_until_date=NOW - timedelta(1)
    )
    views = {view.id: view.filter for view in SHIPPED if view.list_name == "subscriptions"}
    assert {name: sorted(cells(store, "product", text)) for name, text in views.items()} == {
        "renewing": ["Soon"],
        "not-renewing": ["Off"],
        "window-open": ["New"],
        "suspended": ["Off sick"],
    }


def test_a_subscription_is_found_by_its_customer_offer_and_ids(store: Store) -> None:
    subscribe(store, microsoft_id="4e811556-40e6-4f8c-ad43-00c0bf5f695e", order_id="ab12cd")
    for text in ("contoso", "premium", "4e811556-40e6", "ab12cd", "customer:conto", "seats>11"):
        assert cells(store, "product", text) == ["Business Premium"], text
    assert cells(store, "product", "seats>12") == []
    assert ENDS > NOW


def test_the_demo_book_has_every_view(tmp_path: Path) -> None:
    store = demo_store(tmp_path)
    for view in SHIPPED:
        if view.list_name == "subscriptions":
            assert cells(store, "product", view.filter), view.id
