"""Lists: windows, counts and positions agree with each other, and every query uses an index."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort
from tests.support.books import NOW, fill_demo
from tests.support.explained import Explained

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store

SORTS = [
    Sort(column.name, descending) for column in CUSTOMERS.sortable() for descending in (False, True)
]


@pytest.fixture
def filled(store: Store) -> Store:
    fill_demo(store, 120)
    return store


def test_windows_places_and_counts_agree_in_every_order(filled: Store) -> None:
    connection = filled.connect()
    for sort in SORTS:
        for text in ("", "a", "relationship:reseller", "seen>1d"):
            query = Query(CUSTOMERS, (1, 2, 3), parse(text, CUSTOMERS, NOW), sort)
            rows = list(query.walk(connection, 13))
            keys = [row.key for row in rows]
            assert query.count(connection) == len(keys) == len(set(keys))
            assert query.window(connection, 0, 1000) == rows
            assert query.window(connection, 5, 7) == rows[5:12]
            for place in (0, len(keys) // 2, len(keys) - 1):
                assert query.place_of_key(connection, keys[place]) == place
            assert query.place_of_key(connection, 10**9) is None
            assert sorted(query.all_keys(connection)) == sorted(keys)
    connection.close()


def test_both_directions_are_the_same_list_turned_round(filled: Store) -> None:
    connection = filled.connect()
    for column in CUSTOMERS.sortable():
        up = Query(CUSTOMERS, (1,), NO_FILTER, Sort(column.name))
        down = replace(up, sort=Sort(column.name, descending=True))
        assert list(up.walk(connection)) == list(down.walk(connection))[::-1]
    connection.close()


def test_only_the_chosen_accounts_and_keys_are_listed(filled: Store) -> None:
    connection = filled.connect()
    everyone = Query(CUSTOMERS, (1, 2, 3), NO_FILTER, Sort("company"))
    counts = [
        Query(CUSTOMERS, (id,), NO_FILTER, Sort("company")).count(connection) for id in (1, 2, 3)
    ]
    assert sum(counts) == everyone.count(connection)
    assert all(counts)
    assert Query(CUSTOMERS, (), NO_FILTER, Sort("company")).count(connection) == 0
    chosen = tuple(everyone.all_keys(connection)[:3])
    some = Query(CUSTOMERS, (1, 2, 3), NO_FILTER, Sort("company"), keys=chosen)
    assert sorted(row.key for row in some.walk(connection)) == sorted(chosen)
    connection.close()


@pytest.mark.parametrize("accounts", [(1,), (1, 2, 3)], ids=("one", "all"))
@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_every_order_is_walked_in_an_index(
    filled: Store, sort: Sort, accounts: tuple[int, ...]
) -> None:
    """Every order walks a covering index, without sorting or reading hidden rows (`EXPLAIN`)."""
    connection = filled.connect()
    explained = Explained(connection)
    Query(CUSTOMERS, accounts, NO_FILTER, sort).window(explained, 40, 40)
    if isinstance(connection, PostgresConnection):
        assert "Index" in explained.plan
    else:
        walked, _, _shown = explained.plan.partition("SCAN positions")
        assert walked.count("USING COVERING INDEX customers_by_") == len(accounts)
        assert "TEMP B-TREE" not in walked
    connection.close()
