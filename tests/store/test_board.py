"""The board: which rule finds what at which moment, snoozes, and that all of it can be settled."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.board.items import count_and_first, read_items, record_of
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.board.rules import (
    ACCEPT,
    DRAFT,
    KINDS,
    NUMBERS,
    RULES,
    SIGN_IN,
    SYNC,
    WHAT_TO_DO,
)
from partnerdesk.models.board.snooze import plan_snooze, plan_wake, snooze_end
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.clock import from_millis, to_millis
from partnerdesk.models.core.errors import RefusedError, UsageError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.accept_agreement import plan_accepted
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import NOW as PLACE
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.tui.screens import SCREENS
from tests.support.board_book import (
    DAY,
    HOUR,
    LEAP,
    at_zone,
    delegated,
    invited,
    morning,
    one_of_each,
    renewing,
)
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.explained import Explained
from tests.support.relations import add_customer
from tests.support.subscribed import NEW, OLD, subscribe

if TYPE_CHECKING:
    from partnerdesk.models.board.items import BoardItem
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import Row

ACCOUNTS = (1, 2, 3)
SECOND = timedelta(seconds=1)


def board(store: Store, at: datetime = NOW, text: str = "", sort: str = "due") -> list[Row]:
    query = Query(BOARD, ACCOUNTS, parse(text, BOARD, at), Sort(sort), at=to_millis(at))
    with closing(store.connect()) as book:
        rows = list(query.walk(book, 4))
        assert query.count(book) == len(rows)
        assert query.window(book, 0, 99) == rows
        return rows


def value(row: Row, name: str) -> Any:
    return row.values[[column.name for column in BOARD.columns].index(name)]


def kinds(store: Store, at: datetime = NOW, text: str = "") -> list[str]:
    return [value(row, "kind") for row in board(store, at, text)]


def items(store: Store, *names: str, at: datetime = NOW) -> list[BoardItem]:
    """Return the items of some kinds, snoozed or not."""
    rows = [row for row in board(store, at, "snoozed:yes or snoozed:no")
            if value(row, "kind") in names]  # fmt: skip
    with closing(store.connect()) as book:
        return read_items(book, [row.key for row in rows], ACCOUNTS, at)


def test_each_rule_finds_its_own_and_the_oldest_deadline_comes_first(store: Store) -> None:
    due = one_of_each(store)
    assert kinds(store) == sorted(due, key=lambda kind: due[kind])
    assert {value(row, "kind"): from_millis(value(row, "due")) for row in board(store)} == due
    assert due.keys() == KINDS.keys(), "a rule without an item here"


def test_every_item_says_what_to_do_and_leads_to_what_settles_it(store: Store) -> None:
    one_of_each(store)
    for row in board(store):
        assert value(row, "what_to_do") in WHAT_TO_DO
        rule, record_id = record_of(row.key)
        [item] = items(store, rule.kind)
        assert (item.rule, item.record_id, item.key) == (rule, record_id, row.key)
        assert item.opened > 0
        assert rule.opens in {*SCREENS, ACCEPT, SIGN_IN, SYNC, DRAFT}


def test_a_number_is_no_other_rules() -> None:
    numbers = [rule.number for rule in RULES]
    assert sorted(set(numbers)) == sorted(numbers)
    assert all(0 <= number < NUMBERS for number in numbers)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("delegated_admin", 30 * DAY, timedelta()),
        ("renewal", 30 * DAY, timedelta()),
        ("window", 7 * DAY, timedelta()),
        ("sign_in", 7 * DAY, None),
        ("invitation", timedelta(), None),
        ("sync", timedelta(), None),
        ("draft", timedelta(), None),
        ("unclear_call", -HOUR, None),
        ("failed_call", None, None),
        ("conflict", None, None),
        ("agreement", None, None),
    ],
)
def test_a_rule_begins_and_ends_to_the_second(
    store: Store, kind: str, before: timedelta | None, after: timedelta | None
) -> None:
    due = one_of_each(store)[kind]
    if before is None:
        assert kind in kinds(store, due - 400 * DAY)
    else:
        assert kind not in kinds(store, due - before - SECOND)
        assert kind in kinds(store, due - before)
    if after is None:
        assert kind in kinds(store, due + 400 * DAY)
    else:
        assert kind in kinds(store, due + after - SECOND)
        assert kind not in kinds(store, due + after)


@pytest.mark.parametrize("hours", [-12, -5, 0, 3, 14])
def test_the_zone_of_the_clock_changes_nothing(store: Store, hours: int) -> None:
    one_of_each(store)
    assert board(store, at_zone(hours)) == board(store, NOW)


def test_days_left_are_whole_days_rounded_down(store: Store) -> None:
    customer = add_customer(store, "Contoso", "contoso")
    delegated(store, customer, LEAP + 2 * DAY)
    for at, left in (
        (LEAP, 2), (LEAP + SECOND, 1), (LEAP + 2 * DAY - SECOND, 0), (LEAP - DAY, 3),
    ):  # fmt: skip
        assert [value(row, "days") for row in board(store, at)] == [left]
    invited(store, LEAP - HOUR)
    late = {value(row, "kind"): value(row, "days") for row in board(store, LEAP)}
    assert late == {"delegated_admin": 2, "invitation": -1}


@pytest.mark.parametrize(
    ("fields", "days", "what"),
    [
        ({"auto_renew_enabled": False, "offer_id": NEW}, 30, "renew_extended"),
        ({"auto_renew_enabled": False, "offer_id": OLD}, 30, "renew_ends"),
        ({"auto_renew_enabled": None}, 30, "renew_unknown"),
        ({"auto_renew_enabled": True}, 7, "renew_renews"),
        ({"auto_renew_enabled": True, "scheduled": "{}"}, 7, "renew_changes"),
        ({"auto_renew_enabled": True, "term_duration": "P1M"}, None, ""),
        ({"auto_renew_enabled": False, "status": "deleted"}, None, ""),
    ],
)
def test_a_term_that_ends_waits_as_long_as_a_person_can_decide(
    store: Store, fields: dict[str, Any], days: int | None, what: str
) -> None:
    own: dict[str, Any] = {"commitment_end_date": NOW + 40 * DAY, "offer_id": OLD}
    subscribe(store, **(own | fields))
    [ends] = [NOW + 40 * DAY]
    days_before = (1, 2, 6, 7, 8, 9, 28, 29, 30, 31, 32, 40)
    found = [(day, value(row, "what_to_do")) for day in days_before
             for row in board(store, ends - day * DAY + HOUR)]  # fmt: skip
    assert {name for _day, name in found} == ({what} if what else set())
    assert max((day for day, _name in found), default=None) in (days, days and days + 1)


def test_what_extends_itself_and_who_renews_monthly_need_nobody(store: Store) -> None:
    customer = add_customer(store, "Contoso", "contoso")
    delegated(store, customer, NOW + DAY, auto_extend_duration="P180D")
    renewing(store, customer, NOW + DAY, auto_renew_enabled=True, term_duration="P1M")
    assert board(store) == []


def test_job_1_has_27_of_2000_customers_and_two_leads_to_come(store: Store) -> None:
    morning(store)
    found = kinds(store)
    assert {kind: found.count(kind) for kind in found} == {
        "delegated_admin": 12, "renewal": 7, "window": 3, "agreement": 5,
    }  # fmt: skip
    dues = [value(row, "due") for row in board(store)]
    assert dues == sorted(dues)
    with closing(store.connect()) as book:
        assert count_and_first(book, ACCOUNTS, NOW, 3) == (27, board(store)[:3])
        assert count_and_first(book, (2,), NOW, 3) == (0, [])


def test_every_rule_reads_an_index_and_no_more_than_its_limit(store: Store) -> None:
    one_of_each(store)
    few = {"partner_accounts", "account_syncs", "partner_links"}
    with closing(store.connect()) as book:
        if isinstance(book, PostgresConnection):
            return
        for rule in RULES:
            explained = Explained(book)
            explained.rows(rule.select(1).replace(PLACE, str(to_millis(NOW))))
            assert " LIMIT 500" in rule.select(1)
            for line in explained.plan.splitlines():
                assert not line.startswith("SCAN") or rule.table.split()[0] in few, (rule, line)


@pytest.mark.parametrize("sort", [column.name for column in BOARD.sortable()])
@pytest.mark.parametrize("text", ["", "contoso", "kind:renewal", "due<7d", "-do:sync", "days<0"])
def test_it_is_sorted_and_filtered_as_every_list(store: Store, sort: str, text: str) -> None:
    one_of_each(store)
    keys = [row.key for row in board(store, NOW, text, sort)]
    assert len(keys) == len(set(keys)) > 0
    query = Query(BOARD, ACCOUNTS, parse(text, BOARD, NOW), Sort(sort, descending=True),
                  at=to_millis(NOW))  # fmt: skip
    with closing(store.connect()) as book:
        assert [row.key for row in query.walk(book, 3)] == keys[::-1]
        assert query.place_of_key(book, keys[0]) == len(keys) - 1


# Snoozing


@pytest.mark.parametrize(
    ("text", "at", "until"),
    [
        ("1d", NOW, (2026, 11, 23)),
        ("1w", NOW, (2026, 11, 29)),
        ("1m", datetime(2027, 1, 31, 9, tzinfo=UTC), (2027, 2, 28)),
        ("1m", datetime(2028, 1, 31, 9, tzinfo=UTC), (2028, 2, 29)),
        ("1y", LEAP, (2029, 2, 28)),
        ("P14D", NOW, (2026, 12, 6)),
        ("2028-02-29", NOW, (2028, 2, 29)),
        ("15.01.2027", NOW, (2027, 1, 15)),
    ],
)
def test_when_a_snooze_ends(text: str, at: datetime, until: tuple[int, int, int]) -> None:
    assert snooze_end(text, at) == datetime(*until, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "3", "-2d", "2027-02-29", "03/04/2027", "9999y"])
def test_what_is_no_end_of_a_snooze(text: str) -> None:
    with pytest.raises(UsageError):
        snooze_end(text, NOW)


def test_a_snoozed_item_comes_back_and_an_undo_brings_it_back_at_once(store: Store) -> None:
    one_of_each(store)
    every, until = kinds(store), NOW + 3 * DAY
    [item] = items(store, "renewal")
    outcome = carry_out(store, plan_snooze([item], until, " asked\nhim ", by(TESTER, NOW)))
    assert sorted(kinds(store)) == sorted(set(every) - {"renewal"})
    [row] = board(store, text="snoozed:yes")
    assert [value(row, name) for name in ("kind", "snoozed", "until", "why", "by")] == [
        "renewal", "yes", to_millis(until), "asked him", "tester",
    ]  # fmt: skip
    assert "renewal" not in kinds(store, until - SECOND)
    assert "renewal" in kinds(store, until)
    undo = plan_undo(store, outcome.change_id or 0, by(TESTER, NOW))
    assert undo.verdict is Verdict.ALLOWED
    carry_out(store, undo)
    assert kinds(store) == every
    with closing(store.connect()) as book:
        assert not verify(book).findings


def test_a_snooze_takes_the_place_of_the_one_before_and_is_woken(store: Store) -> None:
    one_of_each(store)
    for days in (2, 5):
        [item] = items(store, "sync")
        carry_out(store, plan_snooze([item], NOW + days * DAY, "", by(TESTER, NOW)))
        [row] = board(store, text="snoozed:yes")
        assert value(row, "until") == to_millis(NOW + days * DAY)
    [item] = items(store, "sync")
    assert item.is_snoozed(NOW)
    carry_out(store, plan_wake([item], by(TESTER, NOW)))
    assert board(store, text="snoozed:yes") == []
    [item] = items(store, "sync")
    assert plan_wake([item], by(TESTER, NOW)).changes_nothing


def test_many_are_snoozed_in_one_change(store: Store) -> None:
    one_of_each(store)
    some = items(store, "renewal", "window", "draft")
    plan = plan_snooze(some, NOW + 8 * DAY, "holidays", by(TESTER, NOW))
    assert plan.target.name == "Begun and 2 more"
    assert [reason.code for reason in plan.reasons] == ["snooze.deadline"]
    outcome = carry_out(store, plan)
    assert len(board(store, text="snoozed:yes")) == 3
    carry_out(store, plan_undo(store, outcome.change_id or 0, by(TESTER, NOW)))
    assert board(store, text="snoozed:yes") == []


@pytest.mark.parametrize(("until", "code"), [(NOW, "snooze.past"), (NOW + 367 * DAY, "snooze.far")])
def test_a_snooze_without_an_end_ahead_is_refused(store: Store, until: datetime, code: str) -> None:
    one_of_each(store)
    [item] = items(store, "agreement")
    plan = plan_snooze([item], until, "", by(TESTER, NOW))
    assert [reason.code for reason in plan.reasons if reason.refuses] == [code]
    with pytest.raises(RefusedError):
        carry_out(store, plan)


def test_an_agreement_that_was_accepted_does_not_wait(store: Store) -> None:
    one_of_each(store)
    [item] = items(store, "agreement")
    page = read_customer(store, item.opened)
    for day in ("never", "2030-01-01"):
        assert plan_accepted(page, day, by(TESTER, NOW)).verdict is Verdict.REFUSED
    outcome = carry_out(store, plan_accepted(page, "2026-11-20", by(TESTER, NOW)))
    assert "agreement" not in kinds(store)
    carry_out(store, plan_undo(store, outcome.change_id or 0, by(TESTER, NOW)))
    assert "agreement" in kinds(store)


@given(st.integers(0, 2**31 - 1), st.sampled_from(RULES))
def test_a_key_leads_back_to_its_record(id: int, rule: Any) -> None:
    assert record_of(id * NUMBERS + rule.number) == (rule, id)
