"""The daily jobs, in a real terminal, by keys only (`jobs.md`)."""

from __future__ import annotations

import csv
import signal
import uuid
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import demo_store, fill_demo
from tests.support.jobs import COMMAND, SIZES, console
from tests.support.relations import LINK, invitation_of, invite, name_accounts
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def under_cursor(terminal: Terminal) -> str:
    """Return the line that the cursor is on."""
    return next((line for line in terminal.lines if line.startswith("▌")), "")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    demo_store(tmp_path)
    return tmp_path / "demo.db"


@pytest.mark.parametrize("size", SIZES)
def test_from_the_start_to_a_customer_in_another_cloud_and_back(
    book: Path, size: tuple[int, int]
) -> None:
    with console(book, size=size) as terminal:
        terminal.wait_for("Manage all customer data")
        terminal.wait_for("216 customers")
        assert "Get new customers" in terminal.text
        assert "Add existing customers to your account" in terminal.text

        terminal.press("g", "c")
        terminal.wait_until(lambda text: "Company ▲" in text and "216 customers" in text)
        terminal.press("c")
        terminal.wait_for("Cloud and account")
        terminal.type("us gov")
        terminal.wait_until(lambda text: "Nordlicht" not in text)
        terminal.press("enter")
        terminal.wait_until(lambda text: "US Gov" in text and "Cloud and account" not in text)
        terminal.wait_until(lambda text: " customers" in text and "216 customers" not in text)

        terminal.press("/")
        terminal.wait_for("Filter")
        terminal.type("county")
        terminal.press("enter")
        terminal.wait_for("filter: county")
        terminal.press("j", "j")
        terminal.wait_until(lambda _text: terminal.line(4).startswith("▌"))
        row = under_cursor(terminal)
        name = row[2:20].strip(" …")
        assert "county" in row.lower()

        terminal.press("enter")
        terminal.wait_for("Contact and address")
        assert name in terminal.text
        terminal.press("escape")
        terminal.wait_for("filter: county")
        assert under_cursor(terminal) == row

        terminal.press("ctrl+q")
        assert terminal.exit_code == 0

    with console(book, size=size) as terminal:  # the same after a restart
        terminal.wait_for("Manage all customer data")
        terminal.wait_until(lambda text: "US Gov" in text)
        terminal.press("g", "c")
        terminal.wait_for("filter: county")
        terminal.wait_until(lambda _text: under_cursor(terminal) == row)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def test_importing_the_portals_export_and_finding_one_of_its_customers(tmp_path: Path) -> None:
    export = tmp_path / "customers.csv"
    with export.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(["Microsoft ID", "Company name", "Primary domain name", "Relationship"])
        for number in range(1000):
            out.writerow(
                [uuid.UUID(int=number + 1, version=4), f"Company {number:04d} Größe",
                 f"company{number:04d}.onmicrosoft.com", "Reseller"]
            )  # fmt: skip
    with console(tmp_path / "new.db") as terminal:
        terminal.wait_for("0 customers")
        terminal.press("g", "c")
        terminal.wait_for("No customers in Global yet.")
        terminal.press("I")
        terminal.wait_for("Import file")
        terminal.type(str(export))
        terminal.press("enter")
        terminal.wait_for("1,000 new")
        terminal.wait_for("Nothing is written yet")
        terminal.press("!")
        terminal.wait_for("Imported")
        terminal.press("escape")
        terminal.wait_for("1,000 customers")
        terminal.press("/")
        terminal.type("0777 grosse")
        terminal.wait_for("1 of 1,000")
        terminal.press("enter")
        terminal.wait_for("company0777.onmicrosoft.com")
        terminal.wait_for("Contact and address")
        assert "Company 0777 Größe" in terminal.text
        terminal.press("h")
        terminal.wait_for("Imported — ")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ten-thousand") / "book.db"
    store = Store(SqliteFile(file))
    store.open(["global", "us-gov", "germany"])
    fill_demo(store, 10_000)
    return file


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_job_2_four_letters_find_the_callers_customer_among_10_000(
    ten_thousand: Path, language: str, size: tuple[int, int]
) -> None:
    with console(ten_thousand, "--lang", language, "--cloud", "global", size=size) as terminal:
        terminal.wait_for("▌")
        terminal.press("g", "c")
        terminal.wait_until(lambda text: "▲" in text)
        terminal.type("/brik")  # the middle of the name
        terminal.wait_until(lambda _text: "Fabrikam, Inc." in under_cursor(terminal))
        terminal.press("enter")
        terminal.wait_until(lambda text: "Microsoft ID" in text)  # on the customer's page only
        terminal.wait_for("fabrikam.onmicrosoft.com")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def test_job_2_typing_ahead_of_the_screen_loses_no_key(ten_thousand: Path) -> None:
    with console(ten_thousand, "--cloud", "global") as terminal:
        terminal.wait_for("Manage all customer data")
        terminal.type("gc/fabr\r")
        terminal.wait_until(lambda text: "Contact and address" in text and "Fabrikam" in text)


