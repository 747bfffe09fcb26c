"""`partnerdesk subscriptions`: files in and out, changes of one and of many, also after a kill."""

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
from tests.support.relations import add_customer, name_accounts
from tests.support.relationship_books import read, whole
from tests.support.subscribed import OLD, subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Result

DISTRIBUTOR = """\
Customer name;Customer domain;Product name;Subscription ID;Qty;Unit price;Currency;Term;Billing \
frequency;Renewal date;Auto renewal;Status
Contoso;contoso.onmicrosoft.com;Microsoft 365 Business Premium;\
4E811556-40E6-4F8C-AD43-00C0BF5F695E;25;20,60;EUR;Annual;Monthly;2027-03-01;Yes;Active
Fabrikam;fabrikam.onmicrosoft.com;Exchange Online (Plan 1);\
5e811556-40e6-4f8c-ad43-00c0bf5f695e;3;4,10;EUR;Monthly;Monthly;2026-12-24;No;Suspended
Nobody;nobody.example;Exchange Online (Plan 1);\
6e811556-40e6-4f8c-ad43-00c0bf5f695e;1;4,10;EUR;Monthly;Monthly;2026-12-24;No;Active
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with two customers that is kept by hand."""
    file = tmp_path / "book.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    name_accounts(store)
    for name in ("Contoso", "Fabrikam"):
        add_customer(store, name, name.lower())
    store.engine.dispose()
    return file


def subscriptions(book: Path, *words: str | Path) -> Result:
    return run("subscriptions", *words, "--database", book)


def imported(book: Path) -> Result:
    file = book.with_name("distributor.csv")
    file.write_text(DISTRIBUTOR, encoding="utf-8")
    return subscriptions(book, "import", file, "--json")


def seats(book: Path) -> list[int]:
    return read(book, "SELECT quantity FROM subscriptions ORDER BY id")


def many(book: Path, count: int) -> None:
    store = Store(SqliteFile(book))
    for number in range(count):
        subscribe(store, 1, friendly_name=f"One {number}", offer_id=OLD)
    store.engine.dispose()


def test_a_distributors_list_is_read_and_its_unknown_customer_refused(book: Path) -> None:
    result = imported(book)
    assert result.code == 3
    assert (result.json["new"], result.json["refused"]) == (2, 1)
    shown = subscriptions(book, "list", "--json").json
    assert [row["company_name"] for row in shown] == ["Fabrikam", "Contoso"], "the next to renew"
    first = shown[1]
    assert first["quantity"] == 25
    assert first["price"] == {"amount": "20.60", "currency": "EUR"}
    assert first["term_duration"] == "P1Y"
    assert first["auto_renew_enabled"] is True
    assert first["microsoft_id"] == "4e811556-40e6-4f8c-ad43-00c0bf5f695e"
    again = imported(book)
    assert (again.json["new"], again.json["unchanged"]) == (0, 2)
    assert whole(book)


def test_a_later_list_changes_what_differs_and_one_undo_takes_it_back(book: Path) -> None:
    imported(book)
    file = book.with_name("later.csv")
    file.write_text(DISTRIBUTOR.replace(";25;", ";30;"), encoding="utf-8")
    subscriptions(book, "import", file)
    assert seats(book) == [30, 3]
    last = read(book, "SELECT max(id) FROM changes WHERE part_of IS NULL OR part_of = 0")[0]
    assert run("changes", "undo", str(last), "--database", book).code == 0
    assert seats(book) == [25, 3]


def test_a_list_of_subscriptions_is_no_list_of_customers(book: Path) -> None:
    file = book.with_name("distributor.csv")
    file.write_text(DISTRIBUTOR, encoding="utf-8")
    result = run("customers", "import", file, "--database", book)
    assert result.code != 0
    assert "partnerdesk subscriptions import FILE" in result.err


def test_an_export_read_again_changes_nothing(book: Path) -> None:
    imported(book)
    file = book.with_name("ours.csv")
    assert subscriptions(book, "export", file).code == 0
    again = subscriptions(book, "import", file, "--json")
    assert (again.json["new"], again.json["changed"], again.json["refused"]) == (0, 0, 0)


def test_seats_of_one_are_changed_planned_and_refused(book: Path) -> None:
    imported(book)
    one = "4e811556-40e6-4f8c-ad43-00c0bf5f695e"
    dry = subscriptions(book, "seats", one, "--to", "+5", "--dry-run", "--json").json
    assert (dry["result"], dry["quantity"]) == ("would_change", 25)
    assert seats(book) == [25, 3]
    done = subscriptions(book, "seats", one, "--to", "+5", "--json").json
    assert (done["result"], done["quantity"]) == ("changed", 30)
    assert subscriptions(book, "seats", one, "--to", "many").code == 2
    assert subscriptions(book, "seats", one, "--to", "0").code == 3
    assert subscriptions(book, "seats", "no-such", "--to", "3").code == 4
    assert subscriptions(book, "seats", "--to", "3").code == 2, "which ones?"
    assert seats(book) == [30, 3]


