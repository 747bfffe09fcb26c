"""Ending a relationship and coming back: permissions, obstacles, losses."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.changes.plan import CheckState
from partnerdesk.models.core.errors import ConflictError, RefusedError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.entities import BillingProfile, Customer, Relationship
from partnerdesk.models.database.store import Store
from partnerdesk.models.letters.letter import LetterLanguage
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.delegated_admin import plan_add_delegation
from partnerdesk.models.relationships.end import (
    EndingRequest,
    Obstacle,
    notice_letter,
    plan_end,
    plan_notice,
    read_ending,
)
from partnerdesk.models.relationships.entities import ResellerRelationship
from partnerdesk.models.relationships.records import RELATIONSHIP
from tests.support.books import ALL_CLOUDS, NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.forms import account_in
from tests.support.relations import (
    accept,
    account_of,
    add_customer,
    codes,
    customer_of,
    days,
    findings,
    invitation_of,
    invited,
    lives_of,
    name_accounts,
    take_file,
)
from tests.support.statements import rows

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.settings.database_url import SqliteFile

ID = "aaaaaaaa-1111-4222-8333-444444444444"
KINDS = tuple(PartnerKind)
ACCOUNTS = list(product(ALL_CLOUDS, KINDS))


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book with named accounts in every cloud and no customer."""
    opened = Store(empty_book(sqlite_database))
    opened.open(list(ALL_CLOUDS))
    name_accounts(opened)
    return opened


def contoso(store: Store, cloud: str = "global", **fields: object) -> int:
    """Add a customer with a Microsoft ID, which Partner Center knows."""
    return add_customer(store, "Contoso", "contoso", cloud, **({"microsoft_id": ID} | fields))


def connect(store: Store, cloud: str = "global", kind: PartnerKind = KINDS[0]) -> None:
    with store.writing() as session:
        account = session.exec(select(PartnerAccount).where(PartnerAccount.cloud == cloud)).one()
        account.connected, account.kind = True, kind


def end_plan(
    store: Store, id: int, looked: dict[Obstacle, str] | None = None, at: datetime = NOW,
    reason: str = "sold",
) -> Plan:  # fmt: skip
    cloud = account_cloud(store, id)
    wish = EndingRequest(reason, looked or {})
    return plan_end(account_in(store, cloud), read_ending(store, id), wish, by(TESTER, at))


def account_cloud(store: Store, customer: int) -> str:
    with store.reading() as session:
        account = session.get_one(Customer, customer).account_id
        return session.get_one(PartnerAccount, account).cloud


def end(store: Store, id: int, at: datetime = NOW, reason: str = "sold") -> Outcome:
    return carry_out(store, end_plan(store, id, at=at, reason=reason))


