"""Plans of changes: carried out once and completely, recorded, and undone by plans."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select

from partnerdesk.models.changes.calls import Call, Channel, Operation
from partnerdesk.models.changes.history import Actor, Change, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.plan import (
    NEW,
    Outcome,
    Plan,
    PlanContext,
    Step,
    TakeBack,
    Target,
)
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.customers.records import BILLING, CUSTOMER
from partnerdesk.models.customers.tags_and_notes import plan_note, plan_tags
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from tests.store.test_customer_page import account_of, add_customer
from tests.support.books import NOW, TESTER
from tests.support.edits import add_to_history, by, set_tags, write_note

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store

LATER = NOW + timedelta(hours=1)
OTHER = Actor("other", "elsewhere", "192.0.2.9")


@pytest.fixture
def fabrikam(store: Store) -> int:
    return add_customer(store)


def history(store: Store) -> list[Change]:
    with store.reading() as session:
        return list(session.exec(select(Change).order_by(col(Change.id))))


def tags(store: Store, customer: int) -> list[str]:
    return read_customer(store, customer).tags


def notes(store: Store, customer: int) -> list[str]:
    return [note.text for note in read_customer(store, customer).notes]


def tag(store: Store, customer: int, *names: str) -> int:
    """Set the tags of a customer; return the id of the history entry."""
    version = read_customer(store, customer).customer.version
    done = set_tags(store, customer, [*names], version=version, actor=TESTER, at=NOW)
    return done.change_id or 0


def undo(store: Store, change: int, *, why: str = "", actor: Actor = OTHER) -> int:
    """Undo a change; return the id of the history entry of the undo."""
    return carry_out(store, plan_undo(store, change, by(actor, LATER)), why).change_id or 0


def refusals(store: Store, change: int) -> list[str]:
    """Return the codes of the reasons that refuse the undo of a change."""
    plan = plan_undo(store, change, by(TESTER, LATER))
    assert (plan.verdict is Verdict.REFUSED) == any(reason.refuses for reason in plan.reasons)
    return [reason.code for reason in plan.reasons if reason.refuses]


def plan_added(store: Store, name: str = "Adatum", domain: str = "adatum.example") -> Plan:
    """Return a plan that adds a customer with a billing profile."""
    account = account_of(store)
    own = {"account_id": account, "company_name": name, "primary_domain": domain,
           "relationship_to_partner": "reseller", "country": "DE"}  # fmt: skip
    billing = {"company_name": name, "city": "Köln", "country": "DE"}
    return Plan(
        ChangeKind.ADDED, by(TESTER, NOW), Target(account, "global", name),
        (Step(CUSTOMER, {"id": NEW}, None, own),
         Step(BILLING, {"customer_id": NEW}, None, billing)),
        (), TakeBack(possible=True, text="It can be undone."), unused_domain=domain,
    )  # fmt: skip


# Carrying out


def test_a_plan_is_carried_out_once_however_often_it_is_asked_for(store: Store) -> None:
    plan = plan_added(store)
    first = carry_out(store, plan)
    assert carry_out(store, plan) == replace(first, repeated=True)
    with store.reading() as session:
        [customer] = session.exec(select(Customer)).all()
        billing = session.get_one(BillingProfile, customer.id)
    assert (customer.company_name, billing.city) == ("Adatum", "Köln")
    [kept] = history(store)
    assert (kept.id, kept.customer_id, kept.plan_id) == (*vars_of(first), plan.by.plan_id)
    assert (kept.subject, kept.actor, kept.kind) == ("Adatum", "tester", ChangeKind.ADDED)
    assert json.loads(kept.plan)["target"]["customer_id"] == customer.id


def vars_of(outcome: Outcome) -> tuple[int | None, int | None]:
    return outcome.change_id, outcome.customer_id


def test_of_many_who_carry_out_one_plan_one_does(store: Store) -> None:
    plan = plan_added(store)
    outcomes: list[Outcome] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        outcomes.append(carry_out(store, plan))

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True, True]
    assert len({vars_of(outcome) for outcome in outcomes}) == 1
    assert len(history(store)) == 1


def test_who_saw_an_older_customer_changes_nothing(store: Store, fabrikam: int) -> None:
    plan = plan_tags(read_customer(store, fabrikam), ["mine"], by(TESTER, NOW))
    tag(store, fabrikam, "theirs")
    with pytest.raises(ConflictError, match="nothing was written"):
        carry_out(store, plan)
    assert tags(store, fabrikam) == ["theirs"]
    assert len(history(store)) == 1


def test_a_domain_that_came_into_the_book_meanwhile_refuses_the_plan(store: Store) -> None:
    late = plan_added(store, "Second")
    carry_out(store, plan_added(store, "First"))
    with pytest.raises(RefusedError, match="First has it"):
        carry_out(store, late)
    assert [kept.subject for kept in history(store)] == ["First"]


def test_a_refused_plan_is_never_carried_out(store: Store) -> None:
    plan = replace(plan_added(store), reasons=(Reason("no", "Not today."),))
    with pytest.raises(RefusedError, match=r"^Not today\.$"):
        carry_out(store, plan)
    assert history(store) == []


def test_a_plan_of_nothing_leaves_no_trace(store: Store, fabrikam: int) -> None:
    plan = plan_tags(read_customer(store, fabrikam), [], by(TESTER, NOW))
    assert plan.changes_nothing
    assert carry_out(store, plan) == Outcome(None, fabrikam)
    assert history(store) == []


def test_calls_wait_in_the_outbox_and_the_change_with_them(store: Store) -> None:
    calls = (Call(Operation.CREATE_CUSTOMER, {"primary_domain": "ä"}, "guid-1"),)
    change = carry_out(store, replace(plan_added(store), calls=calls)).change_id or 0
    page = read_change(store, change)
    assert (page.entry.result, page.state) == ("queued", "waiting")
    (call,) = page.calls
    assert (call.channel, call.operation) == (Channel.PARTNER_CENTER, Operation.CREATE_CUSTOMER)
    assert (json.loads(call.arguments), call.about) == ({"primary_domain": "ä"}, "ä")
    assert refusals(store, change) == []
    with store.writing() as session:
        session.get_one(OutboxCall, call.id).state = CallState.CONFIRMED
    assert refusals(store, change) == ["undo.confirmed"]


def test_what_no_database_can_keep_is_left_out_of_the_reason(store: Store) -> None:
    plan = plan_added(store)
    change = carry_out(store, plan, " typo\x00 of \udcff Ольга ").change_id or 0
    assert read_change(store, change).entry.why == "typo of  Ольга"


# Undoing


def test_tags_are_taken_back_and_the_taking_back_too(store: Store, fabrikam: int) -> None:
    tag(store, fabrikam, "a", "b")
    second = tag(store, fabrikam, "b", "c")
    back = undo(store, second)
    assert tags(store, fabrikam) == ["a", "b"]
    again = undo(store, back)
    assert tags(store, fabrikam) == ["b", "c"]
    told = read_change(store, back).entry
    assert (json.loads(told.before), json.loads(told.after)) == (
        {"tags": ["b", "c"]},
        {"tags": ["a", "b"]},
    )
    assert (told.undoes, told.actor, told.client) == (second, "other", "192.0.2.9")
    assert [read_change(store, change).state for change in (second, back, again)] == [
        "done",
        "undone",
        "done",
    ]


def test_notes_written_changed_and_removed_are_taken_back(store: Store, fabrikam: int) -> None:
    write_note(store, fabrikam, "One", note=None, actor=TESTER, at=NOW)
    [note] = read_customer(store, fabrikam).notes
    changed = write_note(store, fabrikam, "Two", note=note, actor=OTHER, at=LATER).change_id or 0
    undo(store, changed)
    [note] = read_customer(store, fabrikam).notes
    assert (note.text, note.author, note.written_at) == ("One", "tester", NOW)
    removed = write_note(store, fabrikam, "", note=note, actor=OTHER, at=LATER).change_id or 0
    assert notes(store, fabrikam) == []
    undo(store, removed)
    [note] = read_customer(store, fabrikam).notes
    assert (note.text, note.author, note.written_at) == ("One", "tester", NOW)


def test_two_who_take_back_the_same_removal_bring_one_note_back(
    store: Store, fabrikam: int
) -> None:
    write_note(store, fabrikam, "One", note=None, actor=TESTER, at=NOW)
    [note] = read_customer(store, fabrikam).notes
    removed = write_note(store, fabrikam, "", note=note, actor=TESTER, at=NOW).change_id or 0
    plans = [plan_undo(store, removed, by(actor, LATER)) for actor in (TESTER, OTHER)]
    carry_out(store, plans[0])
    with pytest.raises(ConflictError):
        carry_out(store, plans[1])
    assert notes(store, fabrikam) == ["One"]


def test_what_was_undone_is_not_undone_again_until_it_is_redone(
    store: Store, fabrikam: int
) -> None:
    first = tag(store, fabrikam, "a")
    changes = [first]
    for _turn in range(4):
        changes.append(undo(store, changes[-1]))
    states = [read_change(store, change).state for change in changes]
    assert states == ["done", "undone", "done", "undone", "done"]
    assert tags(store, fabrikam) == ["a"]
    for change, state in zip(changes, states, strict=True):
        assert (refusals(store, change) == ["undo.twice"]) == (state == "undone"), change
    undo(store, first)
    assert tags(store, fabrikam) == []
    assert refusals(store, first) == ["undo.twice"]
    told = read_customer(store, fabrikam).changes
    undone = {entry.id for entry in told if entry.undone_by is not None}
    assert undone == {first, changes[1], changes[3]}


def test_what_changed_since_is_not_taken_back(store: Store, fabrikam: int) -> None:
    first = tag(store, fabrikam, "a")
    tag(store, fabrikam)
    assert refusals(store, first) == ["undo.changed-since"]
    write_note(store, fabrikam, "One", note=None, actor=TESTER, at=NOW)
    [note] = read_customer(store, fabrikam).notes
    second = write_note(store, fabrikam, "Two", note=note, actor=TESTER, at=NOW).change_id or 0
    [note] = read_customer(store, fabrikam).notes
    write_note(store, fabrikam, "Three", note=note, actor=OTHER, at=LATER)
    assert refusals(store, second) == ["undo.changed-since"]
    assert notes(store, fabrikam) == ["Three"]


def test_what_changes_between_plan_and_carrying_out_is_not_overwritten(
    store: Store, fabrikam: int
) -> None:
    write_note(store, fabrikam, "One", note=None, actor=TESTER, at=NOW)
    [note] = read_customer(store, fabrikam).notes
    plan = plan_undo(store, history(store)[-1].id or 0, by(TESTER, LATER))
    write_note(store, fabrikam, "Two", note=note, actor=OTHER, at=LATER)
    with pytest.raises(ConflictError):
        carry_out(store, plan)
    assert notes(store, fabrikam) == ["Two"]


@pytest.mark.parametrize("kind", [ChangeKind.IMPORTED, ChangeKind.DEMO, ChangeKind.UPDATED])
@pytest.mark.parametrize("plan", ["{}", "[]", "damaged", '{"steps": []}'])
def test_what_was_no_plan_is_never_undone(store: Store, kind: ChangeKind, plan: str) -> None:
    [change] = add_to_history(store, entry(kind, TESTER, NOW, plan=plan))
    assert refusals(store, change) == ["undo.never"]
    assert "restore" in read_change(store, change).why_not_undone
    with pytest.raises(RefusedError, match="restore"):
        undo(store, change)


@pytest.mark.parametrize("change", [99, 0, -1, 2**31, 2**70])
def test_a_change_that_is_not_there_is_not_found(store: Store, change: int) -> None:
    with pytest.raises(NotFoundError, match=str(change)):
        plan_undo(store, change, by(TESTER, NOW))
    with pytest.raises(NotFoundError, match=str(change)):
        read_change(store, change)


def test_a_customer_goes_with_all_that_hangs_on_it_and_comes_back(store: Store) -> None:
    added = carry_out(store, plan_added(store))
    customer = added.customer_id or 0
    tag(store, customer, "vip")
    write_note(store, customer, "One", note=None, actor=TESTER, at=NOW)
    plan = plan_undo(store, added.change_id or 0, by(OTHER, LATER))
    assert (plan.verdict, plan.asks_why) == (Verdict.WARNINGS, True)
    assert [reason.code for reason in plan.reasons] == ["undo.notes", "undo.tags"]
    back = carry_out(store, plan, "Added twice").change_id or 0
    with pytest.raises(NotFoundError):
        read_customer(store, customer)
    page = read_change(store, back)
    assert page.entry.why == "Added twice"
    undo(store, back)
    assert (tags(store, customer), notes(store, customer)) == (["vip"], ["One"])
    assert read_customer(store, customer).billing.city == "Köln"


def test_a_customer_that_microsoft_knows_is_not_taken_out(store: Store) -> None:
    added = carry_out(store, plan_added(store))
    with store.writing() as session:
        session.get_one(Customer, added.customer_id).seen_at = LATER
    assert refusals(store, added.change_id or 0) == ["undo.known-to-microsoft"]


# The history itself


def test_the_history_is_only_added_to(store: Store, fabrikam: int) -> None:
    tag(store, fabrikam, "a")
    with pytest.raises(TypeError, match="stays as it is"), store.writing() as session:
        session.exec(select(Change)).one().actor = "nobody"
    with pytest.raises(TypeError, match="stays as it is"), store.writing() as session:
        session.delete(session.exec(select(Change)).one())
    assert [kept.actor for kept in history(store)] == ["tester"]


def test_who_it_was_is_kept_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGNAME", "ol\udcffga")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22")
    assert Actor.present() == Actor("olga", "testhost", "192.0.2.7")


def test_a_change_is_read_with_what_undid_it_and_its_calls_worst(
    store: Store, fabrikam: int
) -> None:
    first = tag(store, fabrikam, "a")
    back = undo(store, first)
    assert read_change(store, first).undone_by == read_change(store, back).entry
    assert read_change(store, back).undoes == read_change(store, first).entry
    assert read_change(store, first).cloud == "global"
    with store.writing() as session:
        for number, state in enumerate(("sent", "failed", "confirmed")):
            session.add(OutboxCall(
                change_id=back, account_id=account_of(store), channel=Channel.MAIL, operation="?",
                request_id=str(number), state=CallState(state),
            ))  # fmt: skip
    assert read_change(store, back).state == "failed"


def test_by_is_all_that_a_plan_knows_of_time_and_person(store: Store, fabrikam: int) -> None:
    page = read_customer(store, fabrikam)
    one = PlanContext(TESTER, NOW, "the same")
    assert plan_note(page, "a", None, one) == plan_note(page, "a", None, one)
    assert plan_tags(page, ["a"], one).as_json() == plan_tags(page, ["a"], one).as_json()
