"""`partnerdesk changes`: output, effect on the book, and exit codes."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.errors import ConflictError
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.store.test_changes import plan_added, tag
from tests.support.books import NOW, TESTER
from tests.support.commands import CUSTOMERS, run, small_book, spawn
from tests.support.edits import set_tags, write_note

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Result

HEADING = ["When", "(UTC)", "Who", "What", "About", "Cloud", "Status"]
FIELDS = [
    "id",
    "at",
    "actor",
    "kind",
    "subject",
    "cloud",
    "account",
    "state",
    "why",
    "host",
    "part_of",
    "customer_microsoft_id",
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with three changes: an added customer, its tags, and a note on another one."""
    from partnerdesk.models.customers.page import find_customer
    from partnerdesk.models.operations.carry_out import carry_out

    file = small_book(tmp_path / "book.db")
    store = Store(SqliteFile(file))
    added = carry_out(store, plan_added(store)).customer_id or 0
    tag(store, added, "vip")
    german = find_customer(store, CUSTOMERS[5].domain, [3])
    write_note(store, german, "\x1b[2JCalled", note=None, actor=TESTER, at=NOW)
    store.engine.dispose()
    return file


def changes(book: Path, *words: str) -> Result:
    return run("changes", *words, "--database", book)


def subjects(book: Path, *words: str) -> list[Any]:
    return [entry["subject"] for entry in changes(book, "list", "--json", *words).json]


# list


def test_a_list_is_a_table_the_newest_first(book: Path) -> None:
    result = changes(book, "list")
    assert (result.code, result.err) == (0, "3 changes\n")
    assert result.lines[0].split() == HEADING
    assert result.lines[1].split()[:4] == ["2026-11-22", "12:00", "tester", "Note"]
    assert [line.split()[-1] for line in result.lines[1:]] == ["done"] * 3
    assert changes(book, "list", "--lang", "ru").lines[0] != result.lines[0]


def test_a_list_as_json_csv_and_plain_holds_the_values_as_stored(book: Path) -> None:
    listed = changes(book, "list", "--json").json
    assert [list(entry) for entry in listed] == [FIELDS] * 3
    assert [entry["id"] for entry in listed] == [3, 2, 1]
    assert listed[1] == {
        "id": 2, "at": "2026-11-22T12:00:00Z", "actor": "tester", "kind": "tagged",
        "subject": "Adatum", "cloud": "global", "account": None, "state": "done", "why": None,
        "host": "testhost",
        "part_of": 0, "customer_microsoft_id": None,
    }  # fmt: skip
    table = list(csv.DictReader(io.StringIO(changes(book, "list", "--csv").out)))
    assert [row["kind"] for row in table] == ["noted", "tagged", "added"]
    plain = changes(book, "list", "--plain", "--columns", "id,what")
    assert plain.out == "3\tnoted\n2\ttagged\n1\tadded\n"


