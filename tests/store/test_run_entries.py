"""A run is one entry of the history with its rows below, and is undone as a whole."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations import bulk
from partnerdesk.models.operations.bulk_records import RowState, RunKind
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from tests.support.books import NOW, TESTER
from tests.support.edits import by, set_tags
from tests.support.explained import Explained
from tests.support.forms import account_in
from tests.support.relations import add_customer, days, findings, name_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import PlannedRun, RunView

TAG = bulk.RunRequest(RunKind.TAG, {"add": "vip, gold"})


@pytest.fixture
def book(store: Store) -> Store:
    """Return a book with three customers; the second one already has the tag of the run."""
    name_accounts(store)
    for name in ("Alpha", "Beta", "Gamma"):
        add_customer(store, name, name.lower())
    set_tags(store, 2, ["VIP"], version=1, actor=TESTER, at=NOW)
    return store


def do(store: Store, planned: PlannedRun) -> RunView:
    run = bulk.begin_run(store, planned)
    return bulk.go_on(store, run, account_in(store), TESTER, lambda: days(1))


def tag_all(store: Store, ids: Sequence[int] = (1, 2, 3)) -> RunView:
    return do(store, bulk.plan_run(store, account_in(store), TAG, ids, by(TESTER, NOW)))


def undo(store: Store, change: int) -> RunView:
    entry = read_change(store, change).entry
    return do(store, bulk.plan_undo_run(store, account_in(store), entry, by(TESTER, days(2))))


def listed(store: Store, text: str = "") -> list[tuple[int, str]]:
    """Return id and state of the listed changes; check the states against the change page."""
    query = Query(CHANGES, (1, 2, 3), parse(text, CHANGES, NOW), CHANGES.default_sort)
    place = CHANGES.columns.index(CHANGES.column("state"))
    with closing(store.connect()) as connection:
        found = list(query.walk(connection))
        assert query.count(connection) == len(found)
    for row in found:
        assert row.values[place] == read_change(store, row.key).state
    return [(row.key, row.values[place]) for row in found]


def tags(store: Store) -> list[list[str]]:
    return [sorted(read_customer(store, id).tags) for id in (1, 2, 3)]


BEFORE = [[], ["VIP"], []]
AFTER = [["gold", "vip"], ["VIP", "gold"], ["gold", "vip"]]


def test_a_run_is_one_entry_that_opens_into_its_rows_and_is_undone_by_one(book: Store) -> None:
    view = tag_all(book)
    run = view.change_id or 0
    assert tags(book) == AFTER
    assert listed(book) == [(run, "done"), (1, "done")]
    page = read_change(book, run)
    assert page.entry.subject == "(3) Alpha …"
    assert page.parts is not None
    assert [(part.subject, part.part_of) for part in page.parts.entries] == [
        ("Alpha", run),
        ("Beta", run),
        ("Gamma", run),
    ]
    assert [id for id, _state in listed(book, f"run:{run}")] == [run + 3, run + 2, run + 1]
    assert [id for id, _state in listed(book, "run>0 beta")] == [run + 2]

    undone = undo(book, run).change_id or 0
    assert tags(book) == BEFORE
    assert listed(book) == [(undone, "done"), (run, "undone"), (1, "done")]
    assert read_change(book, undone).entry.undoes == run
    again = undo(book, undone).change_id or 0
    assert tags(book) == AFTER
    assert listed(book)[:3] == [(again, "done"), (undone, "undone"), (run, "done")]
    assert undo(book, undone).counts() == {RowState.NOTHING: 3}  # already undone
    assert findings(book) == []


def test_a_run_is_undone_as_far_as_it_can_be_and_the_rest_another_time(book: Store) -> None:
    run = tag_all(book).change_id or 0
    version = read_customer(book, 2).customer.version
    later = set_tags(book, 2, ["silver"], version=version, actor=TESTER, at=days(1)).change_id
    carry_out(book, plan_undo(book, run + 3, by(TESTER, days(1))))  # undo the row of Gamma alone
    view = undo(book, run)
    assert [(row.subject, row.state.value) for row in view.rows] == [
        ("Gamma", "nothing"),
        ("Beta", "refused"),
        ("Alpha", "done"),
    ]
    assert "since" in view.rows[1].message
    assert tags(book) == [[], ["silver"], []]
    assert dict(listed(book))[run] == "partly"
    assert run in dict(listed(book, "state:partly"))
    carry_out(book, plan_undo(book, later or 0, by(TESTER, days(3))))
    assert undo(book, run).counts() == {RowState.NOTHING: 2, RowState.DONE: 1}
    assert tags(book) == BEFORE
    assert dict(listed(book))[run] == "undone"
    assert findings(book) == []


def test_a_run_that_was_cut_off_is_called_partly_done_until_it_ends(book: Store) -> None:
    def begun() -> int:
        id = bulk.begin_run(
            book, bulk.plan_run(book, account_in(book), TAG, (1, 2, 3), by(TESTER, NOW))
        )
        bulk.go_on(book, id, account_in(book), TESTER, lambda: days(1), lambda *_: False)
        return id

    id = begun()
    run = bulk.read_run(book, id).change_id or 0
    assert bulk.read_run(book, id).counts() == {RowState.DONE: 1, RowState.WAITING: 2}
    assert dict(listed(book))[run] == "started"
    assert run in dict(listed(book, "state:started"))
    bulk.go_on(book, id, account_in(book), TESTER, lambda: days(1))
    assert dict(listed(book))[run] == "done"
    undo(book, run)
    left = bulk.read_run(book, begun())
    bulk.abandon_run(book, left.id, days(2))
    assert dict(listed(book))[left.change_id or 0] == "done"


def test_what_is_done_to_one_alone_or_to_nobody_is_no_run_in_the_history(book: Store) -> None:
    assert tag_all(book, [1]).change_id is None
    assert [id for id, _state in listed(book)] == [2, 1]
    assert tag_all(book, [1]).counts() == {RowState.NOTHING: 1}
    before = listed(book)
    refused = bulk.RunRequest(RunKind.EDIT, {"country": "Narnia"})
    planned = bulk.plan_run(book, account_in(book), refused, [1, 2, 3], by(TESTER, NOW))
    assert planned.counts() == {RowState.REFUSED: 3}
    do(book, planned)
    assert listed(book) == before


@pytest.mark.parametrize("text", ["", "run:2", "run:2 who:tester"])
def test_a_run_of_a_million_rows_does_not_slow_the_list(book: Store, text: str) -> None:
    """The list walks the index of top-level entries, or that of one run (`EXPLAIN`)."""
    tag_all(book)
    with closing(book.connect()) as connection:
        explained = Explained(connection)
        Query(CHANGES, (1,), parse(text, CHANGES, NOW), CHANGES.default_sort).window(
            explained, 0, 40
        )
        if isinstance(connection, PostgresConnection):
            assert "Index" in explained.plan
        else:
            walked = explained.plan.partition("SCAN positions")[0]
            assert "SEARCH ch USING INDEX changes_by_part (part_of=?)" in walked
            assert "TEMP B-TREE" not in walked
