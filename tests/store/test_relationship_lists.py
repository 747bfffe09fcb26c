"""The relationship lists: orders and their indexes, states that depend on time, deadlines."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.clock import to_millis, until
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import ListSpec, Sort, cell_text
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN, INVITATIONS, TABS
from tests.support.books import NOW, fill_demo
from tests.support.explained import Explained
from tests.support.forms import account_in
from tests.support.relations import add_customer, invite, invited, name_accounts

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.database.store import Store

ORDERS = [
    (spec, Sort(column.name, descending))
    for spec in TABS.values()
    for column in spec.sortable()
    for descending in (False, True)
]


@pytest.fixture
def filled(store: Store) -> Store:
    fill_demo(store, 200)
    return store


def listed(spec: ListSpec, text: str = "", at: datetime = NOW) -> Query:
    return Query(spec, (1, 2, 3), parse(text, spec, at), spec.default_sort, at=to_millis(at))


def found(store: Store, spec: ListSpec, text: str = "", at: datetime = NOW) -> list[str]:
    """Return the first cell of each row that matches a filter."""
    with closing(store.connect()) as book:
        return [str(row.values[0]) for row in listed(spec, text, at).walk(book)]


def test_windows_places_and_counts_agree_in_every_order(filled: Store) -> None:
    with closing(filled.connect()) as book:
        for spec, sort in ORDERS:
            for text in ("", "a"):
                query = replace(listed(spec, text), sort=sort)
                rows = list(query.walk(book, 13))
                keys = [row.key for row in rows]
                assert query.count(book) == len(keys) == len(set(keys))
                assert query.window(book, 0, 1000) == rows
                assert query.window(book, 2, 5) == rows[2:7]
                for place in {0, len(keys) // 2, len(keys) - 1} if keys else ():
                    assert query.place_of_key(book, keys[place]) == place
                assert sorted(query.all_keys(book)) == sorted(keys)
                turned = replace(query, sort=replace(sort, descending=not sort.descending))
                assert list(turned.walk(book)) == rows[::-1]


def test_no_tab_of_the_demo_book_is_empty(filled: Store) -> None:
    assert all(found(filled, spec) for spec in TABS.values())


@pytest.mark.parametrize(("spec", "sort"), ORDERS, ids=lambda part: getattr(part, "name", None))
def test_every_order_of_one_account_reads_its_index(
    filled: Store, spec: ListSpec, sort: Sort
) -> None:
    """Every order walks an index instead of sorting the whole list (`EXPLAIN`)."""
    with closing(filled.connect()) as book:
        explained = Explained(book)
        Query(spec, (1,), NO_FILTER, sort).window(explained, 0, 40)
        if isinstance(book, PostgresConnection):
            assert "Index" in explained.plan
        else:
            walked, _, _shown = explained.plan.partition("SCAN positions")
            assert "_by_" in walked
            assert "TEMP B-TREE FOR ORDER BY" not in walked


def test_an_invitation_is_due_after_a_week_and_lapses_after_ninety_days(store: Store) -> None:
    name_accounts(store)
    invited(store, company="Sent")
    invite(store, company="Drafted")
    soon, week, quarter = (NOW + timedelta(days=days) for days in (6, 7, 90))
    assert found(store, INVITATIONS) == ["Drafted", "Sent"]
    assert found(store, INVITATIONS, "state:sent", soon) == ["Sent"]
    assert found(store, INVITATIONS, "next:answer", soon) == ["Sent"]
    assert found(store, INVITATIONS, "next:remind", soon) == []
    assert found(store, INVITATIONS, "next:remind", week) == ["Sent"]
    assert found(store, INVITATIONS, "state:lapsed", quarter - timedelta(minutes=1)) == []
    assert found(store, INVITATIONS, "state:lapsed", quarter) == ["Sent"]
    assert found(store, INVITATIONS, "next:decide", quarter) == ["Sent"]
    assert found(store, INVITATIONS, "next:send", quarter) == ["Drafted"]


def keep(store: Store, name: str, ends: timedelta | None, **fields: Any) -> None:
    """Add a delegated-admin relationship that ends `ends` after NOW."""
    customer = add_customer(store, name, name.lower())
    own = {"status": DelegatedAdminState.ACTIVE, "roles": "Global Reader", **fields}
    with store.writing() as session:
        session.add(
            DelegatedAdminRelationship(
                account_id=account_in(store).id, customer_id=customer, display_name=name,
                end_date_time=None if ends is None else NOW + ends, **own,
            )
        )  # fmt: skip


def test_what_ends_soon_is_found_and_what_is_over_is_not_mixed_in(store: Store) -> None:
    days = timedelta(days=1)
    keep(store, "Tomorrow", days)
    keep(store, "Month", 30 * days)
    keep(store, "Later", 31 * days)
    keep(store, "Over", -days)
    keep(store, "Renewed", -days, auto_extend_duration="P180D")
    keep(store, "Waiting", None, status=DelegatedAdminState.APPROVAL_PENDING,
         requested_at=NOW - 89 * days)  # fmt: skip
    keep(store, "Ended", -3 * days, status=DelegatedAdminState.TERMINATED)
    assert found(store, DELEGATED_ADMIN, "ends<30d") == ["Tomorrow"]
    assert found(store, DELEGATED_ADMIN, "ends<=30d") == ["Tomorrow", "Month"]
    assert found(store, DELEGATED_ADMIN, "ends>30d") == ["Later"]
    assert sorted(found(store, DELEGATED_ADMIN, "ends<0d")) == ["Ended", "Over", "Renewed"]
    assert "Waiting" in found(store, DELEGATED_ADMIN, "-ends<30d")
    assert found(store, DELEGATED_ADMIN, "ends:never") == ["Waiting"]
    assert "Waiting" not in found(store, DELEGATED_ADMIN, "ends<2030-01-01")
    assert found(store, DELEGATED_ADMIN, f"ends:{NOW + days:%Y-%m-%d}") == ["Tomorrow"]
    assert found(store, DELEGATED_ADMIN, "state:expired") == ["Over"]
    assert sorted(found(store, DELEGATED_ADMIN, "state:active")) == [
        "Later", "Month", "Renewed", "Tomorrow",
    ]  # fmt: skip
    assert found(store, DELEGATED_ADMIN, "state:approval") == ["Waiting"]
    late = NOW + 2 * days
    assert "Waiting" in found(store, DELEGATED_ADMIN, "state:expired", late)
    # Relationships with a task come first; ended ones and those without an end come last.
    assert found(store, DELEGATED_ADMIN)[-2:] == ["Waiting", "Ended"]
    assert found(store, DELEGATED_ADMIN, "role:reader ends<3d tomorrow") == ["Tomorrow"]


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(days=40), "in 40 d"),
        (timedelta(days=30), "! in 30 d"),
        (timedelta(days=8), "! in 8 d"),
        (timedelta(days=7), "!! in 7 d"),
        (timedelta(days=1), "!!! in 1 d"),
        (timedelta(hours=5), "!!! in 5 h"),
        (timedelta(minutes=5), "!!! in 1 h"),
        (timedelta(), "just now"),
        (-timedelta(days=2), "2 d ago"),
    ],
)
def test_a_deadline_is_marked_as_it_nears(ahead: timedelta, said: str) -> None:
    assert until(NOW + ahead, NOW) == said
    column = DELEGATED_ADMIN.column("ends")
    assert cell_text(column, to_millis(NOW + ahead), NOW) == said
    assert cell_text(column, 0, NOW) == ""
