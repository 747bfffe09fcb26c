"""Matching invitations with new customers: closed automatically, or only suggested."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.close_invitations import close_matched
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import plan_accept, plan_decline
from partnerdesk.models.relationships.lifecycles import InvitationState
from partnerdesk.models.relationships.lists import INVITATIONS
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.forms import account_in, add
from tests.support.relations import (
    LINK,
    WITHOUT,
    accept,
    add_customer,
    codes,
    customer_of,
    days,
    findings,
    invitation_of,
    invite,
    invited,
    lives_of,
    name_accounts,
    take_file,
)
from tests.support.statements import rows

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.settings.database_url import SqliteFile

ID = "aaaaaaaa-1111-4222-8333-444444444444"
OTHER_ID = "bbbbbbbb-1111-4222-8333-444444444444"
RESELLER = "Cloud Reseller"


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book with named accounts and no customer."""
    opened = Store(empty_book(sqlite_database))
    opened.open(CLOUDS)
    name_accounts(opened)
    return opened


def line(name: str, prefix: str, relation: str = RESELLER, id: str = ID) -> str:
    return f"{id},{name},{prefix}.onmicrosoft.com,{relation}"


def state(store: Store, invitation: int) -> tuple[InvitationState, int | None]:
    found = invitation_of(store, invitation)
    return InvitationState(found.state), found.customer_id


def next_step(store: Store, invitation: int) -> str:
    """Return the next step of an invitation in the list."""
    connection = store.connect()
    query = Query(INVITATIONS, (1,), NO_FILTER, INVITATIONS.default_sort, keys=(invitation,))
    [row] = query.window(connection, 0, 10)
    place = [column.name for column in INVITATIONS.columns].index("next")
    connection.close()
    return str(row.values[place])


ACCEPTED = (InvitationState.ACCEPTED, 1)
SENT = (InvitationState.SENT, None)


@pytest.mark.parametrize(
    ("knows", "row", "closed"),
    [
        ({"microsoft_id": ID}, line("Quite another name", "other"), True),
        ({"microsoft_id": f"{{{ID.upper()}}}"}, line("Neue Firma", "neue"), True),
        ({"domain": "neue.onmicrosoft.com"}, line("Quite another name", "Neue"), True),
        ({"domain": "NEUE.onmicrosoft.com."}, line("Neue Firma", "neue"), True),
        ({}, line("NEUE  FIRMA", "neue"), False),
        ({}, line("Néue Firma", "neue"), False),
        ({"domain": "neue.onmicrosoft.com"}, line("Neue Firma", "neue", "None"), False),
        ({"domain": "neue.onmicrosoft.com"}, line("Neue Firma", "neue", "Advisor"), True),
        ({"microsoft_id": OTHER_ID}, line("Somebody", "somebody"), False),
    ],
)
def test_a_tenant_or_a_domain_is_certain_and_a_name_is_only_offered(
    book: Store, tmp_path: Path, knows: dict[str, Any], row: str, *, closed: bool
) -> None:
    id = invited(book, **knows)
    assert take_file(book, tmp_path, row, at=days(3)) == closed
    assert state(book, id) == (ACCEPTED if closed else SENT)
    assert [life.invitation_id for life in lives_of(book, 1)] == ([id] if closed else [])
    assert findings(book) == []


def test_a_name_is_confirmed_by_a_person(book: Store, tmp_path: Path) -> None:
    id = invited(book)
    take_file(book, tmp_path, line("Neue Firma", "neue"))
    assert next_step(book, id) == "confirm"
    assert [(who.id, sure) for who, sure in read_invitation(book, id).likely] == [(1, False)]
    accept(book, id, at=days(4))
    assert state(book, id) == ACCEPTED
    [life] = lives_of(book, 1)
    assert (life.invitation_id, life.began_at, life.state) == (id, days(4), "active")
    assert invitation_of(book, id).closed_at == days(4)


def test_of_two_of_one_name_a_person_says_which(book: Store, tmp_path: Path) -> None:
    id = invited(book)
    take_file(book, tmp_path, line("Neue Firma", "neue"), line("neue firma", "neu", id=OTHER_ID))
    plan = plan_accept(read_invitation(book, id), by(TESTER, NOW))
    assert codes(plan, refusing=True) == ["invitation.several"]
    assert "neue.onmicrosoft.com (1), neu.onmicrosoft.com (2)" in plan.reasons[0].text
    assert plan.steps == ()
    accept(book, id, 2)
    assert state(book, id) == (InvitationState.ACCEPTED, 2)


def test_two_that_are_certain_are_not_chosen_between(book: Store, tmp_path: Path) -> None:
    id = invited(book, microsoft_id=ID, domain="neue.onmicrosoft.com")
    rows_of_both = line("A", "other"), line("B", "neue", id=OTHER_ID)
    assert take_file(book, tmp_path, *rows_of_both) == 0
    assert [sure for _who, sure in read_invitation(book, id).likely] == [True, True]


def test_an_invited_customer_whose_relationship_begins_closes_its_invitation(
    book: Store, tmp_path: Path
) -> None:
    assert take_file(book, tmp_path, line("Neue Firma", "neue", "None")) == 0
    id = invited(book, customer_id=1, email="a@b.example", link=WITHOUT)
    assert take_file(book, tmp_path, line("Renamed", "neue", "None"), at=days(1)) == 0
    assert take_file(book, tmp_path, line("Renamed", "neue"), at=days(2)) == 1
    assert state(book, id) == ACCEPTED
    [life] = lives_of(book, 1)
    assert (life.invitation_id, life.began_at) == (id, days(2))
    assert customer_of(book, 1).allow_delegated_access is None  # the invitation did not ask for it
    assert take_file(book, tmp_path, line("Renamed again", "neue"), at=days(3)) == 0


