"""The list of changes: filters, orders, and the indexes that its queries read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.history import Actor, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.list import CALL_STATES, CHANGES, STATES, WORST_FIRST
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.core.errors import FilterError, UsageError
from partnerdesk.models.customers.drafts import begin_draft, delete_draft, save_draft
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.export import chosen_columns, export
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort, cell_text
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from partnerdesk.models.session import PULSE, AppSession
from partnerdesk.models.settings.load import load
from tests.support.books import NOW, TESTER
from tests.support.edits import add_to_history, by, set_tags
from tests.support.explained import Explained

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.lists.spec import Row
    from partnerdesk.models.settings.database_url import SqliteFile

OLGA = Actor("Ольга", "desk", "192.0.2.7")
DAY = timedelta(days=1)
SORTS = [
    Sort(column.name, descending) for column in CHANGES.sortable() for descending in (False, True)
]


@pytest.fixture
def filled(store: Store) -> Store:
    """Return a book with seven changes: 5 sets tags of a customer, 6 undoes 5, 7 sets others."""
    with store.writing() as session:
        session.add(Customer(account_id=1, company_name="Ärzte & Söhne"))
    add_to_history(
        store,
        entry(ChangeKind.DEMO, TESTER, NOW - 400 * DAY),
        entry(ChangeKind.IMPORTED, TESTER, NOW - 30 * DAY, account_id=1, subject="ärzte.csv"),
        entry(ChangeKind.NOTED, OLGA, NOW - 5 * DAY, account_id=2, subject="Fabrikam\nGmbH",
              why="Опечатка, 100%"),
        entry(ChangeKind.UPDATED, OLGA, NOW - 2 * DAY, account_id=3, subject="\x1b[2J[b]x",
              why="Fabrikam asked"),
    )  # fmt: skip
    set_tags(store, 1, ["vip"], version=1, actor=TESTER, at=NOW - DAY)
    carry_out(store, plan_undo(store, 5, by(OLGA, NOW)))
    version = read_customer(store, 1).customer.version
    set_tags(store, 1, ["gold"], version=version, actor=TESTER, at=NOW)
    return store


def rows(
    store: Store,
    text: str = "",
    accounts: tuple[int, ...] = (1, 2, 3),
    sort: Sort = CHANGES.default_sort,
) -> list[Row]:
    connection = store.connect()
    try:
        query = Query(CHANGES, accounts, parse(text, CHANGES, NOW), sort)
        found = query.window(connection, 0, 100)
        assert query.count(connection) == len(found)
        assert list(query.walk(connection, 2)) == found
        assert [query.place_of_key(connection, row.key) for row in found] == [*range(len(found))]
        return found
    finally:
        connection.close()


def found(store: Store, text: str = "", accounts: tuple[int, ...] = (1, 2, 3)) -> list[int]:
    return [row.key for row in rows(store, text, accounts)]


def value(row: Row, name: str) -> object:
    return row.values[CHANGES.columns.index(CHANGES.column(name))]


def test_the_newest_comes_first_and_what_has_no_account_is_everybodys(filled: Store) -> None:
    assert found(filled) == [7, 6, 5, 4, 3, 2, 1]
    assert found(filled, accounts=(1,)) == [7, 6, 5, 2, 1]
    assert found(filled, accounts=(3,)) == [4, 1]
    assert found(filled, accounts=()) == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("what:noted", [3]), ("what:note", [3]), ("what:tags", [7, 5]),
     ("-what:tags", [6, 4, 3, 2, 1]), ("kind:imported or kind:demo", [2, 1]),
     ("who:ольга", [6, 4, 3]), ("who:ОЛЬ", [6, 4, 3]), ("who:tester", [7, 5, 2, 1]),
     ("who:fabrikam", []), ("customer:fab", [3]), ("customer:arzte", [7, 6, 5, 2]),
     ("customer:sohne what:tagged", [7, 5]), ('customer:""', [1]),
     ('-customer:""', [7, 6, 5, 4, 3, 2]),
     ("why:опечатка", [3]), ("why:fabrikam", [4]), ("why:100%", [3]), ("why:1%0", []),
     ('why:""', [7, 6, 5, 2, 1]), ("customer:%", []), ("customer:_", []),
     ("fabrikam", [4, 3]), ("fabrikam ольга", [4, 3]), ("gmbh", [3]), ("опечатка", [3]),
     ("when<3d", [7, 6, 5, 4]), ("when>=30d", [2, 1]), ("when:today", [7, 6]),
     ("at:2026-11-20", [4]), ("when:never", []),
     ("state:undone", [5]), ("state:done", [7, 6, 4, 3, 2, 1]), ("-state:done", [5]),
     ("cloud:germany", [4]), ("cloud:global", [7, 6, 5, 2]), ('cloud:""', [1]),
     ("host:192.0.2.7", [6, 4, 3]), ("host:testhost", [7, 5, 2, 1]), ("client:desk", [6, 4, 3]),
     ("id:3", [3]), ("id>=6", [7, 6]), ("id<3", [2, 1]), ("-id:3 id<4", [2, 1])],
)  # fmt: skip
def test_a_filter_finds_what_it_says(filled: Store, text: str, expected: list[int]) -> None:
    wanted = {row.key: value(row, "cloud") for row in rows(filled)}
    if "cloud" in text:  # account ids follow the order of the clouds
        assert wanted[4] == ("germany" if "germany" in text else wanted[4])
    assert found(filled, text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [("id:x", "is no number"), ("id:" + "9" * 30, "is no number"), ("id:-1", "is no number"),
     ("what:sold", "is never sold"), ("state:lost", "waiting, sending"), ("whom:x", "who"),
     ("when:soon", "neither an age nor a date"), ("who>3", "has no order")],
)  # fmt: skip
def test_a_wrong_filter_says_what_is_right(text: str, said: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text, CHANGES, NOW)
    assert said in str(raised.value)


def test_the_state_is_that_of_the_page_however_often_it_is_turned(filled: Store) -> None:
    change = 7
    for _turn in range(4):
        change = carry_out(filled, plan_undo(filled, change, by(OLGA, NOW))).change_id or 0
    for row in rows(filled):
        assert value(row, "state") == read_change(filled, row.key).state, row.key
    assert found(filled, "state:undone") == [10, 8, 5]


def test_the_worst_call_says_the_state(filled: Store) -> None:
    assert set(WORST_FIRST) == set(CallState) == set(CALL_STATES)
    for number, state in enumerate(reversed(WORST_FIRST)):
        call = OutboxCall(change_id=5, account_id=1, channel=Channel.MAIL, operation="?",
                          request_id=str(number), state=CallState(state))  # fmt: skip
        with filled.writing() as session:
            session.add(call)
        [row] = rows(filled, "id:5")
        assert value(row, "state") == state == read_change(filled, 5).state
        assert found(filled, f"state:{state}") == [5]
    assert set(STATES) == {"done", "started", "undone", "partly", *CALL_STATES}


def test_every_order_is_the_same_list_turned_round(filled: Store) -> None:
    for column in CHANGES.sortable():
        up, down = (rows(filled, sort=Sort(column.name, turned)) for turned in (False, True))
        assert up == down[::-1]
    subjects = [str(value(row, "customer")) for row in rows(filled, sort=Sort("customer"))]
    assert subjects == sorted(subjects)
    who = [str(value(row, "who")) for row in rows(filled, sort=Sort("who"))]
    assert who == sorted(who)


@pytest.mark.parametrize("accounts", [(1,), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_every_order_reads_its_index(filled: Store, sort: Sort, accounts: tuple[int, ...]) -> None:
    """Every order walks an index instead of sorting the whole history (`EXPLAIN`)."""
    connection = filled.connect()
    explained = Explained(connection)
    Query(CHANGES, accounts, NO_FILTER, sort).window(explained, 0, 40)
    if isinstance(connection, PostgresConnection):
        assert "Index" in explained.plan
    else:
        walked, _, shown = explained.plan.partition("SCAN positions")
        index = {
            "when": "changes_by_part",
            "who": "changes_by_actor",
            "customer": "changes_by_subject",
        }
        assert index[sort.column] in walked
        assert "TEMP B-TREE" not in walked
        assert shown.count("TEMP B-TREE") <= 2, "the rows shown, and the calls of one change"
        assert "SEARCH o USING INDEX ix_outbox_change_id" in explained.plan
    connection.close()


@pytest.mark.parametrize("accounts", [(1,), (1, 2, 3)], ids=str)
def test_what_was_undone_is_found_by_its_index(filled: Store, accounts: tuple[int, ...]) -> None:
    """`state:undone` searches an index instead of scanning the whole history (`EXPLAIN`)."""
    connection = filled.connect()
    explained = Explained(connection)
    undone = parse("state:undone", CHANGES, NOW)
    Query(CHANGES, accounts, undone, CHANGES.default_sort).window(explained, 0, 40)
    assert "changes_undone" in explained.plan
    if not isinstance(connection, PostgresConnection):
        walked = explained.plan.partition("SCAN positions")[0]
        calls = walked.count("SEARCH o USING INDEX")
        assert walked.count("TEMP B-TREE") == calls, "only the calls of one change are sorted"
    connection.close()


def test_moments_and_numbers_are_shown_and_exported_alike(filled: Store, tmp_path: Path) -> None:
    [row] = rows(filled, "id:3")
    shown = {
        column.name: cell_text(column, cell, NOW)
        for column, cell in zip(CHANGES.columns, row.values, strict=True)
    }
    assert shown == {
        "when": "2026-11-17 12:00", "who": "Ольга", "what": "Note", "customer": "Fabrikam␊GmbH",
        "cloud": "US Gov", "state": "done", "why": "Опечатка, 100%",
        "host": "desk (192.0.2.7)", "id": "3", "run": "", "tenant": "", "account": "",
    }  # fmt: skip
    file = tmp_path / "changes.csv"
    connection = filled.connect()
    query = Query(CHANGES, (1, 2, 3), parse("id:3", CHANGES, NOW), CHANGES.default_sort)
    columns = chosen_columns(CHANGES, ["when", "what", "id"])
    assert export(connection, query, file, columns=columns, format="csv") == 1
    connection.close()
    assert file.read_text("utf-8-sig").split() == [
        "When",
        "(UTC),What,Change",
        "2026-11-17T12:00:00Z,noted,3",
    ]
    with pytest.raises(UsageError):
        chosen_columns(CHANGES, ["domain"])


def test_the_pulse_beats_with_every_change(filled: Store) -> None:
    desk = AppSession(load(), filled, clock=lambda: NOW)

    def beat() -> None:
        connection = filled.connect()
        looked = desk.look(connection)
        assert looked is not None, "the book has changed"
        desk.seen(looked)
        assert desk.look(connection).accounts is None, "it has not changed since"
        connection.close()

    beat()
    draft = begin_draft(1, by(TESTER, NOW))
    for text in ("C", "Co"):
        save_draft(filled, draft, {FormField.COMPANY_NAME: text}, "company_name", NOW)
        beat()
    delete_draft(filled, draft.id or 0)
    beat()
    with filled.writing() as session:
        call = OutboxCall(
            change_id=5, account_id=1, channel=Channel.MAIL, operation="?", request_id="1"
        )
        session.add(call)
    beat()
    for state in (CallState.SENDING, CallState.SENT, CallState.CONFIRMED):
        with filled.writing() as session:
            session.get_one(OutboxCall, 1).state = state
        beat()
    add_to_history(filled, entry(ChangeKind.DEMO, TESTER, NOW))
    beat()
    desk.close()


def test_the_pulse_counts_no_long_table(sqlite_database: SqliteFile) -> None:
    book = Store(sqlite_database)
    book.open(["global"])
    connection = book.connect()
    explained = Explained(connection)
    explained.rows(PULSE)
    connection.close()
    assert "SCAN outbox" not in explained.plan
    assert "SCAN changes" not in explained.plan
