"""Saved views: their file and their commands."""

from __future__ import annotations

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import BusyError, ConflictError, FileError, UsageError
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.saved_views import (
    SHIPPED,
    ChosenColumn,
    SavedView,
    both,
    own_name,
    still_there,
)
from partnerdesk.models.lists.saved_views_file import (
    keep_columns,
    keep_view,
    read_views,
    remove_view,
)
from partnerdesk.models.lists.spec import Sort
from partnerdesk.tui.widgets.record_layout import arrange
from tests.support.books import NOW, demo_store
from tests.support.commands import run

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.database.connection import Connection

MINE = SavedView("customers", "Mine", "tag:vip", "seen", descending=True, wide=True,
                 columns=(ChosenColumn("seen", 9), ChosenColumn("company")))  # fmt: skip
CHOSEN = tuple(map(ChosenColumn, ("seen", "company", "reseller", "domain")))


def keys(connection: Connection, text: str, at: datetime = NOW) -> set[int]:
    return set(Query(CUSTOMERS, (1, 2, 3), parse(text, CUSTOMERS, at), Sort("company"))
               .all_keys(connection))  # fmt: skip


def kept_file(content: str) -> Path:
    """Write the file of the person's own views."""
    file = paths.user_views()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


# The file


def test_a_view_and_columns_come_back_as_they_were_kept() -> None:
    keep_view(MINE)
    keep_columns("changes", (ChosenColumn("what", 30),))
    kept = read_views().kept
    assert kept.own == (MINE,)
    assert kept.columns == {"changes": (ChosenColumn("what", 30),)}
    assert paths.user_views().stat().st_mode & 0o777 == 0o600
    keep_columns("changes", ())
    remove_view(MINE)
    assert (read_views().kept.own, read_views().kept.columns) == ((), {})


def test_a_view_is_found_by_its_name_in_any_case_and_replaced_only_when_asked_to() -> None:
    keep_view(MINE)
    other = SavedView("customers", "MINE", "country:de")
    with pytest.raises(ConflictError):
        keep_view(other)
    keep_view(SavedView("changes", "Mine", "what:noted"))  # of another list
    assert read_views().kept.find("customers", " mine ") == MINE
    keep_view(other, over=True)
    assert read_views().kept.find("customers", "mIne") == other
    assert len(read_views().kept.own) == 2


def test_consoles_that_save_at_once_lose_nothing_of_each_other() -> None:
    titles = [f"view {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as consoles:
        list(consoles.map(lambda title: keep_view(SavedView("customers", title)), titles))
    assert sorted(view.title for view in read_views().kept.own) == sorted(titles)


def test_a_file_that_another_program_holds_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    from partnerdesk.models.core import paths

    keep_view(MINE)
    monkeypatch.setattr(paths, "LOCK_SECONDS", 0)
    with paths.user_views().with_name(".views.json.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            remove_view(MINE)
    assert read_views().kept.own == (MINE,)


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '"x"', "[" * 100_000, "\x00", '{"format": 0, "views": [], "columns": {}}',
     '{"format": 1, "views": [7], "columns": {}}'],
)  # fmt: skip
def test_a_damaged_file_is_kept_beside_and_told_of_once(content: str) -> None:
    file = kept_file(content)
    reading = read_views()
    assert "damaged" in reading.notice
    assert read_views().notice == ""
    assert file.with_name("views.damaged.json").read_text() == content
    kept_file("again")
    assert keep_view(MINE).notice
    assert file.with_name("views.damaged-2.json").read_text() == "again"
    assert read_views().kept.own == (MINE,)


def test_what_can_be_read_of_a_damaged_file_goes_on() -> None:
    keep_view(MINE)
    content = json.loads(paths.user_views().read_text())
    content["views"] += [{"list": "customers"}, {**content["views"][0], "title": "mine"}]
    content["columns"] = {
        "customers": [{"name": "company", "width": True}],
        "changes": [{"name": "what", "width": 0}],
    }
    kept_file(json.dumps(content))
    reading = read_views()
    assert reading.notice
    assert reading.kept.own == (MINE,)
    assert reading.kept.columns == {"changes": (ChosenColumn("what"),)}
    assert read_views().kept == reading.kept


