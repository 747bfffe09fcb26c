"""Parsing database addresses, and hiding their passwords."""

from __future__ import annotations

import string
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import ExitCode, StoreError, UsageError
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import (
    PostgresServer,
    SqliteFile,
    has_password,
    masked,
    parse,
)

PASSWORDS = st.text(string.ascii_letters + string.digits + "!\"#$%&'()*+,-.:;<=>?@[]^_{|}~ ä").map(
    lambda tail: "Hush" + tail
)
"""Passwords as people type them, without a slash, which an address must have as %2F."""


# Parsing


def test_an_empty_address_is_the_persons_own_book(tmp_path: Path) -> None:
    assert parse("") == SqliteFile(paths.data_folder() / "book.db")
    assert parse("", tmp_path / "demo.db") == SqliteFile(tmp_path / "demo.db")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/var/book.db", "/var/book.db"),
        ("sqlite:////var/book.db", "/var/book.db"),
        ("sqlite:////var/my%20book.db", "/var/my book.db"),
        ("/var/100%25.db", "/var/100%25.db"),
    ],
)
def test_a_path_is_a_sqlite_file(text: str, path: str) -> None:
    assert parse(text) == SqliteFile(Path(path))


def test_a_path_is_taken_from_here_or_from_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse("book.db") == parse("sqlite:///book.db") == SqliteFile(tmp_path / "book.db")
    assert parse("~/book.db") == SqliteFile(Path.home() / "book.db")
    assert Path.home().is_relative_to(tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_is_named_in_each_of_its_spellings(scheme: str) -> None:
    server = parse(f"{scheme}://me@host:5433/book?sslmode=require")
    assert server == PostgresServer("postgresql://me@host:5433/book?sslmode=require")
    assert server.name == "postgresql://me@host:5433/book?sslmode=require"


@pytest.mark.parametrize("text", ["mysql://me@host/book", "http://host/", "postgresqls://host/x"])
def test_another_kind_of_database_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="of no known kind") as raised:
        parse(text)
    assert "postgresql+psycopg://" in raised.value.remedy
    assert raised.value.exit_code == ExitCode.WRONG_USE


# Hiding passwords


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:{bare}@host:5432/book",
        "postgresql://me:{quoted}@host/book",
        "postgresql://:{bare}@host/book",
        "postgresql+psycopg://me@company:{bare}@host/book?sslmode=require",
        "postgres://host/book?password={quoted}",
        "postgresql://host/book?user=me&password={quoted}&sslmode=require",
        "postgresql://host/book?sslkey=x&sslpassword={quoted}",
    ],
)
@given(password=PASSWORDS)
@example(password="Hush@h")
@example(password="Hush#1")
@example(password="Hush?x=y")
@example(password="Hush%")
@example(password="Hush:")
def test_what_is_shown_of_an_address_does_not_depend_on_its_password(
    address: str, password: str
) -> None:
    def written(password: str) -> str:
        return address.format(bare=password, quoted=quote(password, safe=""))

    server, other = parse(written(password)), parse(written("other"))
    assert has_password(written(password))
    assert masked(written(password)) == masked(written("other"))
    assert (server.name, repr(server), str(server)) == (other.name, repr(other), str(other))
    for said in (server.name, repr(server)):
        assert "***" in said
        assert "host" in said
        assert "/book" in said


@given(PASSWORDS)
def test_an_address_of_another_kind_is_refused_without_its_password(password: str) -> None:
    with pytest.raises(UsageError, match=r"address mysql://me:\*\*\*@host/book is of no"):
        parse(f"mysql://me:{password}@host/book")


@pytest.mark.parametrize("text", ["postgresql://me:Hush/x@host/b", "postgresql://me:1/Hush@host/b"])
def test_a_password_with_a_bare_slash_is_not_shown_either(text: str) -> None:
    assert "Hush" not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/var/a:b@c/book.db",
        "sqlite:////var/a:b@c/book.db",
        "postgresql://host/book",
        "postgresql://me@host:5432/book",
        "postgresql://me:@host/book",
        "postgresql://host:5432/book?user=me@company",
        "postgresql://me@[::1]:5432/book?application_name=a@b",
        "postgresql://me@host/book?passfile=/home/me/.pgpass",
        "postgresql://postgres:@/postgres?host=/tmp/folder",
        "postgresql://postgres:@/postgres?host=/tmp/me@host",
    ],
)
def test_an_address_without_a_password_is_shown_as_it_is(text: str) -> None:
    assert masked(text) == text
    assert not has_password(text)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:{}@127.0.0.1:1/book",
        "postgresql://me@company:{}@127.0.0.1:1/book",
        "postgresql://127.0.0.1:1/book?password={}",
    ],
)
@pytest.mark.parametrize("password", ["Hush", "Hush@1", "Hush#1", "Hush%", "Hush%zz", "%48ush :"])
def test_a_server_that_does_not_answer_is_said_without_the_password(
    address: str, password: str
) -> None:
    store = Store(parse(address.format(password)))
    with pytest.raises(StoreError) as opened:
        store.open(["global"])
    with pytest.raises(StoreError) as read, store.reading() as session:
        session.connection()
    for error in (opened.value, read.value):
        assert error.exit_code == ExitCode.OFFLINE
        assert "Look whether the server runs" in error.remedy
        assert "***" in error.message
        assert "refused" in error.message
        told = "".join(traceback.format_exception(error)) + repr(error)
        assert "Hush" not in told
        assert "48ush" not in told
