"""`customers edit|tag|note` for several customers: one run, its output, and its continuation."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.commands import COMMAND, HOUSE, run
from tests.support.console import running
from tests.support.desks import desk_over
from tests.support.relations import add_customer, findings, name_accounts
from tests.support.statements import rows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with three customers in one cloud and one in another."""
    path = tmp_path / "book.db"
    store = Store(SqliteFile(path))
    store.open(CLOUDS)
    name_accounts(store)
    for name in ("Alpha", "Beta", "Gamma"):
        add_customer(store, name, f"{name.lower()}.example", country="DE")
    add_customer(store, "Delta", "delta.example", "us-gov")
    return path


def tagged(book: Path) -> list[tuple[int, str]]:
    store = Store(SqliteFile(book))
    return rows(store, "SELECT customer_id, name FROM tags ORDER BY customer_id, name")


def test_dry_run_and_deed_say_the_same_of_each_row(book: Path) -> None:
    words = ("customers", "tag", "--database", book, "--add", "vip", "--filter", "country:de")
    dry = run(*words, "--dry-run")
    assert dry.lines == [
        f"+ {name}: would be done: Tags: – → vip" for name in ("Alpha", "Beta", "Gamma")
    ]
    assert tagged(book) == []
    done = run(*words)
    assert done.lines == [
        line.replace("+", "✓").replace("would be done", "done") for line in dry.lines
    ]
    assert tagged(book) == [(1, "vip"), (2, "vip"), (3, "vip")]
    again = run(*words, "--json").json
    assert again["counts"] == {"done": 0, "failed": 0, "waiting": 0, "nothing": 3, "refused": 0}
    changes = run("changes", "list", "--database", book, "--json").json
    assert [(row["kind"], row["subject"]) for row in changes] == [("tagged", "(3) Alpha …")]
    shown = run("changes", "show", str(changes[0]["id"]), "--database", book, "--json").json
    assert [(row["subject"], row["after"]) for row in shown["rows"]["changes"]] == [
        (name, {"tags": ["vip"]}) for name in ("Alpha", "Beta", "Gamma")
    ]

    undo = ("changes", "undo", str(changes[0]["id"]), "--database", book)
    told = run(*undo, "--dry-run", "--json").json
    assert [
        (row["customer"], row["result"], row["before"], row["after"]) for row in told["rows"]
    ] == [
        (name, "would_undo", {"tags": ["vip"]}, {"tags": []}) for name in ("Gamma", "Beta", "Alpha")
    ]
    assert run(*undo).lines[0] == "✓ Gamma: done: Tags: vip → –"
    assert tagged(book) == []


def test_customers_by_name_by_file_and_in_two_clouds(book: Path, tmp_path: Path) -> None:
    here = ("--database", book)
    done = run("customers", "note", *here, "--text", "hello", "alpha.example", "delta.example")
    assert (done.code, done.lines) == (
        0,
        ["✓ Alpha: done: Note: hello", "✓ Delta: done: Note: hello"],
    )
    file = tmp_path / "ids.txt"
    file.write_bytes(b"\xef\xbb\xbf# ours\r\nbeta.example\r\n\r\n3\r\nbeta.example\r\n")
    done = run("customers", "tag", *here, "--set", "x, y", "--file", file)
    assert done.lines == ["✓ Beta: done: Tags: – → x, y", "✓ Gamma: done: Tags: – → x, y"]
    edited = run("customers", "edit", *here, "--company-name", "Same", "1", "2", "--json").json
    assert [(row["result"], row["before"]) for row in edited["rows"]] == [
        ("done", {"company_name": "Alpha"}),
        ("done", {"company_name": "Beta"}),
    ]
    assert {row["after"]["bill_to"] for row in edited["rows"]} == {"Same"}
    assert findings(Store(SqliteFile(book))) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "Say which customer."),
        (["alpha.example", "--all"], 2, "not both"),
        (["alpha.example", "nobody.example", "--add", "x"], 4, "1 of them"),
        (["--filter", "country:zzz"], 2, "zzz"),
        (["--file", "{missing}"], 1, "cannot be read"),
        (["--file", "{empty}"], 1, "names no customer"),
        (["--file", "{binary}"], 1, "no UTF-8 text: line 2"),
    ],
)
def test_what_names_nobody_does_nothing_and_says_so(
    book: Path, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    (tmp_path / "empty").write_text("# nobody\n\n")
    (tmp_path / "binary").write_bytes(b"alpha.example\n\xff\xfe\n")
    named = {name: str(tmp_path / name) for name in ("missing", "empty", "binary")}
    given = [word.format(**named) for word in words]
    done = run("customers", "tag", "--database", book, *given, "--add", "vip")
    assert (done.code, said in done.err) == (code, True), done.err
    assert tagged(book) == []


def test_notes_are_changed_and_customers_removed_one_at_a_time_with_reasons(book: Path) -> None:
    here = ("--database", book)
    many = run("customers", "note", *here, "--text", "x", "--change", "1", "1", "2")
    assert (many.code, "one customer at a time" in many.err) == (2, True)
    file = book.parent / "new.csv"
    file.write_text("Company name,Primary domain name\nNew,new.example\nNewer,newer.example\n")
    made = run("customers", "import", *here, file, "--json").json
    undo = ("changes", "undo", str(made["change_id"]), *here)
    assert run(*undo).code == 2
    told = run(*undo, "--dry-run", "--json").json
    assert (told["result"], told["counts"]) == (
        "would_undo",
        {"removed": 2, "restored": 0, "left": 0},
    )
    run("customers", "tag", *here, "new.example", "--add", "kept")
    done = run(*undo, "--why", "the wrong file")
    assert (done.code, done.lines) == (3, [
        f"✗ New: refused; It was changed since, by change {made['change_id'] + 1}.",
        "✓ Newer: done", "1 taken out · 0 as before again · 1 stays",
    ])  # fmt: skip
    assert run("changes", "verify", *here).code == 0


def killed_behind(rows: int, *words: str) -> None:
    """Run a command and kill it after it has printed `rows` rows."""
    with subprocess.Popen([*COMMAND, *words], cwd=HOUSE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _row in range(rows):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)


async def test_killed_in_the_middle_a_run_is_gone_on_with_by_keys_and_undone(
    tmp_path: Path,
) -> None:
    """A command is killed; the console continues its run, does each row once, and undoes all."""
    path, count = tmp_path / "book.db", 40
    store = Store(SqliteFile(path))
    store.open(CLOUDS)
    name_accounts(store)
    for number in range(count):
        add_customer(store, f"Company {number:03}", f"c{number}.example")
    killed_behind(10, "customers", "tag", "--database", str(path), "--all", "--add", "vip")
    there = len(tagged(path))
    assert 10 <= there < count
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "A", "t")
        assert "A run was cut off: Change tags." in console.said
        await console.press("g")
        assert f"{count} rows · {count - there} to do · {there} done" in str(
            console.screen.query_one("#run-heading").render()
        )
        assert console.lines()[there + 1].endswith("Tags: – → vip")  # still planned
        await console.press("exclamation_mark")
        await console.wait_until(lambda: console.said.startswith("Done"))
        assert len(tagged(path)) == count
        await console.press("escape", "g", "h")
        assert console.state == "1 change"  # the rows of both processes are one entry
        await console.press("u", "exclamation_mark")
        await console.wait_until(lambda: console.said.startswith("Done"))
        assert tagged(path) == []
    assert rows(store, "SELECT count(*) FROM changes WHERE part_of <> 0") == [(2 * count,)]
    assert findings(store) == []