def test_a_file_of_a_newer_version_is_never_written_over() -> None:
    content = '{"format": 2, "views": [], "columns": {}, "more": 1}'
    file = kept_file(content)
    for work in (read_views, lambda: keep_view(MINE)):
        with pytest.raises(FileError, match="newer version"):
            work()
    assert file.read_text() == content


def test_what_a_list_no_longer_has_is_left_out() -> None:
    view = SavedView("customers", "old", sort="gone", columns=(ChosenColumn("gone"), *CHOSEN))
    assert still_there(view.columns, CUSTOMERS) == CHOSEN
    assert view.sort_of(CUSTOMERS) == CUSTOMERS.default_sort


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\x1bb", "NOT-SEEN", "no relationship"])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        own_name("customers", name)


def test_a_view_and_a_filter_hold_together(tmp_path: Path) -> None:
    connection = demo_store(tmp_path).connect()
    first, second = "country:de or country:fr", "seen>30d or relationship:none"
    together = both(*(parse(text, CUSTOMERS, NOW) for text in (first, second)))
    found = set(Query(CUSTOMERS, (1, 2, 3), together, Sort("company")).all_keys(connection))
    assert found == keys(connection, first) & keys(connection, second) != set()
    for one in (
        both(parse(first, CUSTOMERS, NOW), parse("", CUSTOMERS, NOW)),
        both(parse("", CUSTOMERS, NOW), parse(first, CUSTOMERS, NOW)),
    ):
        assert one.alternatives == parse(first, CUSTOMERS, NOW).alternatives


def test_added_this_month_is_true_in_any_month(tmp_path: Path) -> None:
    view = next(view for view in SHIPPED if view.id == "added-this-month")
    connection = demo_store(tmp_path).connect()
    for month in (11, 10):
        at = datetime(2026, month, 28, 23, 59, tzinfo=UTC)
        found = keys(connection, view.filter, at)
        assert found == keys(connection, f"since>=2026-{month}-01 since<2026-{month + 1}-01")
        assert found
        assert found == keys(connection, "since:this-month", at)


# How many columns fit


def names(room: int, *, wide: bool = False, skip: int = 0) -> list[str]:
    found = arrange(CUSTOMERS.columns, room, wide=wide, hidden={"cloud"}, chosen=CHOSEN, skip=skip)
    assert sum(one.width + 2 for one in found.placed) <= room
    return [one.column.name for one in found.placed]


def test_chosen_columns_keep_their_order_and_the_last_ones_give_way() -> None:
    assert names(90) == ["seen", "company", "reseller", "domain"]
    assert names(73) == ["seen", "company", "reseller"]
    assert names(20) == ["seen"]
    assert names(30, wide=True) == ["seen", "company"]
    assert names(30, wide=True, skip=5) == ["seen", "alias"]


def test_columns_are_scrolled_whole_until_the_last_is_seen() -> None:
    assert names(73, skip=1) == names(73, skip=9) == ["seen", "reseller", "domain"]
    assert names(30, skip=1) == ["seen", "company"]
    assert names(30, skip=2) == ["seen", "reseller"]
    assert names(40, skip=2) == names(40, skip=9) == ["seen", "domain"]
    for room, wide, chosen in [(40, False, ()), (80, False, ()), (80, True, ()), (60, True, CHOSEN),
                               (200, False, ()), (4, True, CHOSEN)]:  # fmt: skip
        seen: set[str] = set()
        for skip in range(20):
            found = arrange(
                CUSTOMERS.columns, room, wide=wide, hidden={"cloud"}, chosen=chosen, skip=skip
            )
            assert found.placed[0].column is found.columns[0]
            assert found.skipped <= skip
            assert found.goes_on or skip + 1 < 20
            seen.update(one.column.name for one in found.placed)
            if not found.goes_on:
                break
        assert seen == {column.name for column in found.columns}


