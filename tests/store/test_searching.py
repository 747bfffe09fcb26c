"""Every search strategy returns the rows of the plain query."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists import deep_paging as far_places
from partnerdesk.models.lists import search as searching
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.row_source import RowsRequest
from partnerdesk.models.lists.search import Search
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.lists.trigrams import index_hint
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import NOW, fill_demo
from tests.support.depth import times
from tests.support.empty_book import empty_book, empty_book_on_the_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.models.database.connection import Connection

SORTS = st.builds(
    Sort, st.sampled_from([column.name for column in CUSTOMERS.sortable()]), st.booleans()
)
ACCOUNTS = st.sampled_from([(1,), (3,), (1, 2, 3)])
WORDS = ("e", "zq", "onmic", "gmbh", "fab", "4a", "a1f", "4-a", "ов", "日", "%", '""""', "#")
TYPED = (
    "gmbh", "city", "onmicrosoft", "abcdef", "4a1f-4", "be fab", "tag:vip gmb", "-gmbh a", "ов",
    "nov gmbh", "country:de co",
)  # fmt: skip
FIELDS = (
    "country:de", "-country:de", "relationship:none", "seen>30d", "seen:never", "tag:vip",
    "-tag:vip", "company:gm", "domain:con", "id:4a", "dap:no", "reseller:nova",
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path_factory.mktemp("searching") / "book.db"
            store = Store(empty_book(SqliteFile(file)))
        else:
            store = Store(stack.enter_context(empty_book_on_the_server()))
            with store.writing_engine.begin() as connection:  # as a server with pg_trgm has it
                connection.execute(sql("CREATE INDEX customers_words ON customers (id)"))
        fill_demo(store, 700)
        yield store


@pytest.fixture(scope="module")
def book(store: Store) -> Iterator[Connection]:
    with closing(store.connect()) as connection:
        yield connection


@pytest.fixture(scope="module")
def helper(store: Store) -> Iterator[Reader]:
    with closing(Reader(store)) as reader:
        yield reader


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits, so that a small book uses all search strategies."""
    monkeypatch.setattr(searching, "FEW", 25)
    monkeypatch.setattr(searching, "FIRST_BLOCK", 5)
    monkeypatch.setattr(searching, "LARGE_BLOCK", 20)
    monkeypatch.setattr(searching, "NOT_FAR", 30)
    monkeypatch.setattr(searching, "WORTH_LOOKING_UP", 60)
    monkeypatch.setattr(far_places, "FAR", 30)
    monkeypatch.setattr(far_places, "NEAR", 3)
    monkeypatch.setattr(far_places, "MILESTONES", 4)


@st.composite
def filters(draw: st.DrawFn) -> str:
    terms = st.sampled_from([*WORDS, *FIELDS, "-gmbh", "-e"])
    words = draw(st.lists(terms, max_size=3))
    if len(words) > 1 and draw(st.booleans()):
        words.insert(1, "or")
    return " ".join(words)


@settings(max_examples=times(100))
@given(text=filters(), sort=SORTS, accounts=ACCOUNTS, place=st.floats(0, 1), more=st.data())
def test_every_way_finds_the_same_rows(
    book: Connection, text: str, sort: Sort, accounts: tuple[int, ...], place: float,
    more: st.DataObject,
) -> None:  # fmt: skip
    query = Query(CUSTOMERS, accounts, parse(text.strip(), CUSTOMERS, NOW), sort)
    rows = list(query.walk(book))
    search = Search(query)
    at = int(place * len(rows)) if rows else 0
    key = rows[at].key if at < len(rows) else 0
    before, after = more.draw(st.integers(0, 9)), more.draw(st.integers(1, 30))
    enough = more.draw(st.integers(1, after) | st.just(0))
    opening = search.opening(book, RowsRequest(key, before, after, enough))
    at = at if key else 0
    first = max(at - before, 0) if key and not enough else at - opening.cursor
    whole = rows[first : at + after + (0 if key else before)]
    assert opening.rows == whole[: len(opening.rows)]
    assert len(opening.rows) - opening.cursor >= min(enough or after, len(rows) - at)
    assert opening.start in (None, first)
    assert opening.total in (None, len(rows))
    if opening.rows and key:
        assert opening.rows[opening.cursor].key == key
        assert search.place_of_row(book, opening.rows[0]) == first
    assert search.count(book) == len(rows)
    start, length = more.draw(st.integers(0, len(rows) + 3)), more.draw(st.integers(1, 20))
    held = [(first, opening.rows[0])] if opening.rows else []
    found = search.window(book, start, length, len(rows), held)
    assert found == rows[start : start + length]
    if rows:
        assert search.place_of_key(book, rows[-1].key) == len(rows) - 1


@settings(max_examples=times(40))
@given(
    text=st.sampled_from(["", "gmbh", "-vip", "seen<60d"]),
    sort=SORTS,
    accounts=ACCOUNTS,
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 40)), min_size=2, max_size=9),
)
def test_places_found_from_places_found_before_are_right(
    book: Connection, text: str, sort: Sort, accounts: tuple[int, ...],
    places: list[tuple[float, int]],
) -> None:  # fmt: skip
    query = Query(CUSTOMERS, accounts, parse(text, CUSTOMERS, NOW), sort)
    rows = list(query.walk(book))
    search = Search(query)
    for place, length in places:
        start = int(place * max(len(rows) - 1, 0))
        found = search.window(book, start, length, len(rows), ())
        assert [row.key for row in found] == [row.key for row in rows[start : start + length]]


@settings(max_examples=times(60))
@given(words=st.sampled_from(TYPED), sort=SORTS, accounts=ACCOUNTS, more=st.data())
def test_typed_on_the_same_rows_are_found(
    book: Connection, helper: Reader, words: str, sort: Sort, accounts: tuple[int, ...],
    more: st.DataObject,
) -> None:  # fmt: skip
    search: Search | None = None
    for length in range(1, len(words) + 1):
        text = words[:length].strip()
        if text.endswith(":"):
            continue
        query = Query(CUSTOMERS, accounts, parse(text, CUSTOMERS, NOW), sort)
        rows = list(query.walk(book))
        search = Search(query, helper, search)
        key = more.draw(st.sampled_from([0, *(row.key for row in rows)]))
        opening = search.opening(book, RowsRequest(key, 4, 6))
        at = next((place for place, row in enumerate(rows) if row.key == key), 0)
        first = max(at - 4, 0) if key else 0
        assert opening.start in (None, first), text
        assert opening.rows == rows[first : at + (6 if key else 10)], text


@pytest.mark.parametrize(
    ("text", "wider", "narrows"),
    [
        ("gmbh", "gm", True), ("gmbh", "gm b", True), ("gm", "gmbh", False),
        ("berlin gmbh", "gm", True), ("gmx", "gm berlin", False), ("gm -x", "gm", True),
        ("-gmbh", "-gm", False), ("gm or x", "gm", False), ("gmbh", "gm or x", False),
        ("tag:vip gm", "tag:vip", True), ("tag:vip", "tag:vi", False), ("gm", "", False),
        ("beef", "bee", False), ("beefy", "bee", True), ("12345678", "12345", False),
    ],
)  # fmt: skip
def test_a_filter_narrows_what_all_its_rows_pass(text: str, wider: str, narrows: bool) -> None:
    filters = [parse(one, CUSTOMERS, NOW) for one in (text, wider)]
    assert filters[0].narrows(filters[1]) is narrows


@settings(max_examples=times(200))
@given(
    word=st.text(min_size=1, max_size=12).filter(fold) | st.sampled_from(WORDS[:-2]),
    other=st.sampled_from(FIELDS),
)
def test_the_index_of_words_leaves_no_row_out(book: Connection, word: str, other: str) -> None:
    doubled = word.replace('"', '""')
    chosen = parse(f'"{doubled}" or {other}', CUSTOMERS, NOW)
    for some in (chosen, parse(f'"{doubled}"', CUSTOMERS, NOW)):
        where = index_hint(some, CUSTOMERS, book)
        plain = Query(CUSTOMERS, (1, 2, 3), some, Sort("company"))
        if where is not None:
            assert replace(plain, hint=where.holds("c.id")).count(book) == plain.count(book)