def undo(store: Store, outcome: Outcome, at: datetime = NOW) -> Plan:
    return plan_undo(store, outcome.change_id or 0, by(TESTER, at))


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    tables = ("customers", "reseller_relationships", "changes", "outbox", "invitations")
    return [rows(store, f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608


def customers(store: Store) -> list[dict[str, object]]:
    """Return the stored customers, without how often they were written."""
    with store.reading() as session:
        return [row.model_dump(exclude={"version"}) for row in session.exec(select(Customer))]


# Who ends it, and where


@pytest.mark.parametrize(("cloud", "kind"), ACCOUNTS)
def test_by_hand_it_is_recorded_in_every_cloud_with_a_word_of_where_it_is_ended(
    book: Store, cloud: str, kind: PartnerKind
) -> None:
    name_accounts(book, kind=kind)
    id = contoso(book, cloud, microsoft_id=None)
    plan = end_plan(book, id)
    where = "end.by-hand" if cloud == "global" else "end.no-call"
    ask = ["end.kind"] if kind is PartnerKind.INDIRECT_RESELLER else []
    assert codes(plan) == [where, *ask, "end.not-looked"]
    assert plan.verdict is Verdict.WARNINGS
    assert (plan.calls, plan.take_back.possible) == ((), True)
    carry_out(book, plan)
    customer = customer_of(book, id)
    assert (customer.relationship_to_partner, customer.ended_at) == (Relationship.NONE, NOW)


@pytest.mark.parametrize(("cloud", "kind"), ACCOUNTS)
def test_a_connected_account_calls_where_there_is_a_call_and_is_refused_elsewhere(
    book: Store, cloud: str, kind: PartnerKind
) -> None:
    """The API allows it for direct bill partners and indirect providers, in global only
    (`reference/rules.md §2, §9`).
    """
    connect(book, cloud, kind)
    plan = end_plan(book, contoso(book, cloud))
    wrong = ["end.no-call"] * (cloud != "global")
    wrong += ["end.kind"] * (kind is PartnerKind.INDIRECT_RESELLER)
    assert codes(plan, refusing=True) == wrong
    before = everything(book)
    if wrong:
        assert (plan.steps, plan.calls) == ((), ())
        with pytest.raises(RefusedError):
            carry_out(book, plan)
        assert everything(book) == before
        return
    carry_out(book, plan)
    carry_out(book, plan)  # a repetition has no effect
    with book.reading() as session:
        call = session.exec(select(OutboxCall)).one()
    assert call.operation == Operation.REMOVE_RESELLER_RELATIONSHIP
    assert json.loads(call.arguments) == {"microsoft_id": ID}
    assert call.request_id == plan.by.plan_id
    assert not plan.take_back.possible


def test_the_call_needs_the_customers_id(book: Store) -> None:
    connect(book)
    plan = end_plan(book, contoso(book, microsoft_id=None))
    assert codes(plan, refusing=True) == ["end.no-id"]
    assert plan.calls == ()


# The checklist

R, S, A = Obstacle.RESERVATIONS, Obstacle.SOFTWARE, Obstacle.SUBSCRIPTIONS
NOTHING, UNKNOWN, STANDS = CheckState.SETTLED, CheckState.UNKNOWN, CheckState.IN_THE_WAY


@pytest.mark.parametrize(
    ("looked", "points", "earliest"),
    [
        ({}, [UNKNOWN, UNKNOWN, UNKNOWN], ""),
        ({R: "none", S: "none", A: "none"}, [NOTHING, NOTHING, NOTHING], ""),
        ({R: "none", A: "none"}, [NOTHING, UNKNOWN, NOTHING], ""),
        ({S: "active"}, [UNKNOWN, STANDS, UNKNOWN], "none"),
        ({S: "2027-01-01", A: "2026-12-24"}, [UNKNOWN, STANDS, STANDS], "2027-01-01"),
        ({R: "2026-11-23", A: "none"}, [STANDS, UNKNOWN, NOTHING], "2026-11-23"),
        ({R: "2026-11-22", S: "2020-01-01"}, [NOTHING, NOTHING, UNKNOWN], ""),
    ],
)
def test_each_point_is_settled_unknown_or_in_the_way(
    book: Store, looked: dict[Obstacle, str], points: list[CheckState], earliest: str
) -> None:
    id = contoso(book)
    before = everything(book)
    plan = end_plan(book, id, looked)
    assert [point.name for point in plan.checklist] == [
        "reservations", "software", "subscriptions", "relationship",
    ]  # fmt: skip
    assert [point.known for point in plan.checklist][:3] == points
    refusing = codes(plan, refusing=True)
    assert refusing == (["end.in-the-way"] if earliest else [])
    assert ("end.not-looked" in codes(plan)) == (UNKNOWN in points and not earliest)
    if not earliest:
        return
    with pytest.raises(RefusedError):
        carry_out(book, plan)
    assert everything(book) == before
    assert ("earliest day" in plan.reasons[-1].text) == (earliest != "none")
    if earliest != "none":
        assert f"The earliest day is {earliest}." in plan.reasons[-1].text
        then = datetime.fromisoformat(earliest).replace(tzinfo=UTC)
        assert codes(end_plan(book, id, looked, at=then), refusing=True) == []


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (EndingRequest(" \n"), "end.no-reason"),
        (EndingRequest("x" * 2001), "end.long-reason"),
        (EndingRequest("sold", {S: "perhaps"}), "end.unclear"),
        (EndingRequest("sold", {S: "\x1b[2J2027-02-30"}), "end.unclear"),
    ],
)
def test_a_wish_that_cannot_be_understood_is_refused(
    book: Store, wish: EndingRequest, code: str
) -> None:
    ending = read_ending(book, contoso(book))
    plan = plan_end(account_in(book), ending, wish, by(TESTER, NOW))
    assert code in codes(plan, refusing=True)
    assert plan.steps == ()
    assert "\x1b" not in "".join(reason.text for reason in plan.reasons)