def test_job_12_the_filtered_list_as_a_file_that_stays_the_same(
    ten_thousand: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    with console(ten_thousand, "--cloud", "germany") as terminal:
        terminal.wait_for("Manage all customer data")
        terminal.press("g", "c")
        terminal.wait_for("Company ▲")
        terminal.type("/country:de relationship:none\r")
        terminal.wait_for(" · filter: country:de relationship:none")
        shown = int(terminal.lines[-2].split(" of ")[0].split()[-1].replace(",", ""))
        for file in (first, second):
            terminal.press("x", "p")
            terminal.wait_for("Export to")
            terminal.type(f"{file}\r")
            terminal.wait_for(f"written to {file.parent}"[:60])
        names = [line[2:].split("  ")[0].strip("… ") for line in terminal.lines[2:-2]]
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\xef\xbb\xbf")  # or Excel shows broken umlauts
    with first.open(encoding="utf-8-sig", newline="") as file_:
        rows = list(csv.reader(file_))
    assert rows[0] == ["Microsoft ID", "Company name", "Primary domain name", "Relationship"]
    assert len(rows) - 1 == shown
    assert all(row[3] == "none" for row in rows[1:])
    for row, name in zip(rows[1:], names, strict=False):
        assert row[1].lstrip("'").startswith(name)


def test_the_clipboard_gets_what_was_copied(book: Path) -> None:
    with console(book) as terminal:
        terminal.wait_for("216 customers")
        terminal.press("y")
        terminal.wait_for("Copy:")
        terminal.press("4")
        terminal.wait_for("Copied:")
        assert terminal.clipboard == (
            "https://learn.microsoft.com/partner-center/add-a-new-customer"
        )
        assert any("add-a-new-customer" in link.address for link in terminal.links)


def test_the_first_letter_is_copied_again_after_a_reminder(tmp_path: Path) -> None:
    """Typed at once: each `y` copies what is shown, and `Enter` alone records the first one."""
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(["global"])
    name_accounts(store, invitation_link=LINK)
    id = invite(store, at=now())
    with console(tmp_path / "book.db", "--cloud", "global") as terminal:
        terminal.wait_for("0 customers")
        terminal.press("g", "l")
        terminal.wait_for("Neue Firma")
        terminal.press("enter")
        terminal.wait_for("Invitation · English")
        terminal.type("y\ry")
        terminal.wait_for("Reminder · English")
        terminal.wait_until(lambda _text: "Subject: Reminder" in terminal.clipboard)
        terminal.type("y")
        terminal.wait_for("It is recorded as a reminder; u takes that back.")
        assert invitation_of(store, id).reminders == 1
        assert under_cursor(terminal).split()[1] == "Status"
        while "First letter" not in under_cursor(terminal):
            terminal.press("down")
            terminal.wait_idle()
        terminal.press("enter")
        terminal.wait_for("Invitation · English")
        terminal.press("y")
        terminal.wait_until(lambda _text: "Subject: Invitation" in terminal.clipboard)
        assert LINK in terminal.clipboard.split()
    assert invitation_of(store, id).reminders == 1


def test_a_lost_terminal_ends_the_console_in_order(book: Path, tmp_path: Path) -> None:
    terminal = console(book)
    with terminal:
        terminal.wait_for("216 customers")
        terminal.press("g", "c")
        terminal.wait_for("Company ▲")
        terminal.type("/county\r")
        terminal.wait_for("filter: county")
        terminal.hang_up()
        assert terminal.exit_code == 128 + signal.SIGHUP
    assert "county" in kept_views(tmp_path)


def test_a_filter_that_was_answered_is_kept_by_a_killed_console(book: Path, tmp_path: Path) -> None:
    with console(book) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gc/county\r")
        terminal.wait_for("filter: county")
        terminal.wait_until(lambda _text: "county" in kept_views(tmp_path))
        terminal.kill()
    with console(book) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gc")
        terminal.wait_for("filter: county")


def kept_views(tmp_path: Path) -> str:
    """Return how the lists were left, as it is kept; empty where nothing is yet."""
    files = (tmp_path / "home" / "state").rglob("views-*.json")
    return "".join(file.read_text() for file in files)


def test_without_a_terminal_the_console_says_so() -> None:
    import subprocess

    result = subprocess.run(COMMAND, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert result.returncode == 2
    assert "needs a terminal" in result.stderr


def test_a_dumb_terminal_is_told_about_the_commands(book: Path) -> None:
    command = [*COMMAND, "--database", str(book)]
    with Terminal(command, columns=80, rows=24, env={"TERM": "dumb"}) as terminal:
        assert terminal.exit_code == 2
        terminal.wait_for("cannot show the console")
