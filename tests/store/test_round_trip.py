"""Export, import, export again: the same bytes in every format, for any data."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Actor
from partnerdesk.models.customers.entities import Customer, Relationship, Tag
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.store import Store
from partnerdesk.models.importing.customers import carry_out_import, plan_import
from partnerdesk.models.importing.hints import FileHints
from partnerdesk.models.lists.export import FORMATS, chosen_columns, export
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.sheets import read_sheet
from tests.conftest import CLOUDS
from tests.support.depth import times

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.settings.database_url import SqliteFile

AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
COLUMNS = ("id", "company", "domain", "country", "relationship", "tag", "reseller")
"""The columns that an import can read; the others are internal to the book."""
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40),
    st.sampled_from(
        ["=1+1", "'=1+1", "''-x", "@SUM(A1)", "+49 30", "a;b\tc,d", 'say "no"', "[bold]x[/]",
         "sep=;", "\x1b[2J", "Total", "Итого", "#TYPE x", "Müller\nSöhne", "株式会社", "<r>x</r>",
         "_x000D_",
         "1", "TRUE", "{}", "[]", "null", "Company name", "🙂", "\u202eevil", "ÄÖÜ"]
    ),
)  # fmt: skip
RESELLERS = st.one_of(st.just(""), NAMES)
numbers = itertools.count(1)


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    store = Store(sqlite_database)
    store.open(CLOUDS)
    return store


def new_account(store: Store) -> int:
    account = PartnerAccount(cloud="global")
    with store.writing() as session:
        session.add(account)
    assert account.id is not None
    return account.id


def kept(text: str) -> str:
    """Return a text as it is stored: stripped, and never empty."""
    return text.strip() or "x"


def exported(store: Store, account: int, path: Path, *, portal: bool) -> bytes:
    names = None if portal else COLUMNS
    query = Query(CUSTOMERS, (account,), NO_FILTER, Sort("company"))
    with closing(store.connect()) as connection:
        export(connection, query, path, columns=chosen_columns(CUSTOMERS, names),
               format=path.suffix[1:], overwrite=True)  # fmt: skip
    return path.read_bytes()


@given(
    names=st.lists(st.tuples(NAMES, RESELLERS), min_size=1, max_size=6),
    ending=st.sampled_from(FORMATS),
    portal=st.booleans(),
    tags=st.lists(st.sampled_from(["VIP", "a b", "Ü-1", "=x", "№"]), unique=True, max_size=3),
)
@example(names=[("Total", "")], ending="csv", portal=False, tags=[])
@example(names=[("A;B", "c\td")], ending="csv", portal=True, tags=["=x"])
@example(names=[('{"a": 1}', "")], ending="json", portal=True, tags=[])
@settings(
    max_examples=times(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_book_goes_out_and_comes_back_the_same(
    book: Store, tmp_path: Path, names: list[tuple[str, str]], ending: str, tags: list[str], *,
    portal: bool,
) -> None:  # fmt: skip
    first, second = new_account(book), new_account(book)
    with book.writing() as session:
        for name, reseller in names:
            number = next(numbers)
            customer = Customer(
                account_id=first,
                microsoft_id=f"{number:08x}-1111-4222-8333-444444444444",
                company_name=kept(name),
                primary_domain=f"c{number}.example",
                country="DE" if number % 2 else "",
                relationship_to_partner=list(Relationship)[number % 6],
                indirect_reseller=reseller.strip(),
            )
            session.add(customer)
            session.flush()
            session.add_all(Tag(customer_id=customer.id or 0, name=tag) for tag in tags)
    path = tmp_path / f"book.{ending}"
    before = exported(book, first, path, portal=portal)
    sheet = read_sheet(path, hints=FileHints())
    assert sheet.source.text is None or not sheet.source.text.is_guess
    plan = plan_import(book, second, sheet)
    assert (plan.refused_rows, plan.passed.lines, plan.new) == ([], [], len(names))
    carry_out_import(book, plan, Actor("tester", ""), AT)
    assert exported(book, second, path, portal=portal) == before
    with book.reading() as session:
        texts = session.exec(
            select(Customer.company_name).where(Customer.account_id == second)
        ).all()
    assert sorted(texts) == sorted(kept(name) for name, _reseller in names)