# What is lost, and its text


def test_what_is_lost_is_said_and_delegated_admin_goes(book: Store) -> None:
    """DAP ends with the relationship, GDAP does not (`reference/rules.md §9, §10`)."""
    id = contoso(book, allow_delegated_access=True, added_at=days(-400))
    customer, account = customer_of(book, id), account_of(book)
    for name, status in (("Kept [b]", "active"), ("Over", "terminated")):
        said = {"name": name, "status": status, "end": "2027-02-01"}
        carry_out(book, plan_add_delegation(account, customer, said, by(TESTER, NOW), taken=False))
    plan = end_plan(book, id)
    assert plan.confirm == "contoso.onmicrosoft.com"
    assert plan.why == "sold"
    assert [word in " ".join(plan.losses) for word in ("list", "support", "DAP", "buy")] == [
        True
    ] * 4
    [named] = [reason for reason in plan.reasons if reason.code == "end.delegated-admin"]
    assert (named.source, named.refuses) == ("rules.md §10", False)
    assert named.text.endswith("look whether it ends too: Kept [b].")
    carry_out(book, plan)
    assert customer_of(book, id).allow_delegated_access is False
    [life] = lives_of(book, id)
    assert (life.began_at, life.ended_at, life.ended_by) == (days(-400), NOW, "tester")
    assert (life.reason, life.relationship_to_partner) == ("sold", "reseller")
    again = end_plan(book, id, at=days(1))
    assert codes(again, refusing=True) == ["end.ended"]
    assert "2026-11-22" in next(r.text for r in again.reasons if r.code == "end.ended")


def test_who_has_no_relationship_is_only_taken_off_the_list(book: Store) -> None:
    id = contoso(book, relationship_to_partner=Relationship.NONE)
    assert "end.none" in codes(end_plan(book, id))
    end(book, id)
    assert customer_of(book, id).ended_at == NOW


@pytest.mark.parametrize(("culture", "day"), [("en-GB", "2026-11-22"), ("de-DE", "22.11.2026")])
def test_the_notice_is_written_in_the_customers_language(
    book: Store, culture: str, day: str
) -> None:
    id = contoso(book)
    with book.writing() as session:
        session.add(BillingProfile(customer_id=id, email="a@contoso.example", culture=culture))
    ending = read_ending(book, id)
    letter = notice_letter(ending, NOW)
    assert (letter.language, day in letter.body, letter.link) == (culture[:2], True, "")
    assert notice_letter(ending, NOW, LetterLanguage("ru")).language == "ru"
    sent = carry_out(book, plan_notice(ending, letter, by(TESTER, NOW)))
    assert rows(book, "SELECT channel, operation FROM outbox") == [("mail", "send_letter")]
    assert codes(undo(book, sent), refusing=True) != []
    refused = plan_notice(ending, replace(letter, email="a@b\nBcc: c@d.example"), by(TESTER, NOW))
    assert (refused.verdict, refused.steps, refused.calls) == (Verdict.REFUSED, (), ())


# Coming back


def test_an_ending_is_taken_back_and_made_again(book: Store) -> None:
    id = contoso(book, allow_delegated_access=True)
    before = customers(book)
    ended = end(book, id)
    after = everything(book)[:2]
    back = carry_out(book, undo(book, ended, days(1)))
    assert customers(book) == before
    assert lives_of(book, id) == []
    carry_out(book, undo(book, back, days(2)))
    assert everything(book)[1] == after[1]
    assert findings(book) == []


