"""Delegated-admin relationships: recording, editing, approval, extension and end, as in Graph."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.delegated_admin import (
    Delegation,
    parse_extension,
    plan_add_delegation,
    plan_edit_delegation,
    plan_event,
    plan_extend,
    read_delegation,
)
from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN
from partnerdesk.models.relationships.lifecycles import DelegatedAdminEvent as Event
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState as State
from partnerdesk.models.values.durations import Duration, parse_duration
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.relations import (
    account_of,
    add_customer,
    codes,
    customer_of,
    days,
    name_accounts,
)

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.settings.database_url import SqliteFile

SAID = {"name": "GDAP", "roles": "User Administrator", "end": "2027-03-01", "start": "2026-06-01"}
GUIDS = "aaaaaaaa-1111-4222-8333-444444444444-bbbbbbbb-1111-4222-8333-444444444444"
RECORDED = (Event.REQUEST, Event.APPROVE, Event.TERMINATE)


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book with one customer."""
    opened = Store(empty_book(sqlite_database))
    opened.open(CLOUDS)
    name_accounts(opened)
    add_customer(opened, "Contoso", "contoso")
    return opened


def add_plan(store: Store, **said: str) -> Plan:
    account, customer = account_of(store), customer_of(store, 1)
    return plan_add_delegation(account, customer, SAID | said, by(TESTER, NOW), taken=False)


def keep(store: Store, **said: str) -> Delegation:
    id = carry_out(store, add_plan(store, **said)).record_id
    return read_delegation(store, id or 0)


def extend(delegation: Delegation, text: str, at: datetime = NOW) -> Plan:
    extension = parse_extension(text)
    assert extension is not None
    return plan_extend(delegation, extension, by(TESTER, at))


@pytest.mark.parametrize(("state", "event"), list(product(State, RECORDED)))
def test_what_happened_is_recorded_where_the_machine_allows_it(
    book: Store, state: State, event: Event
) -> None:
    delegation = keep(book, status=state)
    plan = plan_event(delegation, event, by(TESTER, days(1)))
    after = DELEGATED_ADMIN.after(state, event)
    assert codes(plan, refusing=True) == ([] if after else ["delegated-admin.state"])
    assert [step.after and step.after["status"] for step in plan.steps] == [after] * bool(after)
    extended = extend(delegation, "P180D")
    assert (extended.verdict is Verdict.ALLOWED) == (state is State.ACTIVE)


def test_a_whole_life(book: Store) -> None:
    id = keep(book, status="created", start="", end="").relationship.id or 0
    for number, event in enumerate(RECORDED, 1):
        carry_out(book, plan_event(read_delegation(book, id), event, by(TESTER, days(number))))
    kept = read_delegation(book, id).relationship
    assert (kept.status, kept.requested_at) == (State.TERMINATED, days(1))
    assert (kept.activated_date_time, kept.end_date_time) == (days(2), days(3))


@pytest.mark.parametrize(
    ("said", "after", "state"),
    [
        ({}, 98.5, "expired"), ({}, 98.4, "active"), ({"auto_extend": "yes"}, 200, "active"),
        ({"status": "expiring"}, 99, "expired"), ({"status": "terminated"}, 200, "terminated"),
    ],
)  # fmt: skip
def test_time_brings_its_end_unless_it_extends_itself(
    book: Store, said: dict[str, str], after: float, state: str
) -> None:
    kept = keep(book, **said).relationship  # ends at midnight, in 98.5 days
    assert kept.status_at(days(after)) == state


@pytest.mark.parametrize(("after", "state"), [(89.9, "approvalPending"), (90, "expired")])
def test_what_nobody_approves_in_90_days_expires(book: Store, after: float, state: str) -> None:
    """Approval requests expire after 90 days (`reference/rules.md §10`)."""
    delegation = keep(book, status="created", start="", end="")
    asked = carry_out(book, plan_event(delegation, Event.REQUEST, by(TESTER, NOW)))
    delegation = read_delegation(book, asked.record_id or 0)
    assert delegation.relationship.status_at(days(after)) == state
    plan = plan_event(delegation, Event.APPROVE, by(TESTER, days(after)))
    assert (plan.verdict is Verdict.REFUSED) == (state == "expired")


def test_an_edit_touches_only_what_changes(book: Store) -> None:
    delegation = keep(book)
    same = plan_edit_delegation(delegation, SAID, by(TESTER, NOW), taken=False)
    assert same.changes_nothing
    said = SAID | {"roles": "Reader"}
    [step] = plan_edit_delegation(delegation, said, by(TESTER, NOW), taken=False).steps
    assert (step.before, step.after) == ({"roles": "User Administrator"}, {"roles": "Reader"})