def test_fewer_seats_are_scheduled_for_the_renewal_and_taken_back(book: Path) -> None:
    store = Store(SqliteFile(book))
    for name in ("One", "Two"):
        subscribe(store, 1, friendly_name=name)
    store.engine.dispose()
    refused = subscriptions(book, "seats", "1", "--to", "5")
    assert refused.code == 3
    assert "partnerdesk subscriptions schedule 1 --seats 5" in refused.err
    dry = subscriptions(book, "schedule", "1", "--seats", "5", "--dry-run", "--json").json
    assert (dry["result"], dry["scheduled"], dry["at_end"]) == ("would_change", None, "renews")
    done = subscriptions(book, "schedule", "1", "--seats", "5", "--term", "P3Y", "--json").json
    assert done["scheduled"] == {"quantity": 5, "term_duration": "P3Y"}
    assert (done["quantity"], done["at_end"]) == (12, "changes")
    (row,) = subscriptions(book, "list", "--filter", "then:changes", "--json").json
    assert row["scheduled"] == {"quantity": 5, "term_duration": "P3Y"}
    assert "scheduled.quantity: 5" in subscriptions(book, "show", "1").out
    both = subscriptions(book, "schedule", "--all", "--billing", "annual", "--json")
    assert (both.code, len(both.json["rows"])) == (0, 2)
    words = subscriptions(book, "schedule", "1", "--as-it-is", "--dry-run").out
    assert "Scheduled for the renewal: 5 seats, 3 years, billed yearly → –" in words
    assert subscriptions(book, "schedule", "--all", "--as-it-is").code == 0
    assert set(read(book, "SELECT scheduled FROM subscriptions")) == {""}
    assert subscriptions(book, "schedule", "1").code == 2, "what?"
    assert subscriptions(book, "schedule", "1", "--as-it-is", "--seats", "3").code == 2
    assert subscriptions(book, "schedule", "1", "--seats", "few").code == 2
    assert whole(book)


def test_a_run_switches_many_and_one_undo_takes_all_back(book: Path) -> None:
    many(book, 60)
    result = subscriptions(book, "auto-renew", "--filter", "auto:yes", "--set", "off", "--json")
    assert result.code == 0
    assert len(result.json["rows"]) == 60
    assert read(book, "SELECT count(*) FROM subscriptions WHERE auto_renew_enabled") == [0]
    entry = read(book, "SELECT change_id FROM runs")[0]
    assert run("changes", "undo", str(entry), "--database", book).code == 0
    assert read(book, "SELECT count(*) FROM subscriptions WHERE auto_renew_enabled") == [60]
    assert whole(book)


def test_a_run_that_was_killed_is_gone_on_with_and_each_row_done_once(book: Path) -> None:
    many(book, 60)
    words = ("subscriptions", "seats", "--all", "--to", "+1")
    command = [*COMMAND, *words, "--database", str(book)]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        for _row in range(20):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert run(*words, "--database", book).code == 0
    assert seats(book) == [13] * 60
    assert whole(book)


def test_the_subscriptions_of_one_customer_are_chosen(book: Path) -> None:
    imported(book)
    mine = subscriptions(book, "list", "--customer", "contoso.onmicrosoft.com", "--plain").lines
    assert len(mine) == 1
    wish = ("suspend", "--customer", "contoso.onmicrosoft.com", "--why", "did not pay", "--json")
    assert subscriptions(book, *wish).code == 0
    shown = run("customers", "show", "contoso.onmicrosoft.com", "--json", "--database", book).json
    assert [one["status"] for one in shown["subscriptions"]] == ["suspended"]
    listed = subscriptions(book, "show", "4e811556-40e6-4f8c-ad43-00c0bf5f695e", "--json").json
    assert listed["changes"][0]["why"] == "did not pay"


def test_a_connected_account_takes_only_prices_from_a_file(book: Path) -> None:
    imported(book)
    store = Store(SqliteFile(book))
    name_accounts(store, connected=True)
    store.engine.dispose()
    file = book.with_name("later.csv")
    file.write_text(DISTRIBUTOR.replace(";25;20,60", ";30;21,60"), encoding="utf-8")
    subscriptions(book, "import", file)
    assert seats(book) == [25, 3]
    assert read(book, "SELECT unit_price FROM subscriptions ORDER BY id") == ["21.60", "4.10"]