def test_a_customer_added_by_the_form_closes_its_invitation(book: Store) -> None:
    id = invited(book, company="Oliveira", domain="oliveira.onmicrosoft.com")
    customer = add(book)
    assert state(book, id) == (InvitationState.ACCEPTED, customer)
    assert customer_of(book, customer).allow_delegated_access is True  # part of the invitation


def test_delegated_admin_that_is_asked_for_again_is_never_closed_by_itself(
    book: Store, tmp_path: Path
) -> None:
    take_file(book, tmp_path, line("Neue Firma", "neue"))
    id = invited(book, domain="neue.onmicrosoft.com")
    assert invitation_of(book, id).related_before
    assert take_file(book, tmp_path, line("Renamed", "neue")) == 0
    assert next_step(book, id) == "answer"
    accept(book, id, at=days(1))
    assert customer_of(book, 1).allow_delegated_access is True
    assert lives_of(book, 1) == []  # the relationship is older than the invitation


def test_drafts_and_closed_invitations_are_left_alone(book: Store, tmp_path: Path) -> None:
    draft = invite(book, domain="neue.onmicrosoft.com")
    declined = invited(book, domain="neue.onmicrosoft.com")
    carry_out(book, plan_decline(read_invitation(book, declined), by(TESTER, NOW)))
    assert take_file(book, tmp_path, line("Neue Firma", "neue")) == 0
    assert [state(book, id)[0] for id in (draft, declined)] == ["draft", "declined"]


def test_accepted_before_the_customer_is_in_the_book_it_is_linked_later(
    book: Store, tmp_path: Path
) -> None:
    id = invited(book, domain="neue.onmicrosoft.com")
    plan = plan_accept(read_invitation(book, id), by(TESTER, days(2)))
    assert (plan.verdict, codes(plan)) == (Verdict.WARNINGS, ["invitation.not-there"])
    carry_out(book, plan)
    assert next_step(book, id) == "link"
    again = plan_accept(read_invitation(book, id), by(TESTER, days(3)))
    assert again.changes_nothing
    assert take_file(book, tmp_path, line("Neue Firma", "neue"), at=days(9)) == 1
    assert state(book, id) == ACCEPTED
    [life] = lives_of(book, 1)
    assert (life.began_at, invitation_of(book, id).closed_at) == (days(2), days(2))


def test_accepted_and_then_there_by_name_only_it_is_offered(book: Store, tmp_path: Path) -> None:
    id = invited(book)
    accept(book, id)
    assert next_step(book, id) == "link"
    assert take_file(book, tmp_path, line("Neue Firma", "neue"), at=days(9)) == 0
    assert next_step(book, id) == "confirm"
    accept(book, id, at=days(10))
    assert (state(book, id), next_step(book, id)) == (ACCEPTED, "")


def test_several_invitations_of_one_customer_make_one_life(book: Store, tmp_path: Path) -> None:
    first, second = (invited(book, domain="neue.onmicrosoft.com") for _time in range(2))
    third = invited(book)
    assert take_file(book, tmp_path, line("Neue Firma", "neue"), at=days(1)) == 2
    assert state(book, first) == state(book, second) == ACCEPTED
    accept(book, third, at=days(2))
    assert state(book, third) == ACCEPTED
    assert [life.invitation_id for life in lives_of(book, 1)] == [first]


def test_what_was_closed_by_itself_and_taken_back_is_not_closed_again(
    book: Store, tmp_path: Path
) -> None:
    id = invited(book, domain="neue.onmicrosoft.com")
    take_file(book, tmp_path, line("Neue Firma", "neue"))
    [[change]] = rows(book, "SELECT max(id) FROM changes")
    carry_out(book, plan_undo(book, change, by(TESTER, days(1))))
    assert state(book, id) == SENT
    assert lives_of(book, 1) == []
    assert take_file(book, tmp_path, line("Renamed", "neue"), at=days(2)) == 0
    assert next_step(book, id) == "confirm"
    accept(book, id, at=days(3))  # a person can still accept it
    assert state(book, id) == ACCEPTED


def test_another_accounts_customer_closes_nothing(book: Store) -> None:
    id = invited(book, domain="neue.onmicrosoft.us")
    add_customer(book, "Neue Firma", "neue", "us-gov")
    accounts = [account_in(book, cloud).id for cloud in CLOUDS]
    assert close_matched(book, accounts, TESTER, NOW) == 0
    assert state(book, id) == SENT


def test_two_who_see_the_customer_come_record_it_once(store: Store) -> None:
    name_accounts(store)
    ids = [invited(store, company=f"C{n}", domain=f"c{n}.example", link=LINK) for n in range(6)]
    for number in range(6):
        add_customer(store, f"C{number}", f"c{number}.example")
    start, closed = threading.Barrier(2), []

    def work() -> None:
        own = Store(store.database)
        start.wait()
        closed.append(close_matched(own, [1], TESTER, days(1)))

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(closed) == len(ids)
    assert {state(store, id)[0] for id in ids} == {InvitationState.ACCEPTED}
    lives = rows(store, "SELECT invitation_id, count(*) FROM reseller_relationships GROUP BY 1")
    assert sorted(lives) == [(id, 1) for id in ids]
    assert findings(store) == []
    assert rows(store, "SELECT DISTINCT why FROM changes WHERE kind = 'invitation'") == [
        ("",),
        ("The customer came into the book.",),
    ]
