"""Bad input: a command reports it in plain words with a remedy, and loses no data."""

from __future__ import annotations

import csv
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.entities import CompanyProfile, Note
from partnerdesk.models.database import connection as connections
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import PostgresServer, SqliteFile
from tests.support.commands import (
    COMMAND,
    CUSTOMERS,
    HOUSE,
    IN_ORDER,
    Result,
    run,
    small_book,
    spawn,
)
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.settings.database_url import Database

HOSTILE = "\x1b[2J\x1b]0;gone\x07\r\x9b31m\u202e"
"""Sequences that clear the screen, set the title, ring, overwrite, colour and reverse a line."""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "book.db")


def assert_harmless(text: str) -> None:
    """Check that `text` contains no control sequences."""
    assert [line for line in text.split("\n") if shown(line) != line] == []


def assert_plain(result: Result, code: int, *parts: str, remedy: str = "") -> None:
    """Check that a command failed with one plain message, followed by the remedy if any."""
    assert (result.code, result.out) == (code, ""), result
    lines = result.err.splitlines()
    assert lines[0].startswith("partnerdesk: ")
    for part in parts:
        assert part in lines[0]
    assert len(lines) == (2 if remedy else 1), result.err
    assert remedy in lines[-1]
    assert_harmless(result.err)
    assert "Traceback" not in result.err
    assert not list(HOUSE.glob("crash-*"))


def companies(book: Path) -> list[str]:
    listed = run("customers", "list", "--database", book, "--json").json
    return [customer["company_name"] for customer in listed]


# Settings


@pytest.mark.parametrize(
    ("content", "parts", "remedy"),
    [
        (b"theme = [", ("is not valid TOML",), "Mend that line"),
        (b'quux = "red"', ("there is no setting quux",), "Known here: "),
        (b'thema = "ansi"', ("there is no setting thema",), "Did you mean theme?"),
        (b'theme = "pink"', ("theme cannot be 'pink'",), "It must be one of"),
        (b'read_only = "perhaps"', ("read_only cannot be 'perhaps'",), "true or false"),
        (b"theme = 7", ("theme cannot be 7",), "It must be"),
        (b'theme = "\xff"', ("is not text in UTF-8",), "Save it as UTF-8."),
        (b'database = "postgresql://me:Hush@host/x"', ("holds a password",), "~/.pgpass"),
        (b'"\\u001b[31m" = 1', ("there is no setting ␛[31m",), "Known here: "),
        (b'theme = "\\u001b[31m"', ("theme cannot be",), "It must be one of"),
    ],
)
@pytest.mark.parametrize("words", [("info",), ("customers", "list"), ()])
def test_broken_settings(
    tmp_path: Path, content: bytes, parts: tuple[str, ...], remedy: str, words: tuple[str, ...]
) -> None:
    config = tmp_path / "own.toml"
    config.write_bytes(content)
    assert_plain(run(*words, "--config", config), 2, str(config), *parts, remedy=remedy)


def test_settings_that_are_no_file(tmp_path: Path) -> None:
    missing = tmp_path / f"none{HOSTILE}.toml"
    assert_plain(run("info", "--config", missing), 2, "There is no settings file")
    folder = run("info", "--config", tmp_path)
    assert_plain(folder, 2, f"{tmp_path} is a folder", remedy="Name another")
    long = tmp_path / ("x" * 300 + ".toml")
    assert_plain(run("info", "--config", long), 1, "File name too long")


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("PARTNERDESK_COLOUR", "red", "PARTNERDESK_COLOUR: there is no setting colour"),
        ("PARTNERDESK_THEME", HOSTILE, "theme cannot be"),
        ("PARTNERDESK_READ_ONLY", "perhaps", "read_only cannot be"),
        ("PARTNERDESK_KEYS", "{", "The environment cannot be read"),
    ],
)
def test_broken_variables(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str
) -> None:
    monkeypatch.setenv(name, value)
    result = run("info")
    assert (result.code, result.out) == (2, "")
    assert part in result.err.splitlines()[0]
    assert_harmless(result.err)