@pytest.mark.parametrize(
    ("words", "found"),
    [(("--filter", "what:tagged"), ["Adatum"]), (("--filter", "-what:noted"), ["Adatum"] * 2),
     (("--cloud", "germany"), ["Straße KG"]), (("--cloud", "us-gov"), []),
     (("--filter", "customer:strasse"), ["Straße KG"]),
     (("--reverse",), ["Adatum", "Adatum", "Straße KG"]),
     (("--sort", "customer"), ["Adatum", "Adatum", "Straße KG"]),
     (("--sort", "subject", "--reverse"), ["Straße KG", "Adatum", "Adatum"])],
)  # fmt: skip
def test_rows_are_chosen_and_sorted_as_in_the_console(
    book: Path, words: tuple[str, ...], found: list[str]
) -> None:
    assert subjects(book, *words) == found


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--sort", "state"), "Sort by one of: when, who, customer."),
     (("--columns", "domain"), "Columns: when, who"), (("--filter", "tag:x"), "no field tag")],
)  # fmt: skip
def test_wrong_use_says_what_is_right(book: Path, words: tuple[str, ...], said: str) -> None:
    result = changes(book, "list", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


# show


def test_a_change_is_shown_whole(book: Path) -> None:
    shown = changes(book, "show", "2", "--json").json
    assert list(shown)[:4] == ["id", "at", "actor", "host"]
    assert (shown["before"], shown["after"]) == ({"tags": []}, {"tags": ["vip"]})
    assert shown["plan"]["steps"][0]["key"] == {"customer_id": 8, "name": "vip"}
    assert (shown["cloud"], shown["state"], shown["undone_by"]) == ("global", "done", None)
    assert (shown["calls"], shown["why_not_undone"]) == ([], None)
    assert len(shown["digest"]) == 64
    words = changes(book, "show", "3")
    assert "after.note: ␛[2JCalled" in words.lines
    assert "plan.verdict: allowed" in words.lines
    assert "\x1b" not in changes(book, "show", "3", "--json").out


@pytest.mark.parametrize("command", ["show", "undo"])
@pytest.mark.parametrize("id", ["99", "0", "-1", "99999999999999999999"])
def test_a_change_that_is_not_there_is_not_found(book: Path, command: str, id: str) -> None:
    result = changes(book, command, id)
    assert (result.code, result.out) == (4, "")
    assert f"no change {id}" in result.err
    assert "partnerdesk changes list" in result.err


def test_a_change_of_another_cloud_is_not_found_where_one_is_named(book: Path) -> None:
    assert changes(book, "show", "3", "--cloud", "germany").code == 0
    for command in ("show", "undo"):
        result = changes(book, command, "3", "--cloud", "global")
        assert result.code == 4
        assert "another cloud" in result.err
    assert len(subjects(book)) == 3


def test_what_is_no_number_is_wrong_use(book: Path) -> None:
    assert changes(book, "show", "x").code == 2


def test_a_customer_as_json_holds_its_changes_with_their_plans(book: Path) -> None:
    shown = run("customers", "show", "adatum.example", "--database", book, "--json").json
    tagged, added = shown["changes"]
    assert tagged["plan"]["steps"][0]["record"] == "tags"
    assert added["after"]["company_name"] == "Adatum"
    words = run("customers", "show", "adatum.example", "--database", book)
    assert "changes.1.plan.verdict: allowed" in words.lines


# undo


def test_an_undo_prints_its_plan_and_is_done(book: Path) -> None:
    result = changes(book, "undo", "2", "--why", "by mistake")
    assert (result.code, result.err) == (0, "Change 2 is undone.\n")
    assert result.lines[0] == "Undo a change"
    assert "Adatum" in result.lines[1]
    shown = run("customers", "show", "adatum.example", "--database", book, "--json").json
    assert shown["tags"] == []
    assert (shown["changes"][0]["why"], shown["changes"][0]["undoes"]) == ("by mistake", 2)
    assert changes(book, "show", "2", "--json").json["undone_by"] == 4
    again = changes(book, "undo", "2")
    assert again.code == 3
    assert "It was undone already" in again.err
    assert changes(book, "undo", "4").code == 0


def test_a_dry_run_writes_nothing(book: Path) -> None:
    result = changes(book, "undo", "2", "--dry-run", "--json")
    assert (result.code, result.err) == (0, "Nothing was written: this was a dry run.\n")
    assert (result.json["result"], result.json["verdict"]) == ("would_undo", "allowed")
    assert result.json["steps"][0]["after"] is None
    assert len(subjects(book)) == 3


def test_the_result_as_json_names_the_new_change(book: Path) -> None:
    result = changes(book, "undo", "2", "--json")
    assert (result.json["result"], result.json["change_id"]) == ("undone", 4)
    assert result.json["undoes"] == 2


def test_taking_a_customer_out_needs_a_reason(book: Path) -> None:
    assert changes(book, "undo", "1", "--dry-run").code == 0
    for why in ((), ("--why", " ")):
        result = changes(book, "undo", "1", *why)
        assert (result.code, result.out) == (2, "")
        assert "--why TEXT" in result.err
    assert changes(book, "undo", "1", "--why", "added twice").code == 0
    assert run("customers", "show", "adatum.example", "--database", book).code == 4


def test_a_refused_undo_prints_the_plan_and_says_why(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "portal.csv"
    file.write_text(
        "Microsoft ID,Company name,Primary domain name,Relationship\n,X,x.example,None\n"
    )
    assert run("customers", "import", file, "--database", book).code == 0
    with closing(sqlite3.connect(book)) as raw, raw:  # an entry of an older version
        raw.execute("UPDATE changes SET plan = '{}' WHERE id = 4")
    result = changes(book, "undo", "4", "--json")
    assert result.code == 3
    assert (result.json["result"], result.json["verdict"]) == ("refused", "refused")
    assert "kept no plan" in result.err
    words = changes(book, "undo", "4")
    assert "Refused" in words.out


def test_a_conflict_has_its_own_exit_code(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from partnerdesk.models.operations import carry_out as engine

    real = engine.carry_out

    def overtaken(store: Store, *words: Any) -> Any:
        version = read_customer(store, 8).customer.version
        set_tags(store, 8, [], version=version, actor=TESTER, at=NOW)
        return real(store, *words)

    from partnerdesk.models.customers.page import read_customer

    monkeypatch.setattr(engine, "carry_out", overtaken)
    result = changes(book, "undo", "2")
    assert (result.code, result.out) == (5, "")
    assert "Somebody else" in result.err
    assert ConflictError.exit_code == 5


def test_in_read_only_mode_nothing_is_undone(book: Path) -> None:
    result = changes(book, "undo", "2", "--read-only")
    assert result.code == 3
    assert "Read-only" in result.err
    assert len(subjects(book)) == 3


# verify


def test_what_an_older_program_left_unsaid_of_an_undo_is_told_and_set_right(book: Path) -> None:
    assert changes(book, "undo", "2").code == 0
    with closing(sqlite3.connect(book)) as raw, raw:
        raw.execute("UPDATE changes SET undone_by = NULL")
    assert changes(book, "show", "2", "--json").json["state"] == "done"
    looked = changes(book, "verify", "--read-only")
    assert (looked.code, looked.out) == (0, "")
    assert "1 change did not say rightly whether it was undone: 2." in looked.err
    assert changes(book, "verify", "--json").json["behind"] == [2]
    assert changes(book, "verify", "--json").json["behind"] == []
    assert changes(book, "show", "2", "--json").json["state"] == "undone"


def test_a_whole_history_is_said_to_be_whole(book: Path) -> None:
    result = changes(book, "verify")
    assert (result.code, result.out) == (0, "")
    assert "The history is whole: 3 changes." in result.err
    report = changes(book, "verify", "--json").json
    assert (report["entries"], report["findings"]) == (3, [])
    assert report["digest"] in result.err


def test_every_finding_is_a_line_and_names_the_change(book: Path) -> None:
    with closing(sqlite3.connect(book)) as raw:
        raw.execute("UPDATE changes SET actor = 'x' || char(27) || '[2J' WHERE id = 2")
        raw.execute("DELETE FROM changes WHERE id = 3")
        raw.commit()
    result = changes(book, "verify")
    assert result.code == 1
    assert len(result.lines) == 2
    assert result.lines[0].startswith(
        "Change 2 (2026-11-22 12:00 UTC, x␛[2J, Tags changed, Adatum)"
    )
    report = changes(book, "verify", "--json")
    assert report.code == 1
    assert [finding["change"] for finding in report.json["findings"]] == [2, None]
    assert [finding["text"] for finding in report.json["findings"]] == result.lines


def test_a_new_book_has_a_whole_history_of_nothing(tmp_path: Path) -> None:
    result = changes(tmp_path / "new.db", "verify", "--json")
    assert (result.code, result.json) == (
        0,
        {"entries": 0, "digest": "", "findings": [], "behind": []},
    )


def test_a_reason_that_is_no_text_does_no_harm(book: Path) -> None:
    result = spawn("changes", "undo", "2", "--why", "a\udcffb", "--database", book)
    assert result.code == 0
    assert changes(book, "show", "4", "--json").json["why"] == "ab"
