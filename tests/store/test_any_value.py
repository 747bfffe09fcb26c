"""Any value in any column of a book is shown, and the check names what is wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.database import value_check
from partnerdesk.models.operations.registry import LISTS, tables
from tests.support.any_value import (
    BAD_TEXT,
    HOSTILE,
    PAGES,
    columns,
    keys_of,
    spoil,
    texts_of_list,
    texts_of_lists,
    texts_of_page,
)
from tests.support.books import demo_desk
from tests.support.commands import run
from tests.support.depth import deep, times

if TYPE_CHECKING:
    from pathlib import Path


MANY = 60
"""Enough customers that every kind of record is in the book."""


def refuse_unsafe(text: str) -> None:
    assert not any(letter in "\x00\x07\x1b" for letter in text), text[:99]


@pytest.mark.parametrize(
    "first", [pytest.param(at, marks=() if at % 5 == 0 else deep) for at in range(len(HOSTILE))]
)
async def test_lists_and_pages_show_whatever_a_column_holds(tmp_path: Path, first: int) -> None:
    """In each book, a column has another value than in the others."""
    desk = demo_desk(tmp_path, MANY)
    values = [*HOSTILE.values()]
    for place in range(len(values)):
        where = [one for at, one in enumerate(columns()) if (at + first) % len(values) == place]
        spoil(desk.store.database.path, values[place], where, lambda at: 3 * at)  # type: ignore[union-attr]
    await desk.open()
    for text in texts_of_lists(desk):
        refuse_unsafe(text)
    for table in PAGES:
        for key in keys_of(desk, table):
            assert await texts_of_page(desk, table, key)
    desk.close()


async def test_a_record_that_points_nowhere_is_said_to_be_damaged(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, MANY)
    points = [(t.name, c.name) for t in tables() for c in t.columns if c.foreign_keys]
    points = [(table, name) for table, name in points if (table, name) != ("tags", "customer_id")]
    spoil(desk.store.database.path, "abc", points)  # type: ignore[union-attr]
    await desk.open()
    assert list(texts_of_lists(desk))
    said = set()
    for table in PAGES:
        for key in keys_of(desk, table):
            try:
                await texts_of_page(desk, table, key)
            except AppError as error:
                said.add(error.remedy)
    assert any("database check" in remedy for remedy in said), said
    desk.close()


def test_the_check_names_each_value_of_a_wrong_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(value_check, "LISTED", 1_000)
    book = demo_desk(tmp_path, MANY).store.database.path  # type: ignore[union-attr]
    spoiled = spoil(book, b"x", columns())
    assert len(spoiled) > 100
    lines = run("database", "check", "--database", book).lines
    named = {
        (line.split()[0], line.split(": ")[1].split()[0]) for line in lines if " is not " in line
    }
    assert named == spoiled


def test_the_check_says_what_the_attack_left(tmp_path: Path) -> None:
    book = demo_desk(tmp_path, MANY).store.database.path  # type: ignore[union-attr]
    with closing(sqlite3.connect(book)) as raw, raw:
        raw.create_function("fold", 1, str)
        raw.execute("UPDATE customers SET seen_at = 'yesterday' WHERE id = 1")
        raw.execute("UPDATE customers SET seen_at = 9223372036854775807 WHERE id = 2")
        raw.execute("UPDATE customers SET company_name = x'00ff1b' WHERE id = 3")
        raw.execute("UPDATE customers SET relationship_to_partner = 'friend' WHERE id = 4")
        raw.execute("UPDATE notes SET author = CAST(x'ff' AS TEXT) WHERE id = 1")
    found = run("database", "check", "--database", book)
    assert found.lines == [
        "customers 1: seen_at is not a moment: yesterday",
        "customers 2: seen_at is not a moment: 9223372036854775807",
        "customers 3: company_name is not text: x'00ff1b'",
        "customers 4: relationship_to_partner is not one of its values: friend",
        "notes: a text is no UTF-8.",
    ]
    listed = run(
        "customers", "list", "--database", book, "--columns", "company,seen", "--cloud", "all"
    )
    assert listed.code == 0
    for shown in ("yesterday", "9223372036854775807", "x'00ff1b'"):
        assert shown in listed.out


def test_of_many_wrong_values_some_are_named(tmp_path: Path) -> None:
    book = demo_desk(tmp_path, MANY).store.database.path  # type: ignore[union-attr]
    with closing(sqlite3.connect(book)) as raw, raw:
        raw.execute("UPDATE customers SET seen_at = 'x'")
    lines = run("database", "check", "--database", book).lines
    assert len(lines) == value_check.LISTED + 1
    assert lines[-1] == "customers: there are more such values."


def test_a_damaged_name_can_be_set_right(tmp_path: Path) -> None:
    book = demo_desk(tmp_path, MANY).store.database.path  # type: ignore[union-attr]
    with closing(sqlite3.connect(book)) as raw, raw:
        raw.execute("UPDATE billing_profiles SET email = x'00ff' WHERE customer_id = 1")
        raw.execute(
            "UPDATE billing_profiles SET first_name = CAST(x'ff' AS TEXT) WHERE customer_id = 1"
        )
        (domain,) = raw.execute("SELECT primary_domain FROM customers WHERE id = 1").fetchone()
    done = run("customers", "edit", domain, "--email", "a@vega.com", "--first-name", "Anna",
               "--database", book)  # fmt: skip
    assert done.code == 0, done.err
    with closing(sqlite3.connect(book)) as raw:
        query = "SELECT email, first_name FROM billing_profiles WHERE customer_id = 1"
        assert raw.execute(query).fetchone() == ("a@vega.com", "Anna")


VALUES = (
    st.binary(max_size=40) | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.none()
    | st.text(max_size=40) | st.just(BAD_TEXT)
)  # fmt: skip


@settings(max_examples=times(60, 12))
@given(
    value=VALUES,
    where=st.lists(st.sampled_from(columns()), min_size=1, max_size=6),
    row=st.integers(0, 30),
)
@pytest.mark.parametrize("name", ["customers", "changes", "invitations"])
def test_any_value_in_any_column_of_any_row(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any,
    where: list[tuple[str, str]], row: int,
) -> None:  # fmt: skip
    desk = demo_desk(tmp_path_factory.mktemp("any"), MANY)
    spoil(desk.store.database.path, value, where, lambda _place: row)  # type: ignore[union-attr]
    spec = LISTS[name]
    for text in texts_of_list(desk, spec, [spec.default_sort]):
        refuse_unsafe(text)
    desk.close()