# Words of a command


@pytest.mark.parametrize(
    ("words", "parts", "remedy"),
    [
        (("--cloud", "mars"), ("There is no cloud called 'mars'",), "Known clouds: global"),
        (("--cloud", ""), ("There is no cloud called ''",), "Known clouds: global"),
        (("--cloud", HOSTILE), ("There is no cloud called",), "Known clouds: global"),
        (("--cloud", "china"), ("The cloud china is turned off.",), "[clouds.china] enabled"),
        (("--filter", "nosuch:x"), ("There is no field nosuch.",), "Fields: "),
        (("--filter", "tags:x countri:de"), ("no field countri.",), "Did you mean country?"),
        (("--filter", '"open'), ("A quote is not closed.",), ""),
        (("--filter", "or x"), ("There is nothing before `or`.",), ""),
        (("--filter", "seen<soon"), ("soon is neither an age nor a date.",), "Write seen<30d"),
        (("--filter", "seen:2026-02-31"), ("neither an age nor a date",), "Write seen<30d"),
        (("--filter", f"relationship:{HOSTILE}"), ("relationship is never",), "Known values"),
        (("--filter", f"seen:{HOSTILE}"), ("neither an age nor a date",), "Write seen<30d"),
        (("--filter", "country:\udcff"), ("The filter cannot be read.",), ""),
        (("--sort", "nosuch"), ("cannot be sorted by nosuch.",), "Sort by one of: company"),
        (("--sort", "tag"), ("cannot be sorted by tag.",), "Sort by one of: company"),
        (("--sort", HOSTILE), ("cannot be sorted by",), "Sort by one of: company"),
        (("--columns", "company,nosuch"), ("has no column nosuch.",), "Columns: company, domain"),
        (("--columns", HOSTILE), ("has no column",), "Columns: company, domain"),
        (("--columns", ","), ("has no column",), "Columns: company, domain"),
    ],
)
def test_words_that_mean_nothing(
    book: Path, tmp_path: Path, words: tuple[str, ...], parts: tuple[str, ...], remedy: str
) -> None:
    listed = run("customers", "list", "--database", book, *words)
    assert_plain(listed, 2, *parts, remedy=remedy)
    file = tmp_path / "out.csv"
    assert run("customers", "export", file, "--database", book, *words) == listed
    assert not file.exists()


@pytest.mark.parametrize("words", [(HOSTILE,), ("--theme", HOSTILE), ("info", HOSTILE)])
def test_wrong_use_repeats_no_control_characters(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.code == 2
    assert_harmless(result.err)


# The database


@pytest.mark.parametrize(
    "words", [("customers", "list"), ("database", "upgrade"), ("database", "check"), ("demo",)]
)
def test_a_file_that_is_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    book = tmp_path / "notes.txt"
    book.write_text("Call Contoso.\n" * 500)
    before = book.read_bytes()
    result = run(*words, "--database", book)
    assert_plain(result, 1, f"{book} is not a partnerdesk book", remedy="--database")
    assert book.read_bytes() == before
    assert not list(tmp_path.glob("notes.txt-*"))


@pytest.mark.parametrize("words", [("customers", "list"), ("database", "upgrade"), ("demo",)])
def test_a_folder_is_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(*words, "--database", tmp_path)
    assert_plain(result, 1, f"{tmp_path} is a folder", remedy="Name another")


@pytest.mark.parametrize("place", ["file/book.db", "x" * 300, f"{HOSTILE}/../file/book.db"])
def test_a_place_where_no_book_can_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    for words in (("customers", "list"), ("database", "check"), ("info",)):
        result = run(*words, "--database", tmp_path / place)
        assert result.code in (0, 1, 2, 4)
        assert "expected" not in result.err
        assert_harmless(result.out + result.err)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("mysql://me:Hush@host/book", "mysql://me:***@host/book is of no known kind"),
        (f"x://{HOSTILE}", "is of no known kind"),
    ],
)
def test_a_database_of_no_known_kind(address: str, part: str) -> None:
    result = run("customers", "list", "--database", address)
    assert_plain(result, 2, part, remedy="Name a file, or postgresql")
    assert "Hush" not in result.err


