"""The overview: charts by keys, the lists that bars open, and what is shown of an empty book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlmodel import select
from textual.widgets import Static

from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import speak
from partnerdesk.models.overview.charts import Shape
from partnerdesk.screens.overview.page import OverviewScreen
from partnerdesk.screens.shared.help import HelpScreen
from partnerdesk.tui.widgets.chart_page import ChartPage
from partnerdesk.tui.widgets.list_screen import ListScreen
from tests.support.books import NOW, demo_desk, empty_desk
from tests.support.console import running
from tests.support.depth import deep
from tests.support.desks import desk_over
from tests.support.empty_book import empty_store
from tests.support.overview_books import fill_edges
from tests.support.relations import add_customer

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.overview.charts import Bar, Chart
    from tests.support.console import Console


def page(console: Console) -> ChartPage:
    assert isinstance(console.screen, OverviewScreen), console.screen
    return console.screen.query_one(ChartPage)


def lines(console: Console) -> list[str]:
    """Return the lines of the charts that are seen."""
    charts = page(console)
    return [charts.render_line(y).text.rstrip() for y in range(charts.size.height)]


def here(console: Console) -> tuple[Chart, Bar]:
    """Return the chart and the bar under the cursor."""
    chosen = page(console).chosen
    assert chosen is not None
    return chosen


def names(console: Console) -> tuple[str, str]:
    chart, bar = here(console)
    return chart.name, bar.name


async def at_chart(console: Console, name: str) -> None:
    """Go to a chart by Tab."""
    for _chart in range(9):
        if here(console)[0].name == name:
            return
        await console.press("tab")
    raise AssertionError(name)


async def opened(console: Console) -> ListScreen:
    """Open the bar under the cursor; return the list."""
    await console.press("enter")
    assert isinstance(console.screen, ListScreen), console.said
    return console.screen


async def test_g_o_shows_the_numbers_of_the_scope(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "o")
        assert lines(console)[0].startswith(" Customers by cloud")
        assert lines(console)[1].startswith("▌ Global")
        assert lines(console)[1].split()[3] == "216"
        assert console.state.startswith("Global: 216 · customers in the book")
        titles = " ".join(lines(console))
        for title in (
            "by country",
            "by relationship",
            "added by month",
            "ending",
            "extending",
            "lapsing",
            "Invitations by status",
        ):
            assert title in titles
        assert "Letters and calls" not in titles, "nothing was sent"


async def test_every_bar_opens_a_list_of_as_many_rows(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "book.db")
    fill_edges(store)
    async with running(desk_over(store, "all"), (80, 24)) as console:
        await console.press("g", "o")
        seen: list[tuple[str, str]] = []
        while not seen or seen[-1] != names(console):
            seen.append(names(console))
            _chart, bar = here(console)
            await opened(console)
            assert console.table.total == bar.count, bar
            await console.press("escape")
            assert names(console) == seen[-1], "the same bar"
            await console.press("j")
        assert {chart for chart, _bar in seen} == {
            "clouds",
            "countries",
            "relationships",
            "added",
            "ending",
            "extending",
            "lapsing",
            "invitations",
            "calls",
        }


async def test_up_and_down_go_through_all_bars_and_tab_from_chart_to_chart(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "o")
        down, up = [names(console)], list[tuple[str, str]]()
        await console.press("down", "j", "j")
        assert names(console)[0] == "countries", "behind the last cloud"
        await console.press("k")
        assert names(console) == ("clouds", "germany")
        await console.press("home")
        for _bar in range(90):
            await console.press("j")
            down.append(names(console))
        last = down[-1]
        assert down[-2] == last, "the end"
        await console.press("G")
        assert names(console) == last
        for _bar in range(90):
            await console.press("k")
            up.append(names(console))
        assert list(dict.fromkeys(up))[::-1][:-1] == list(dict.fromkeys(down))[:-2]
        charts = list(dict.fromkeys(chart for chart, _bar in down))
        for keys in (("tab", "right"), ("shift+tab", "left")):
            for key in keys:
                await console.press("g", "g")
                order = []
                for _chart in charts:
                    await console.press(key)
                    order.append(names(console)[0])
                away = charts[1:] if key in ("tab", "right") else charts[:0:-1]
                assert order == [*away, "clouds"]
        await console.press("5", "j")
        assert names(console) == down[5]
        await console.press("4", "G")
        assert names(console) == down[3]


@pytest.mark.parametrize(
    "size",
    [(80, 24), pytest.param((60, 15), marks=deep), (120, 40), pytest.param((200, 50), marks=deep)],
)
async def test_each_bar_is_seen_whole_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(demo_desk(tmp_path, cloud="all"), size) as console:
        await console.press("g", "o")
        for _bar in range(90):
            chart, bar = here(console)
            text = "\n".join(lines(console))
            assert chart.title in text
            is_column = chart.shape is Shape.COLUMNS
            assert ("▲" in text) == is_column
            assert (f"{bar.short}: {bar.count}" if is_column else f"▌ {bar.label[:9]}") in text
            assert all(len(line) <= size[0] for line in lines(console))
            await console.press("j")
        if size == (200, 50):
            assert page(console).max_scroll_y == 0, "all at once"
        await console.press("pageup", "pageup", "pageup", "pageup", "pageup", "pageup")
        first = names(console)
        await console.press("pagedown")
        assert names(console) != first
        await console.press("ctrl+d", "ctrl+u", "H", "M", "L")
        assert page(console).chosen is not None


async def test_the_scope_and_a_change_of_the_book_are_followed(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, cloud="all")
    async with running(desk) as console:
        await console.press("g", "o", "j")
        assert names(console) == ("clouds", "us-gov")
        us_gov = here(console)[1].count
        add_customer(desk.store, "New one", "newone", "us-gov")
        await console.press("r")
        assert names(console) == ("clouds", "us-gov")
        assert here(console)[1].count == us_gov + 1
        desk.choose(str(next(one.id for one in desk.accounts if one.cloud.id == "us-gov")))
        console.screen.catch_up()
        await console.settle()
        assert [bar.name for bar in page(console)._counted["clouds"]] == ["us-gov"]
        assert here(console)[1].count == us_gov + 1


async def test_numbers_of_another_scope_go_at_once_and_those_of_the_same_stay(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "o")
        counted, charts = lines(console), page(console)._charts
        page(console).show(charts)
        assert lines(console) == counted
        page(console).show(charts, keep=False)
        assert not any(letter.isdigit() for letter in "".join(lines(console)))
        assert lines(console)[1].startswith("  …")


async def test_a_list_that_a_bar_opened_leaves_the_own_filter_of_the_list(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)

    def own() -> str:
        return desk.remembered.view("1", "customers").filter

    async with running(desk) as console:
        await console.press("g", "c", "slash", *"gmbh", "enter", "g", "o")
        await at_chart(console, "countries")
        screen = await opened(console)
        assert screen.filter.text == "country:us"
        await console.press("j", "j")
        assert own() == "gmbh"
        await console.press("slash", "end", "space", *"e", "enter")
        assert screen.filter.text == "country:us e"
        await console.press("escape")
        assert console.said == "The filter is cleared.", "this one was typed here"
        await console.press("escape")
        assert names(console)[0] == "countries"


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_an_empty_book_says_what_to_do(tmp_path: Path, language: str) -> None:
    speak(language)
    desk = empty_desk(tmp_path)
    async with running(desk, (80, 24)) as console:
        await console.press("g", "o")
        empty = console.screen.query_one("#empty", Static)
        assert empty.display
        assert not page(console).display
        assert "g c" in str(empty.render())
        await console.press("enter", "j", "tab", "pagedown", "G", "L")
        assert isinstance(console.screen, OverviewScreen)
        add_customer(desk.store, "First", "first")
        await console.press("r")
        assert page(console).display
        assert here(console)[1].count == 1
        assert console.app.focused is page(console)
        await console.press("escape")
        assert console.screen.NAME == "resources"


async def test_the_overview_is_found_by_its_name(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "colon", *"overview", "enter")
        assert console.screen.NAME == "overview"
        await console.press("colon", *"customers", "enter")
        assert console.screen.NAME == "customers"
        await console.press("ctrl+p", *"overview open", "enter")
        assert isinstance(console.screen, ListScreen), "the palette opens its first bar"
        await console.press("g", "o", "question_mark")
        help_screen = console.app.screen
        assert isinstance(help_screen, HelpScreen)
        assert "Go to the next chart" in help_screen.text().plain


async def test_the_console_begins_with_it_where_it_was_left(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, start="last")) as console:
        await console.press("g", "o")
    async with running(demo_desk(tmp_path, start="last")) as console:
        assert here(console)[0].name == "clouds"
        await console.press("escape")
        assert console.screen.NAME == "resources"


async def test_a_click_goes_to_a_bar_and_a_second_one_opens_it(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "o")

        async def click(x: int, y: int, times: int = 1) -> None:
            await console._pilot.click("#overview", offset=(x, y), times=times)
            await console.settle()

        await click(5, 2)
        assert names(console) == ("clouds", "us-gov")
        added = next(y for y, line in enumerate(lines(console)) if "added by month" in line)
        await click(2 + 3 * 11, added + 2)
        assert names(console) == ("added", NOW.strftime("%Y-%m"))
        await click(40, 0)
        assert names(console) == ("added", NOW.strftime("%Y-%m")), "no bar there"
        await click(5, 3, times=2)
        assert isinstance(console.screen, ListScreen)
        assert console.screen.filter.text == "cloud:germany"


async def test_hostile_names_are_shown_as_what_they_are(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, hostile=True)
    async with running(desk) as console:
        with desk.store.writing() as session:
            customers = session.exec(select(Customer).where(Customer.account_id == 1)).all()
            for place, customer in enumerate(customers):
                customer.country = ("[/", "\x1b[")[place % 2]
        await console.press("g", "o", "r")
        await at_chart(console, "countries")
        text = "\n".join(lines(console))
        assert "[/" in text
        assert "␛[" in text
        assert "\x1b" not in text
        assert console.state.startswith(("[/:", "␛[:"))
        count = here(console)[1].count
        await opened(console)
        assert console.table.total == count
