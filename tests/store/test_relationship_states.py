"""The state in a list (SQL) equals the state of the record (Python), at any time and scope."""

from __future__ import annotations

from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import speak
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import cell_text
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship, Invitation
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState, InvitationState
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN, INVITATIONS, TABS
from tests.support.books import NOW, fill_demo
from tests.support.relations import add_customer, days, name_accounts

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import ListSpec

MOMENTS = [days(number) for number in (0, 1, 6.9, 7, 30, 89.999, 90, 120, 400)]


def column_of(store: Store, spec: ListSpec, name: str, at: datetime) -> dict[int, Any]:
    """Return the value of a column for each row, as of `at`."""
    query = Query(spec, (1, 2, 3), NO_FILTER, spec.default_sort, at=to_millis(at))
    place = [column.name for column in spec.columns].index(name)
    with closing(store.connect()) as book:
        return {row.key: row.values[place] for row in query.walk(book)}


def test_an_invitation_is_in_the_list_as_it_is_itself(store: Store) -> None:
    name_accounts(store)
    made = [
        Invitation(
            account_id=1, company_name=f"{state} {reminded}", state=state, sent_at=NOW,
            reminded_at=days(10) if reminded else None, next_at=days(7),
        )
        for state, reminded in product(InvitationState, (False, True))
        if state is not InvitationState.LAPSED  # derived from time, never stored
    ]  # fmt: skip
    with store.writing() as session:
        session.add_all(made)
    for at in MOMENTS:
        listed = column_of(store, INVITATIONS, "state", at)
        steps = column_of(store, INVITATIONS, "next", at)
        for one in made:
            state = one.state_at(at)
            assert listed[one.id or 0] == state
            overdue = at >= days(7)
            assert steps[one.id or 0] == {
                "draft": "send",
                "sent": "remind" if overdue else "answer",
                "reminded": "remind" if overdue else "answer",
                "lapsed": "decide",
                "accepted": "link",
            }.get(state, "")


def test_a_delegated_admin_relationship_is_in_the_list_as_it_is_itself(store: Store) -> None:
    name_accounts(store)
    customer = add_customer(store, "Contoso", "contoso")
    cells = product(DelegatedAdminState, (None, days(1), days(90)), ("P0D", "P180D"), (None, NOW))
    made = [
        DelegatedAdminRelationship(
            account_id=1, customer_id=customer, display_name=f"{number}", status=status,
            end_date_time=end, auto_extend_duration=auto, requested_at=asked,
        )
        for number, (status, end, auto, asked) in enumerate(cells)
    ]  # fmt: skip
    with store.writing() as session:
        session.add_all(made)
    for at in MOMENTS:
        listed = column_of(store, DELEGATED_ADMIN, "status", at)
        assert listed == {one.id: one.status_at(at) for one in made}
    december = parse("ends:2026-12", DELEGATED_ADMIN, NOW)
    query = Query(DELEGATED_ADMIN, (1,), december, DELEGATED_ADMIN.default_sort)
    with closing(store.connect()) as book:
        assert query.count(book) == 0
        near = parse("ends:2026-11 -state:terminated", DELEGATED_ADMIN, NOW)
        in_november = Query(DELEGATED_ADMIN, (1,), near, DELEGATED_ADMIN.default_sort)
        assert in_november.count(book) == 9 * 4


@pytest.mark.parametrize("tab", TABS)
def test_each_account_has_rows_of_its_own(store: Store, tab: str) -> None:
    fill_demo(store, 200)
    spec = TABS[tab]
    with closing(store.connect()) as book:
        keys = [
            set(Query(spec, (id,), NO_FILTER, spec.default_sort).all_keys(book)) for id in (1, 2, 3)
        ]
        all_of_them = Query(spec, (1, 2, 3), NO_FILTER, spec.default_sort).all_keys(book)
        assert sorted(all_of_them) == sorted(key for mine in keys for key in mine)
        assert Query(spec, (), NO_FILTER, spec.default_sort).count(book) == 0
        some = tuple(all_of_them[:2])
        marked = Query(spec, (1, 2, 3), NO_FILTER, spec.default_sort, keys=some)
        assert sorted(marked.all_keys(book)) == sorted(some)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_cell_can_be_printed_in_both_languages(store: Store, language: str) -> None:
    fill_demo(store, 200)
    speak(language)
    for spec in TABS.values():
        query = Query(spec, (1, 2, 3), NO_FILTER, spec.default_sort, at=to_millis(NOW))
        with closing(store.connect()) as book:
            for row in query.window(book, 0, 50):
                for column, value in zip(spec.columns, row.values, strict=True):
                    text = cell_text(column, value, NOW)
                    assert shown(text) == text
    ends = DELEGATED_ADMIN.column("ends")
    marks = []
    for number in (31, 30, 7, 1):
        text = cell_text(ends, to_millis(days(number)), NOW)
        marks.append(text[: text.count("!")])
    assert marks == ["", "!", "!!", "!!!"]