@pytest.mark.parametrize("final", ["terminated", "expired"])
def test_what_is_over_never_lives_again_by_an_edit(book: Store, final: str) -> None:
    delegation = keep(book, status=final)
    for status in set(State) - {final}:
        said = SAID | {"status": status}
        plan = plan_edit_delegation(delegation, said, by(TESTER, NOW), taken=False)
        assert codes(plan, refusing=True) == ["delegated-admin.state"]
        assert plan.steps == ()
    said = SAID | {"status": final, "roles": "Reader"}
    mended = plan_edit_delegation(delegation, said, by(TESTER, NOW), taken=False)
    assert mended.verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("said", "code", "refuses"),
    [
        ({"name": ""}, "delegated-admin.no-name", True),
        ({"name": "x" * 51}, "delegated-admin.name", True),
        ({"name": "a\x1b"}, "delegated-admin.name", True),
        ({"roles": "a\u202eb"}, "delegated-admin.roles", True),
        ({"status": "asleep\x1b"}, "delegated-admin.status", True),
        ({"end": ""}, "delegated-admin.no-end", True),
        ({"end": "32.12.2026"}, "delegated-admin.end", True),
        ({"start": "2027-04-01"}, "delegated-admin.term", True),
        ({"end": "2028-07-01"}, "delegated-admin.term", False),
        ({"end": "2026-11-01"}, "delegated-admin.over", False),
        ({"auto_extend": "P90D"}, "delegated-admin.auto-extend", True),
        ({"auto_extend": "yes", "roles": "reader; GLOBAL  administrator"},
         "delegated-admin.global-administrator", True),
        ({"auto_extend": "P180D", "roles": "62E90394-69f5-4237-9190-012177145e10"},
         "delegated-admin.global-administrator", True),
        ({"microsoft_id": GUIDS[:36]}, "delegated-admin.microsoft-id", True),
    ],
)  # fmt: skip
def test_what_graph_does_not_have_is_refused_or_warned_of(
    book: Store, said: dict[str, str], code: str, *, refuses: bool
) -> None:
    plan = add_plan(book, **said)
    assert [(r.code, r.refuses) for r in plan.reasons] == [(code, refuses)]
    assert bool(plan.steps) != refuses
    assert "\x1b" not in plan.reasons[0].text
    assert add_plan(book, microsoft_id=GUIDS.upper(), roles="a, b;A\nb").reasons == ()


@pytest.mark.parametrize(
    ("text", "end", "said"),
    [
        ("P180D", "2027-08-28", []),
        ("p180d", "2027-08-28", []),
        ("P1Y", "2028-03-01", ["delegated-admin.other-duration"]),
        ("P3Y", "2030-03-01", ["delegated-admin.too-long", "delegated-admin.other-duration"]),
        ("2027-12-31", "2027-12-31", []),
        ("2027-03-01", "", ["delegated-admin.not-later"]),
        ("2026-12-31", "", ["delegated-admin.not-later"]),
        ("P999Y", "3026-03-01", ["delegated-admin.too-long", "delegated-admin.other-duration"]),
    ],
)
def test_an_extension_by_a_duration_or_to_a_day(
    book: Store, text: str, end: str, said: list[str]
) -> None:
    plan = extend(keep(book), text)
    assert codes(plan) == said
    assert [(step.after or {})["end_date_time"][:10] for step in plan.steps] == [end] * bool(end)


def test_global_administrator_and_an_unknown_end_are_never_extended(book: Store) -> None:
    holds = keep(book, roles="Global Administrator\nReader")
    assert codes(extend(holds, "P180D")) == ["delegated-admin.global-administrator"]
    id = keep(book, name="No end", status="created", start="", end="").relationship.id or 0
    for event in (Event.REQUEST, Event.APPROVE):
        carry_out(book, plan_event(read_delegation(book, id), event, by(TESTER, NOW)))
    assert codes(extend(read_delegation(book, id), "P180D")) == ["delegated-admin.no-end"]


@pytest.mark.parametrize(
    ("text", "found", "after"),
    [
        ("P180D", Duration(0, 180), "2027-07-30"), ("P2Y", Duration(24, 0), "2029-01-31"),
        ("p1m", Duration(1, 0), "2027-02-28"), ("P1Y2M3W4D", Duration(14, 25), "2028-04-25"),
        ("P13M", Duration(13, 0), "2028-02-29"), ("P0D", Duration(0, 0), "2027-01-31"),
    ],
)  # fmt: skip
def test_durations_as_microsoft_writes_them(text: str, found: Duration, after: str) -> None:
    duration = parse_duration(text)
    assert duration == found
    assert bool(duration) == (text != "P0D")
    moment = datetime(2027, 1, 31, tzinfo=UTC)
    assert f"{duration.after(moment):%Y-%m-%d}" == after if duration else after == "2027-01-31"


@pytest.mark.parametrize("text", ["", "P", "180", "PT0S", "P1H", "P-1D", "P1D2M", "P١D", "P1.5D"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None
    assert parse_extension(text) is None
