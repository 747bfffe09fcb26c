"""`partnerdesk board`: what waits, as a list and by exit code; snoozing by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.board_book import DAY, delegated
from tests.support.commands import run
from tests.support.relations import add_customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Result


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with one relationship that ends in twelve days, by the real clock."""
    file = tmp_path / "book.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    customer = add_customer(store, "Contoso", "contoso")
    ends = datetime.now(UTC).replace(microsecond=0) + 12 * DAY + timedelta(hours=1)
    delegated(store, customer, ends, display_name="Helpdesk")
    store.engine.dispose()
    return file


def board(book: Path, *words: str | Path) -> Result:
    return run("board", *words, "--database", book)


def test_an_item_has_the_fields_that_scripts_rely_on(book: Path) -> None:
    [item] = board(book, "--json").json
    known = {name: item[name] for name in (
        "kind", "customer", "customer_id", "days_left", "what_to_do", "about", "cloud", "snoozed",
        "snoozed_until", "primary_domain",
    )}  # fmt: skip
    assert known == {
        "kind": "delegated_admin", "customer": "Contoso", "customer_id": 1, "days_left": 12,
        "what_to_do": "extend", "about": "Helpdesk", "cloud": "global", "snoozed": False,
        "snoozed_until": None, "primary_domain": "contoso.onmicrosoft.com",
    }  # fmt: skip
    assert item["due"].endswith("Z")
    assert item["id"] == 33


def test_the_exit_code_says_whether_anything_is_listed(book: Path) -> None:
    assert board(book).code == 0
    assert board(book, "--exit-code").code == 7
    assert board(book, "--exit-code", "--json").code == 7
    assert board(book, "--exit-code", "--filter", "due<3d").code == 0
    assert board(book, "--exit-code", "--cloud", "germany").code == 0
    empty = board(book, "--cloud", "germany")
    assert (empty.code, empty.err) == (0, "Nothing waits for you.\n")


def test_an_item_is_snoozed_by_its_number_and_shown_again(book: Path) -> None:
    dry = board(book, "snooze", "33", "--until", "2w", "--dry-run", "--json")
    assert (dry.code, dry.json["result"]) == (0, "would_snooze")
    assert board(book, "--exit-code").code == 7
    done = board(book, "snooze", "33", "--until", "3d", "--why", "he is away", "--json")
    assert (done.code, done.json["result"]) == (0, "snoozed")
    assert board(book, "--exit-code").code == 0
    [item] = board(book, "--filter", "snoozed:yes", "--json").json
    assert (item["snoozed"], item["snooze_reason"]) == (True, "he is away")
    [change] = run("changes", "list", "--filter", "what:snoozed", "--json",
                   "--database", book).json  # fmt: skip
    assert (change["kind"], change["subject"], change["why"]) == (
        "snoozed", "Contoso", "he is away",
    )  # fmt: skip
    assert board(book, "snooze", "33", "--wake").code == 0
    assert board(book, "--exit-code").code == 7
    assert board(book, "snooze", "33", "--wake").err == "There is nothing to change.\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("snooze", "65", "--until", "1d"), 4),
        (("snooze", "33", "--until", "soon"), 2),
        (("snooze", "33", "--until", "2020-01-01"), 3),
        (("snooze", "33", "--until", "9y"), 3),
        (("snooze", "33"), 2),
        (("--filter", "kind:nothing"), 2),
    ],
)
def test_what_is_wrong_changes_nothing(book: Path, words: tuple[str, ...], code: int) -> None:
    assert board(book, *words).code == code
    assert board(book, "--exit-code").code == 7


def test_it_is_exported_as_every_list(book: Path, tmp_path: Path) -> None:
    assert board(book, "export", tmp_path / "board.csv").code == 0
    text = (tmp_path / "board.csv").read_text("utf-8-sig")
    assert "Contoso" in text
    assert "delegated_admin" in text