@pytest.mark.parametrize(
    "words", [("customers", "list"), ("demo", "--customers", "20"), ("database", "check")]
)
def test_a_server_that_is_not_there(words: tuple[str, ...]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run(*words, "--database", f"postgresql://me:Hush@127.0.0.1:{port}/book")
    assert_plain(result, 6, "me:***@127.0.0.1", "refused", remedy="Look whether the server runs")
    assert "Hush" not in result.err


def test_a_book_of_a_newer_program(book: Path) -> None:
    with closing(sqlite3.connect(book)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    before = book.read_bytes()
    for words in (("customers", "list"), ("database", "upgrade"), ("database", "check")):
        result = run(*words, "--database", book)
        assert_plain(result, 1, "newer partnerdesk (schema 9999)", remedy="Update this program")
    assert book.read_bytes() == before


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the wait for other processes, which is 15 seconds in the console."""
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)


TABLE = "Company name,Primary domain name\nNew,new.example\n"


def address_of(database: Database) -> str:
    return database.address if isinstance(database, PostgresServer) else database.name


@pytest.mark.usefixtures("impatient")
def test_a_book_that_another_process_holds(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "customers.csv"
    table.write_text(TABLE)
    words = ("--database", address_of(store.database))
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE partner_accounts SET name = 'held'")
        result = run("customers", "import", table, *words)
        assert run("customers", "list", *words, "--json").out == "[]\n"  # reading is not blocked
    assert_plain(result, 5, remedy="Nothing was changed. Try again")
    assert run("customers", "import", table, *words).code == 0


@pytest.mark.usefixtures("impatient")
def test_a_book_that_another_process_keeps_to_itself(book: Path, tmp_path: Path) -> None:
    table = tmp_path / "customers.csv"
    table.write_text(TABLE)
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for command in (("import", table), ("list",)):
            result = run("customers", *command, "--database", book)
            assert_plain(result, 5, "locked by another process", remedy="Try again")
        other.execute("ROLLBACK")
    assert companies(book) == list(IN_ORDER)


# Files to import


@pytest.mark.parametrize(
    ("content", "parts", "remedy"),
    [
        (b"", ("customers.csv is empty.",), "Its first line has to name the columns."),
        (b"\n \n\n", ("customers.csv is empty.",), "Its first line has to name the columns."),
        (bytes(range(256)) * 40, ("line 3", "byte 0x81 at offset 129"), "--encoding"),
        (b"Company name,Primary domain name\nA\0B,g.example\n", ("Line 2", "NUL"), "CSV UTF-8"),
        (b'Company name,Primary domain name\n"open,g.example\n', ("line 2", "no CSV"),
         "Close every quoted cell"),
        (b'Company name,Primary domain name\n"a"b,g.example\n', ("line 2", "no CSV"),
         "Close every quoted cell"),
        (b"Foo,Bar\n1,2\n", ("No column was recognised as Company name", "Foo, Bar"), "--map"),
        (b"Foo\x1b[31m,Bar\n1,2\n", ("No column was recognised", "columns: Bar."), "--map"),
        (b"Company name,Phone\nA,1\n", ("No column was recognised as Microsoft ID",), "--map"),
        (b"PK\x03\x04 no workbook", ("cannot be read",), ""),
        (b"\xff\xfe" + "Firma\n".encode("utf-16-le")[:-1], ("UTF-16",), "CSV UTF-8"),
        (b"11111111-1111-4111-8111-111111111111,A,a.example,Reseller\n",
         ("first line is a customer already",), "Put a line above it"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_imported(
    book: Path, tmp_path: Path, content: bytes, parts: tuple[str, ...], remedy: str
) -> None:
    table = tmp_path / "customers.csv"
    table.write_bytes(content)
    result = run("customers", "import", table, "--database", book)
    if not remedy:
        remedy = result.err.splitlines()[-1] if len(result.err.splitlines()) > 1 else ""
    assert_plain(result, 1, *parts, remedy=remedy)
    assert companies(book) == list(IN_ORDER)
    assert list(tmp_path.glob("*.refused*")) == []


def test_utf_16_is_read_as_what_it_is(book: Path, tmp_path: Path) -> None:
    table = tmp_path / "customers.csv"
    table.write_text("Company name\tPrimary domain name\nGröße\tgroesse.example\n", "utf-16")
    assert run("customers", "import", table, "--database", book).code == 0
    assert "Größe" in companies(book)


@pytest.mark.parametrize("length", [40_000, 5_000_000])
def test_a_huge_cell_is_refused(book: Path, tmp_path: Path, length: int) -> None:
    table = tmp_path / "customers.csv"
    table.write_text(f"Company name,Primary domain name\n{'x' * length},huge.example\n")
    result = run("customers", "import", table, "--database", book)
    assert result.code in (1, 3)
    assert len(result.out + result.err) < 1000
    assert companies(book) == list(IN_ORDER)


def test_what_is_no_file_to_import(book: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for name, part in [
        ("none.csv", "There is no file"),
        (f"none{HOSTILE}.csv", "There is no file"),
        (".", "is a folder"),
        ("pipe.csv", "is no regular file"),
        ("x" * 300 + ".csv", "File name too long"),
        ("book.db/x.csv", "Not a directory"),
    ]:
        result = run("customers", "import", tmp_path / name, "--database", book)
        remedy = "Name another" if part in ("is a folder", "is no regular file") else ""
        assert_plain(result, 1, part, remedy=remedy)


@pytest.mark.parametrize(
    ("mapping", "part", "remedy"),
    [
        ("company_name", "does not map a field", "Write field=Column"),
        ("=Firma", "does not map a field", "Write field=Column"),
        ("nosuch=Company name", "There is no field nosuch", "Fields: microsoft_id"),
        ("company_name=Nosuch", "no column Nosuch", "Its columns: Company name"),
        (f"{HOSTILE}=x", "There is no field", "Fields: microsoft_id"),
        (f"tags={HOSTILE}", "no column", "Its columns: Company name"),
        (HOSTILE, "does not map a field", "Write field=Column"),
    ],
)
def test_a_mapping_that_cannot_be(
    book: Path, tmp_path: Path, mapping: str, part: str, remedy: str
) -> None:
    table = tmp_path / "customers.csv"
    table.write_text(TABLE)
    result = run("customers", "import", table, "--map", mapping, "--database", book)
    assert_plain(result, 2, part, remedy=remedy)
    assert companies(book) == list(IN_ORDER)


def test_a_hostile_file_is_imported_and_reported_harmlessly(tmp_path: Path) -> None:
    """The hostile text is in the file name, the headings and the cells."""
    book, table = tmp_path / "new.db", tmp_path / f"x{HOSTILE}.csv"
    rows = [
        ["Company name", "Primary domain name", "Tags", HOSTILE],
        [f"A{HOSTILE}", "a.example", f"A{HOSTILE}", HOSTILE],
        [f"B{HOSTILE}", f"b{HOSTILE}", "", ""],
        ["C", "c.example", HOSTILE + "y" * 50, ""],
    ]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    for words in (("--dry-run",), ("--json", "--dry-run"), (), ("--json",)):
        result = run("customers", "import", table, "--database", book, *words)
        assert result.code == 3
        assert_harmless(result.out + result.err)
    for form in ((), ("--json",), ("--plain",)):
        listed = run("customers", "list", "--database", book, *form)
        assert_harmless(listed.out.replace("\t", " "))
    assert companies(book) == [f"A{HOSTILE}"]


# Where files are written


def test_an_export_that_cannot_be_written(book: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, part in [
        ("none/out.csv", "No such file or directory"),
        ("book.db/out.csv", "Not a directory"),
        ("folder.csv", "is a folder"),
        ("x" * 300 + ".csv", "File name too long"),
        (f"{HOSTILE}/out.csv", "No such file or directory"),
        ("/proc/out.csv", ""),
    ]:
        result = run("customers", "export", tmp_path / name, "--database", book)
        assert result.code == 1, name
        assert part in result.err
        assert "expected" not in result.err
        assert_harmless(result.err)
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["folder.csv"]
    assert list(tmp_path.glob(".partnerdesk-*")) == []


@pytest.fixture
def read_only(book: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a read-only folder with a book; for root a read-only file system is needed."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if os.geteuid() != 0:
        shutil.copy(book, folder)
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    if not _mounted("-t", "tmpfs", "-o", "size=4m", "none", folder):
        pytest.skip("cannot mount a disk here")
    try:
        shutil.copy(book, folder)
        assert _mounted("-o", "remount,ro", folder)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def _mounted(*words: str | Path) -> bool:
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def test_where_nothing_can_be_written(book: Path, read_only: Path, tmp_path: Path) -> None:
    locked = read_only / "book.db"
    before = locked.read_bytes()
    result = run("customers", "list", "--database", locked)
    assert_plain(result, 1, "cannot be opened or written", remedy="who may read and write the file")
    for words in (
        ("customers", "export", read_only / "out.csv"),
        ("database", "backup", read_only / "copy.db"),
    ):
        result = run(*words, "--database", book)
        assert_plain(result, 1, "cannot be written", remedy="look at the folder")
    assert run("database", "restore", locked, "--database", tmp_path / "new.db").code == 0
    assert companies(tmp_path / "new.db") == list(IN_ORDER)
    assert locked.read_bytes() == before


def test_refused_rows_find_another_folder_where_theirs_cannot_be_written(
    read_only: Path, tmp_path: Path
) -> None:
    table = tmp_path / "customers.csv"
    table.write_text("Company name,Primary domain name\nA,not a domain\n")
    book = tmp_path / "new.db"
    wanted = read_only / "refused.csv"
    result = run("customers", "import", table, "--refused", wanted, "--database", book)
    assert result.code == 1
    assert result.lines[-1] == "0 new · 0 changed · 0 unchanged · 1 refused"
    assert f"{wanted} cannot be written" in result.err


def cramped(size: int, *words: str | Path) -> Result:
    """Run a command with a file size limit of `size` bytes, which acts like a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return spawn(*words, preexec_fn=limit)


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_an_export_on_a_full_disk_leaves_what_was_there(tmp_path: Path, format_: str) -> None:
    book, file = tmp_path / "demo.db", tmp_path / f"out.{format_}"
    assert run("demo", "--customers", "1500", "--database", book).code == 0
    file.write_text("precious")
    words = ("customers", "export", file, "--overwrite", "--database", book)
    result = cramped(40_000, *words)  # SQLite's own files beside the book need 32 KiB
    assert_plain(result, 1, f"{file} cannot be written", remedy="room on the disk")
    assert file.read_text() == "precious"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["demo.db", "home", file.name]


def test_an_import_on_a_full_disk_changes_nothing(book: Path, tmp_path: Path) -> None:
    table = tmp_path / "customers.csv"
    rows = "".join(f"Company {number},c{number}.example\n" for number in range(5000))
    table.write_text(f"Company name,Primary domain name\n{rows}")
    result = cramped(300_000, "customers", "import", table, "--database", book)
    assert result.code == 1
    assert result.out == ""
    assert "Traceback" not in result.err
    assert "expected" not in result.err
    assert run("database", "check", "--database", book).code == 0
    assert companies(book) == list(IN_ORDER)
    assert run("customers", "import", table, "--database", book).code == 0


@pytest.mark.parametrize("part", ["backup", "restore"])
def test_a_copy_on_a_full_disk_leaves_nothing_half(book: Path, tmp_path: Path, part: str) -> None:
    copy = tmp_path / "copy.db"
    if part == "restore":
        assert run("database", "backup", copy, "--database", book).code == 0
    there = sorted(found.name for found in tmp_path.iterdir())
    result = cramped(50_000, "database", part, copy, "--database", book)
    assert_plain(result, 1, "cannot be written", remedy="room on the disk")
    assert sorted(found.name for found in tmp_path.iterdir()) == there
    assert companies(book) == list(IN_ORDER)


# What is printed to a terminal


@pytest.mark.parametrize("form", [(), ("--plain",), ("--json",)], ids=" ".join)
def test_hostile_customers_are_listed_harmlessly(book: Path, form: tuple[str, ...]) -> None:
    result = run("customers", "list", "--database", book, *form)
    assert len(result.lines) >= len(CUSTOMERS)
    assert_harmless(result.out.replace("\t", " "))


@pytest.mark.parametrize("form", [(), ("--json",)], ids=" ".join)
def test_a_hostile_customer_is_shown_harmlessly(book: Path, form: tuple[str, ...]) -> None:
    store = Store(SqliteFile(book))
    with store.writing() as session:
        session.add(Note(customer_id=3, text=f"{HOSTILE}\nsecond line", author=HOSTILE))
        session.add(CompanyProfile(customer_id=3, email=HOSTILE))
    result = run("customers", "show", "red.onmicrosoft.com", "--database", book, *form)
    assert result.code == 0
    assert_harmless(result.out)
    if form:
        assert result.json["notes"][0]["author"] == HOSTILE
        assert result.json["company_name"] == CUSTOMERS[2].company
    else:
        assert "company_name: ␛[2J␛[31mRed␇\ufffd" in result.lines


def test_csv_is_exact_in_a_pipe_and_harmless_on_a_terminal(book: Path) -> None:
    words = ("customers", "list", "--database", str(book), "--csv", "--columns", "company,tag")
    assert CUSTOMERS[2].company in run(*words).out
    with Terminal([*COMMAND, *words], columns=120, cwd=HOUSE) as terminal:
        assert terminal.exit_code == 0
        printed = terminal.bytes_since(0).decode()
        assert "␛[2J␛[31mRed␇" in terminal.text
    assert "\x1b[2J" not in printed
    assert "\x1b[31m" not in printed


def test_progress_on_a_terminal_repeats_no_control_characters(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "x\x1b]0;gone\x07\x1b[31m.csv"
    file.write_text("Company name,Primary domain name\nNova,nova.example\n")
    words = ("customers", "import", "--dry-run", str(file), "--database", str(book))
    with Terminal([*COMMAND, *words], columns=120, cwd=HOUSE) as terminal:
        assert terminal.exit_code == 0
        assert "x␛]0;gone␇␛[31m.csv" in terminal.text.replace("\n", "")
        assert terminal.title == ""
    assert b"\x1b[31m" not in terminal.bytes_since(0)


def test_what_is_told_of_paths_and_terminals_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", HOSTILE)
    result = run("info", "--database", tmp_path / HOSTILE)
    assert result.code == 0
    assert_harmless(result.out)
    assert_harmless(run("info", "--json", "--database", tmp_path / HOSTILE).out)


def test_a_terminal_that_sends_no_utf_8_ends_the_console_with_a_word(book: Path) -> None:
    words = ("--database", str(book))
    with Terminal([*COMMAND, *words], columns=120, cwd=HOUSE) as terminal:
        terminal.wait_for("Manage all customer data")
        terminal.send(b"\xff")
        assert terminal.exit_code == 1
        assert "no UTF-8 text" in terminal.text
        assert "Traceback" not in terminal.text
