"""The import by keys: another list goes on as such, guesses are corrected, questions answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Static
from xlsxwriter import Workbook

from partnerdesk.tui.widgets.lines import KeyBar
from tests.support import field_files as files
from tests.support.books import empty_desk
from tests.support.console import Console, running
from tests.support.field_files import FieldFile

if TYPE_CHECKING:
    from pathlib import Path


def summary(console: Console) -> str:
    return str(console.screen.query_one("#summary", Static).render())


def keys(console: Console) -> str:
    return console.screen.query_one(KeyBar).render().plain


def written(folder: Path, file: FieldFile, name: str = "file") -> Path:
    path = folder / f"{name}.{file.ending}"
    path.write_bytes(file.text.encode(file.codec))
    return path


async def choose_file(console: Console, path: Path) -> None:
    await console.press("I")
    console.app.post_message(Paste(str(path)))
    await console.press("enter")
    await console.wait_until(lambda: "Reading" not in summary(console))


async def take(console: Console, path: Path) -> None:
    await choose_file(console, path)
    await console.press("exclamation_mark")
    await console.wait_until(lambda: console.said == "Imported.")
    await console.press("escape")


async def test_another_list_goes_on_as_such_and_is_done_once(tmp_path: Path) -> None:
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await take(console, written(tmp_path, files.COUNTRY_NAMES))
        await choose_file(console, written(tmp_path, files.PORTAL_DELEGATED_ADMIN))
        assert "a list of delegated-admin relationships" in summary(console)
        assert "o Other list" in keys(console)
        assert "Carry out" not in keys(console)
        await console.press("o")
        await console.wait_until(lambda: "2 new" in summary(console))
        assert "! Carry out" in keys(console)
        assert "Other list" not in keys(console)
        await console.press("exclamation_mark")
        await console.wait_until(lambda: "Imported: 2 new" in summary(console))
        for gone in ("Carry out", "Map columns", "Encoding", "Other list"):
            assert gone not in keys(console)
        await console.press("escape", "g", "l", "3")
        assert "2 relationships" in console.state


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_every_tab_imports_its_own_list(tmp_path: Path, tab: str) -> None:
    file = {
        "1": files.INVITED,
        "2": files.API_RESELLERS,
        "3": files.SCRIPTED_DELEGATED_ADMIN,
    }[tab]
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await take(console, written(tmp_path, files.COUNTRY_NAMES, "customers"))
        await console.press("g", "l", tab)
        await take(console, written(tmp_path, file))
        assert console.table.total == (2 if tab == "1" else 1)


async def test_a_wrong_guess_is_corrected(tmp_path: Path) -> None:
    file = written(tmp_path, files.WINDOWS_1252)
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await choose_file(console, file)
        assert "Encoding: windows-1252, guessed by Primärer, Domänenname, Müller" in summary(
            console
        )
        await console.press("e")
        assert console.screen.prompt.text == "windows-1252"
        await console.type("windows-1251")
        await console.press("enter")
        await console.wait_until(lambda: "Mьller" in console.lines()[1])
        assert "Encoding: windows-1251" in summary(console)
        assert "guessed" not in summary(console)
        await console.press("e")
        await console.type("klingon")
        await console.press("enter")
        assert "There is no encoding klingon." in console.said


async def test_a_sheet_and_the_order_of_days_are_asked_for(tmp_path: Path) -> None:
    book = tmp_path / "two.xlsx"
    days = files.SCRIPTED_DELEGATED_ADMIN.text.replace("11/15/20", "03/04/20")
    with Workbook(book) as workbook:
        workbook.add_worksheet("Notes").write(0, 0, "nothing")
        sheet = workbook.add_worksheet("Data")
        for place, line in enumerate(days.splitlines()):
            sheet.write_row(place, 0, [cell.strip('"') for cell in line.split(",")])
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await take(console, written(tmp_path, files.COUNTRY_NAMES))
        await console.press("g", "l", "3")
        await choose_file(console, book)
        assert "Notes, Data" in summary(console)
        await console.press("t", "2")
        await console.wait_until(lambda: "can be two days" in summary(console))
        assert "d Dates" in keys(console)
        await console.press("d", "d")
        await console.wait_until(lambda: "Days: 03/04 is 3 April" in summary(console))
        await console.press("d", "m")
        await console.wait_until(lambda: "Days: 03/04 is 4 March" in summary(console))
        assert "1 new" in summary(console)


async def test_refused_rows_name_their_customer(tmp_path: Path) -> None:
    file = FieldFile(files.COUNTRY_NAMES.text.replace("Germany", "Germny"))
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await choose_file(console, written(tmp_path, file))
        assert "Tailspin Toys" in console.lines()[1]
        assert "There is no country Germny" in console.lines()[1]


async def test_a_path_that_failed_is_proposed_again_and_paths_complete(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    file = written(tmp_path / "more", files.COUNTRY_NAMES, "customers")
    (tmp_path / "more" / "customers.png").write_bytes(b"")
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await choose_file(console, tmp_path / "more" / "costumers.csv")
        assert "There is no file" in summary(console)
        await console.press("escape", "I")
        assert console.screen.prompt.text == str(tmp_path / "more" / "costumers.csv")
        await console.press("ctrl+u")
        console.app.post_message(Paste(str(tmp_path / "mo")))
        await console.press("tab")
        assert console.screen.prompt.text == f"{tmp_path}/more/"
        await console.press("tab")
        assert console.screen.prompt.text == str(file), "a picture is no table"
        await console.press("enter")
        await console.wait_until(lambda: "2 new" in summary(console))
        await console.press("exclamation_mark")
        await console.wait_until(lambda: console.said == "Imported.")
        await console.press("escape", "I")
        assert console.screen.prompt.text == ""


async def test_the_path_of_an_export_completes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        await take(console, written(tmp_path, files.COUNTRY_NAMES))
        await console.press("x", "p", "ctrl+u")
        console.app.post_message(Paste(str(tmp_path / "fol")))
        await console.press("tab")
        assert console.screen.prompt.text == f"{tmp_path}/folder/"


async def test_files_of_a_list_carry_the_customers_id_shown_or_not(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    async with running(empty_desk(tmp_path), size=(80, 24)) as console:
        await console.press("g", "c")
        await take(console, written(tmp_path, files.COUNTRY_NAMES))
        await console.press("g", "l", "3")
        await take(console, written(tmp_path, files.PORTAL_DELEGATED_ADMIN))
        await console.press("x", "ctrl+u")
        console.app.post_message(Paste(str(target)))
        await console.press("enter")
        await console.wait_until(target.exists)
        assert files.FABRIKAM in target.read_text("utf-8-sig")
        assert all(files.FABRIKAM not in line for line in console.lines())
