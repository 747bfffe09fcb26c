"""Runs that add records from rows: rows are stored, so that an interrupted run can continue."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.database.store import Store
from partnerdesk.models.operations import bulk
from partnerdesk.models.operations.bulk_kinds import PLANNERS
from partnerdesk.models.operations.bulk_planner import RowRequest
from partnerdesk.models.operations.bulk_records import RowState, RunKind, RunRow
from partnerdesk.models.settings.database_url import SqliteFile
from tests.commands.test_customers_add import as_json, companies
from tests.conftest import CLOUDS
from tests.store.test_runs import EXTEND, begin, ends, extended, go_on, keep
from tests.store.test_runs import book as book  # noqa: PLC0414 - a fixture
from tests.support.adding_apart import not_whole
from tests.support.books import NOW, TESTER
from tests.support.commands import COMMAND, HOUSE, run, small_book
from tests.support.edits import by
from tests.support.forms import PORTUGAL, account_in
from tests.support.relations import LINK, name_accounts
from tests.support.statements import CHANGES_OF_SCHEMA_7, OUTBOX_OF_SCHEMA_6, rows
from tests.support.statements import run as execute

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ADD = bulk.RunRequest(RunKind.ADD_CUSTOMERS)


def wish(number: int, **said: str) -> RowRequest:
    """Return a row of a file with a customer."""
    own = {"company_name": f"Company {number}", "domain_prefix": f"c{number}",
           "registration_number": "", "address_line1": f"Rua Augusta {number}"}  # fmt: skip
    return RowRequest(0, {**PORTUGAL, **own, **said}, number)


def test_a_run_that_an_older_program_left_is_read_and_gone_on_with(store: Store) -> None:
    name_accounts(store)
    before = keep(store, 3)
    run_id = begin(store, EXTEND, before)
    go_on(store, run_id, lambda done, _total: done < 1)
    execute(
        store,
        *OUTBOX_OF_SCHEMA_6,
        *CHANGES_OF_SCHEMA_7,
        "ALTER TABLE run_rows DROP COLUMN wish",
        "UPDATE alembic_version SET version_num = '0005'",
    )
    again = Store(store.database)
    again.open(CLOUDS)
    view = bulk.read_run(again, run_id)
    assert [(row.record_id, row.wish.values, row.state.value) for row in view.rows] == [
        (1, {}, "done"),
        (2, {}, "waiting"),
        (3, {}, "waiting"),
    ]
    assert go_on(again, run_id).counts() == {RowState.DONE: 3}
    assert ends(again) == extended(before)


def test_the_wish_of_each_row_is_kept_before_the_first_is_done(store: Store) -> None:
    wishes = [wish(1), wish(2, country="Narnia"), wish(3)]
    run_id = bulk.begin_run(store, bulk.unplanned_run(1, ADD, wishes, by(TESTER, NOW)))
    with store.reading() as session:
        kept = session.exec(select(RunRow).order_by(col(RunRow.place))).all()
    assert [json.loads(row.wish) for row in kept] == [row.values for row in wishes]
    assert [(row.record_id, row.subject, row.state.value) for row in kept] == [
        (0, "Company 1", "waiting"),
        (0, "Company 2", "waiting"),
        (0, "Company 3", "waiting"),
    ]
    view = bulk.go_on(store, run_id, account_in(store), TESTER, lambda: NOW)
    assert [(row.record_id, row.state.value) for row in view.rows] == [
        (1, "done"),
        (0, "refused"),
        (2, "done"),
    ]
    assert view.finished_at == NOW
    assert "Narnia" in view.rows[1].message
    assert not_whole(store) == []


def test_what_all_rows_share_is_read_once_for_a_run(
    book: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[RunKind] = []
    extend = PLANNERS[RunKind.EXTEND]

    def counted(*words: Any, **more: Any) -> Any:
        made.append(RunKind.EXTEND)
        return extend(*words, **more)

    monkeypatch.setattr(bulk, "PLANNERS", {RunKind.EXTEND: counted})
    before = keep(book, 5)
    run_id = begin(book, EXTEND, before)
    assert len(made) == 1
    assert go_on(book, run_id).counts() == {RowState.DONE: 5}
    assert len(made) == 2


def test_a_run_that_is_stopped_behind_its_last_row_is_finished(book: Store) -> None:
    run_id = begin(book, EXTEND, keep(book, 2))
    view = go_on(book, run_id, lambda done, total: done < total)
    assert (view.left, view.finished_at is None) == (0, False)
    assert bulk.unfinished_run(book, [1], RunKind.EXTEND) is None


def test_a_file_that_was_cut_off_can_also_be_gone_on_with_by_its_run(tmp_path: Path) -> None:
    book, count = tmp_path / "book.db", 120
    given = [dict(wish(number).values) for number in range(count)]
    given[3]["postal_code"] = "1"
    file = as_json(tmp_path / "c.json", given)
    command = [*COMMAND, "customers", "add", "--database", str(book), "--file", str(file), "--json"]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        for _line in range(30):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    there = len(companies(book))
    assert 20 <= there < count - 1
    done = run("relationships", "go-on", "1", "--database", book, "--json")
    assert (done.code, done.json["runs"]) == (3, [1])
    assert done.json["counts"] == {"added": count - 1, "exists": 0, "refused": 1}
    assert f"Going on with run 1: {there + 1} of {count} rows done." in done.err
    assert [row["row"] for row in done.json["rows"]] == list(range(1, count + 1))
    assert len(companies(book)) == count - 1
    assert not_whole(Store(SqliteFile(book))) == []
    assert rows(Store(SqliteFile(book)), "SELECT count(*) FROM runs WHERE finished_at = 0") == [
        (0,)
    ]


def test_a_customer_that_comes_by_a_row_closes_its_invitation(tmp_path: Path) -> None:
    book = tmp_path / "book.db"
    here = ("--database", book)
    invited = run(
        "relationships", "invite", *here, "--company", "Company 1", "--email", "a@b.example",
        "--domain", "c1.onmicrosoft.com", "--link", LINK, "--json",
    )  # fmt: skip
    assert invited.code == 0, invited.err
    file = as_json(tmp_path / "c.json", [dict(wish(1).values)])
    assert run("customers", "add", *here, "--file", file).code == 0
    shown = run("relationships", "show", "1", *here, "--json").json
    assert (shown["state"], shown["customer_id"]) == ("accepted", 1)


def test_in_read_only_mode_no_run_of_rows_begins(tmp_path: Path) -> None:
    book = tmp_path / "book.db"
    file = as_json(tmp_path / "c.json", [dict(wish(1).values)])
    run("customers", "add", "--database", book, "--file", file, "--dry-run")
    done = run("customers", "add", "--database", book, "--file", file, "--read-only")
    assert (done.code, done.out) == (3, "")
    assert "Read-only" in done.err
    assert rows(Store(SqliteFile(book)), "SELECT count(*) FROM runs") == [(0,)]


def test_delegated_admin_of_a_file_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    file, here = small_book(tmp_path / "book.db"), tmp_path / "book.db"
    said = [
        {"customer": "aerzte.onmicrosoft.com", "name": f"GDAP {number}", "end": "2027-06-30"}
        for number in range(4)
    ]
    said[2]["customer"] = "nobody.example"
    opened = Store(SqliteFile(file))
    wishes = [RowRequest(0, row, number) for number, row in enumerate(said, 1)]
    keeping = bulk.RunRequest(RunKind.ADD_DELEGATED_ADMIN, {"accounts": "1,2,3"})
    run_id = bulk.begin_run(opened, bulk.unplanned_run(1, keeping, wishes, by(TESTER, NOW)))
    go_on(opened, run_id, lambda _done, _total: False)
    done = run("relationships", "go-on", str(run_id), "--database", here)
    assert done.code == 3
    assert done.lines == [
        "✓ Ärzte & Söhne GmbH · GDAP 0: added",
        "✓ Ärzte & Söhne GmbH · GDAP 1: added",
        "✗ nobody.example · GDAP 2: refused",
        "    ✗ No customer has the Microsoft ID or primary domain nobody.example.",
        "✓ Ärzte & Söhne GmbH · GDAP 3: added",
    ]
    assert done.err.splitlines() == [
        f"Going on with run {run_id}: 1 of 4 rows done.",
        "3 added, 1 refused",
    ]


def test_what_a_row_said_is_kept_only_while_it_is_to_do(store: Store) -> None:
    """A row that is refused, existing or done stores no personal data any more."""
    said = [wish(1), wish(2, country="Narnia"), wish(1), wish(3)]
    run_id = bulk.begin_run(store, bulk.unplanned_run(1, ADD, said, by(TESTER, NOW)))
    view = bulk.go_on(store, run_id, account_in(store), TESTER, lambda: NOW)
    assert [row.state.value for row in view.rows] == ["done", "refused", "nothing", "done"]
    assert {row[0] for row in rows(store, "SELECT wish FROM run_rows")} == {""}
    left = bulk.begin_run(store, bulk.unplanned_run(1, ADD, [wish(4)], by(TESTER, NOW)))
    assert rows(store, "SELECT count(*) FROM run_rows WHERE wish <> ''")[0][0] == 1
    bulk.abandon_run(store, left, NOW)
    assert rows(store, "SELECT count(*) FROM run_rows WHERE wish <> ''")[0][0] == 0


def test_the_same_file_again_leaves_no_cut_off_run_behind(tmp_path: Path) -> None:
    """Continued later, the old run would add again what was undone in the meantime."""
    book = small_book(tmp_path / "book.db")
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([{**PORTUGAL, "domain_prefix": "alpha", "company_name": "Alpha"}]))
    words = ("customers", "add", "--database", book, "--file", file, "--cloud", "global")
    assert run(*words).code == 0
    store = Store(SqliteFile(book))
    execute(store, "UPDATE runs SET finished_at = 0")  # as if it was killed after its row
    assert "1 in the book already" in run(*words).err
    assert rows(store, "SELECT count(*) FROM runs WHERE finished_at = 0")[0][0] == 0
