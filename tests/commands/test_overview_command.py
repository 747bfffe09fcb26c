"""`partnerdesk overview`: the numbers of the screen, as charts, as plain letters and as JSON."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.overview.charts import charts
from tests.support.books import demo_store
from tests.support.commands import run, spawn
from tests.support.empty_book import empty_store
from tests.support.overview_books import accounts_of, fill_edges

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return the file of a demo book."""
    demo_store(tmp_path)
    return tmp_path / "demo.db"


def test_json_has_the_numbers_of_the_screen(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "book.db")
    fill_edges(store)
    every, file = accounts_of(store), tmp_path / "book.db"
    of_one = [account for account in every if account.cloud.id == "us-gov"]
    for flags, accounts in (([], every), (["--cloud", "us-gov"], of_one)):
        shown = run("overview", "--json", *flags, "--database", file, "--lang", "ru")
        assert shown.code == 0, shown.err
        assert shown.json["clouds"] == list(dict.fromkeys(one.cloud.id for one in accounts))
        with closing(store.connect()) as connection:
            expected = [
                {
                    "name": chart.name,
                    "list": chart.spec.name,
                    "total": sum(bar.count for bar in bars),
                    "bars": [
                        {"name": bar.name, "count": bar.count, "filter": bar.filter} for bar in bars
                    ],
                }
                for chart in charts(accounts, now())
                for bars in [chart.bars(connection)]
            ]
        assert shown.json["charts"] == expected


def test_a_filter_of_json_lists_as_many_rows(book: Path) -> None:
    shown = run("overview", "--json", "--database", book)
    lists = {
        "customers": ("customers", "list"),
        "subscriptions": ("subscriptions", "list"),
        "invitations": ("relationships", "list"),
        "delegated-admin": ("relationships", "list", "--tab", "delegated-admin"),
    }
    tried = 0
    for chart in shown.json["charts"]:
        for bar in chart["bars"][:2]:
            words = lists[chart["list"]]
            listed = run(*words, "--filter", bar["filter"], "--json", "--database", book)
            assert len(listed.json) == bar["count"], bar
            tried += 1
    assert tried >= 15


def test_the_charts_are_printed_as_text(book: Path) -> None:
    printed = run("overview", "--database", book)
    assert printed.code == 0
    assert printed.lines[0].startswith(" Customers by cloud")
    assert printed.lines[0].endswith(" 295")
    assert printed.lines[1].startswith("  Global  ███")
    assert printed.lines[1].endswith(" 216")
    assert max(map(len, printed.lines)) <= 80
    assert "Letters and calls" not in printed.out
    assert not any(line.startswith("▌") for line in printed.lines), "no cursor"
    of_one = run("overview", "--cloud", "germany", "--database", book)
    assert of_one.lines[1].startswith("  Germany █")
    assert "Global" not in of_one.out


def test_an_output_without_blocks_gets_letters(book: Path) -> None:
    printed = spawn("overview", "--database", book, env={"PYTHONIOENCODING": "ascii"})
    assert printed.code == 0, printed.err
    assert printed.out.isascii()
    assert printed.lines[1].startswith("  Global  ####")
    assert "\\u" not in printed.out


def test_an_empty_book_says_so(tmp_path: Path) -> None:
    empty_store(tmp_path / "book.db")
    printed = run("overview", "--database", tmp_path / "book.db")
    assert (printed.code, printed.out) == (0, "")
    assert printed.err == "There is nothing to count yet.\n"
    as_json = run("overview", "--json", "--database", tmp_path / "book.db").json
    assert {chart["total"] for chart in as_json["charts"]} == {0}


def test_it_speaks_russian(book: Path) -> None:
    printed = run("overview", "--database", book, "--lang", "ru")
    assert printed.lines[0].startswith(" Клиенты по облакам")
    assert "Новые клиенты по месяцам" in printed.out