def test_who_is_invited_again_and_accepts_has_two_lives_in_one_history(book: Store) -> None:
    first = invited(book, domain="contoso.onmicrosoft.com")
    id = contoso(book)
    accept(book, first, id, at=days(1))
    end(book, id, at=days(2), reason="moved")
    second = invited(book, at=days(3), customer_id=id, email="a@contoso.example")
    assert not invitation_of(book, second).related_before
    accept(book, second, at=days(9))
    customer = customer_of(book, id)
    assert (customer.relationship_to_partner, customer.ended_at) == ("reseller", None)
    assert [(life.invitation_id, life.began_at, life.ended_at, life.reason, life.state)
            for life in lives_of(book, id)] == [
        (first, days(1), days(2), "moved", "ended"), (second, days(9), None, "", "active"),
    ]  # fmt: skip
    assert rows(book, "SELECT count(*) FROM customers") == [(1,)]
    with book.reading() as session:
        told = session.exec(select(Change.kind).where(Change.customer_id == id)).all()
    assert list(told) == ["invitation", "ended", "invited", "invitation", "invitation"]
    assert findings(book) == []


def test_an_import_brings_an_ended_customer_back(book: Store, tmp_path: Path) -> None:
    id = contoso(book, added_at=days(-9))
    end(book, id)
    row = f"{ID},Contoso,contoso.onmicrosoft.com,Cloud Reseller"
    assert take_file(book, tmp_path, row.replace("Cloud Reseller", "None"), at=days(1)) == 0
    assert customer_of(book, id).ended_at == NOW
    take_file(book, tmp_path, row, at=days(2))
    customer = customer_of(book, id)
    assert (customer.relationship_to_partner, customer.ended_at) == ("reseller", None)
    end(book, id, at=days(5), reason="again")
    assert [(life.began_at, life.ended_at) for life in lives_of(book, id)] == [
        (days(-9), NOW),
        (None, days(5)),  # the start of the second one is not known
    ]


def test_an_acceptance_is_not_taken_back_over_what_came_after_it(book: Store) -> None:
    """The undo would delete an ended relationship, or leave two active ones."""
    id = contoso(book, allow_delegated_access=True)
    first, second = invited(book), invited(book, company="Another")
    accepted = accept(book, first, id)
    end(book, id, at=days(1))
    refused = undo(book, accepted, days(2))
    assert set(codes(refused, refusing=True)) == {"undo.changed-since"}
    assert refused.steps == ()
    accept(book, second, id, at=days(3))
    assert codes(undo(book, accepted, days(4)), refusing=True) == ["undo.changed-since"]


def test_an_acceptance_is_not_made_again_where_another_life_lasts(book: Store) -> None:
    id = contoso(book, allow_delegated_access=True)
    first, second = invited(book), invited(book, company="Another")
    taken_back = carry_out(book, undo(book, accept(book, first, id)))
    again = undo(book, taken_back)
    assert again.verdict is Verdict.ALLOWED
    accept(book, second, id)
    assert codes(undo(book, taken_back), refusing=True) == ["undo.lives"]
    with pytest.raises(ConflictError):  # an older plan fails, too
        carry_out(book, again)
    assert [life.invitation_id for life in lives_of(book, id)] == [second]


def test_two_lives_never_last_at_once_whatever_a_plan_says(book: Store) -> None:
    id = contoso(book)
    accept(book, invited(book), id)
    plan = end_plan(book, id)
    life = {"customer_id": id, "relationship_to_partner": "reseller", "ended_at": None}
    forged = replace(plan.steps[0], record=RELATIONSHIP, key={"id": None}, before=None, after=life)
    with pytest.raises(ConflictError):
        carry_out(book, replace(plan, steps=(forged,)))
    with closing(book.connect()) as connection:
        assert connection.rows("SELECT count(*) FROM reseller_relationships") == [(1,)]
    assert ResellerRelationship(customer_id=id).state == "active"
