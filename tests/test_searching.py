"""Whichever way the rows of a filter are found, they are those that the plain query says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import searching
from models.customer_list import CUSTOMERS
from models.database_url import SqliteFile
from models.filters import parse
from models.lists import Sort
from models.plain import fold
from models.queries import Query
from models.searching import Search
from models.sources import Wish
from models.store import Store
from models.word_index import lead
from tests.books import NOW, fill_demo
from tests.empty_book import empty_book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from models.connection import Connection

SORTS = st.builds(
    Sort, st.sampled_from([column.name for column in CUSTOMERS.sortable()]), st.booleans()
)
ACCOUNTS = st.sampled_from([(1,), (3,), (1, 2, 3)])
WORDS = ("e", "zq", "onmic", "gmbh", "fab", "4a", "a1f", "ов", "日", "%", '""""', "#")
FIELDS = (
    "country:de", "-country:de", "relationship:none", "seen>30d", "seen:never", "tag:vip",
    "-tag:vip", "company:gm", "domain:con", "id:4a", "dap:no", "reseller:nova",
)  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder: Path = tmp_path_factory.mktemp("searching")
    store = Store(empty_book(SqliteFile(folder / "book.db")))
    fill_demo(store, 700)
    connection = store.connect()
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows are few, and so short is a block, that all ways are gone."""
    monkeypatch.setattr(searching, "FEW", 25)
    monkeypatch.setattr(searching, "BLOCKS", (5, 10))
    monkeypatch.setattr(searching, "LAST_BLOCK", 20)
    monkeypatch.setattr(searching, "WORTH_LOOKING_UP", 60)
    monkeypatch.setattr(searching, "FAR", 30)


@st.composite
def filters(draw: st.DrawFn) -> str:
    terms = st.sampled_from([*WORDS, *FIELDS, "-gmbh", "-e"])
    words = draw(st.lists(terms, min_size=1, max_size=3))
    if len(words) > 1 and draw(st.booleans()):
        words.insert(1, "or")
    return " ".join(words)


@settings(max_examples=150)
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
    opening = search.opening(book, Wish(key, before, after, enough))
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
        assert search.position_of(book, rows[-1].key) == len(rows) - 1


@settings(max_examples=200)
@given(
    word=st.text(min_size=1, max_size=12).filter(fold) | st.sampled_from(WORDS[:-2]),
    other=st.sampled_from(FIELDS),
)
def test_the_index_of_words_leaves_no_row_out(book: Connection, word: str, other: str) -> None:
    doubled = word.replace('"', '""')
    chosen = parse(f'"{doubled}" or {other}', CUSTOMERS, NOW)
    for some in (chosen, parse(f'"{doubled}"', CUSTOMERS, NOW)):
        where = lead(some, CUSTOMERS, book)
        plain = Query(CUSTOMERS, (1, 2, 3), some, Sort("company"))
        if where is not None:
            assert replace(plain, lead=where.sought()).count(book) == plain.count(book)
            assert replace(plain, lead=where.looked_up()).count(book) == plain.count(book)
