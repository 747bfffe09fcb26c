"""A customer's own name in a real terminal, by keys only."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, ngettext, speak
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.jobs import console
from tests.support.relations import add_customer, name_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak("en")


def test_an_own_name_is_given_found_and_taken_back(tmp_path: Path, language: str) -> None:
    file = tmp_path / "book.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    name_accounts(store)
    for name in ("Contoso", "Fabrikam"):
        add_customer(store, name, name.lower())

    def own_names() -> list[str]:
        with closing(store.connect()) as book:
            return [row[0] for row in book.rows("SELECT alias FROM customers ORDER BY id")]

    with console(file, "--lang", language, size=(80, 24)) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 2))
        terminal.press("g", "c")
        terminal.wait_for("Fabrikam")
        terminal.press("j", "a")
        terminal.wait_for(_("Own name of {company}").format(company="Fabrikam"))
        terminal.type("Bäckerei")
        terminal.press("enter")
        terminal.wait_for(_("Own name kept."))
        assert own_names() == ["", "Bäckerei"]
        terminal.press("/")
        terminal.type("backer")
        terminal.press("enter")
        terminal.wait_for(_("Other names"))
        terminal.wait_for("Bäckerei")
        terminal.press("u")
        terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
        terminal.press("!")
        terminal.wait_until(lambda _text: own_names() == ["", ""])