def test_a_chosen_width_holds_and_only_the_others_grow() -> None:
    chosen = (ChosenColumn("company"), ChosenColumn("domain", 9), ChosenColumn("cloud"))
    found = arrange(CUSTOMERS.columns, 80, wide=False, hidden={"cloud"}, chosen=chosen)
    assert [one.width for one in found.placed] == [80 - 2 - 2 - 9, 9]
    alone = arrange(CUSTOMERS.columns, 80, wide=False, hidden={"cloud"}, chosen=chosen[2:])
    assert [one.column.name for one in alone.placed] == ["cloud"], "a table has a column"
    broad = (ChosenColumn("company", 200), ChosenColumn("domain", 70), ChosenColumn("seen"))
    for skip, widths in ((0, [78]), (1, [64, 12]), (2, [64, 12])):
        found = arrange(CUSTOMERS.columns, 80, wide=False, chosen=broad, skip=skip)
        assert [one.width for one in found.placed] == widths, "the others are reached by scrolling"


# The command line


@pytest.fixture
def book(tmp_path: Path) -> tuple[str, str]:
    demo_store(tmp_path)
    return ("--database", str(tmp_path / "demo.db"))


def test_a_view_chooses_rows_order_and_columns(book: tuple[str, str], tmp_path: Path) -> None:
    run("views", "save", "Mine", "--filter", "country:de or country:fr", "--sort", "domain",
        "--reverse", "--columns", "domain,company,id")  # fmt: skip
    rows = run(*book, "customers", "list", "--view", "MINE", "--json").json
    assert [*rows[0]] == ["id", "primary_domain", "company_name", "microsoft_id"]
    domains = [row["primary_domain"] for row in rows]
    assert domains == sorted(domains, reverse=True)
    narrower = run(*book, "customers", "list", "--view", "mine", "--filter", "gmbh", "--sort",
                   "company", "--columns", "country,company", "--json").json  # fmt: skip
    assert 0 < len(narrower) < len(rows)
    assert {row["country"] for row in narrower} <= {"DE", "FR"}
    assert [*narrower[0]] == ["id", "country", "company_name"]
    turned = run(*book, "customers", "list", "--view", "mine", "--reverse", "--json").json
    assert turned == rows[::-1]
    file = tmp_path / "mine.csv"
    assert run(*book, "customers", "export", file, "--view", "mine").code == 0
    with file.open(encoding="utf-8-sig", newline="") as opened:
        written = list(csv.reader(opened))
    assert written[0] == ["Primary domain name", "Company name", "Microsoft ID"]
    assert len(written) == len(rows) + 1


def test_an_unknown_view_is_a_wrong_use_that_names_the_nearest(book: tuple[str, str]) -> None:
    run("views", "save", "Berlin", "--filter", "x")
    wrong = run(*book, "customers", "list", "--view", "not-sen")
    assert wrong.code == 2
    assert wrong.out == ""
    assert "Did you mean not-seen?" in wrong.err
    assert "no-relationship, not-seen, added-this-month, agreement-missing, Berlin" in wrong.err
    assert run(*book, "relationships", "list", "--view", "not-seen").code == 2
    assert run(*book, "customers", "list", "--view", "not seen for 30 days").code == 0


def test_views_are_listed_saved_and_deleted(book: tuple[str, str]) -> None:
    assert run("views", "save", "Due", "--list", "invitations", "--filter", "due<7d").code == 0
    again = run("views", "save", "DUE", "--list", "invitations")
    assert (again.code, "--overwrite" in again.err) == (5, True)
    assert run("views", "save", "Due", "--list", "invitations", "--filter", "due<9d",
               "--overwrite").code == 0  # fmt: skip
    assert "invitations: Due · due<9d" in run("views", "list").lines
    listed = run("views", "list", "--json").json
    assert [view["name"] for view in listed if not view["own"]] == [view.id for view in SHIPPED]
    assert run(*book, "relationships", "list", "--view", "due").code == 0
    assert run("views", "delete", "not-seen").code == 2
    assert run("views", "delete", "due", "--list", "invitations").code == 0
    assert len(run("views", "list").lines) == len(SHIPPED)
    assert run("views", "save", "x", "--filter", "nofield:1").code == 2


def test_a_view_that_was_damaged_is_said_on_stderr(book: tuple[str, str]) -> None:
    kept_file("not JSON")
    first, second = (run(*book, "customers", "list", "--view", "not-seen") for _ in range(2))
    assert (first.code, first.out) == (0, second.out)
    assert "damaged" in first.err
    assert "damaged" not in second.err
