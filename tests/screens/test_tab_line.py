"""The line of tabs: what is marked, what is cut, what a click says, what is drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App
from textual.widgets import Static

from partnerdesk.tui.widgets.tab_line import TabLine, fitted_titles

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

TITLES = ("Invitations 12", "Partners", "Delegated admin", "Ended")


class CountedTabs(TabLine):
    """Counts how often it is drawn."""

    drawn = 0

    def render(self) -> Content:
        self.drawn += 1
        return super().render()


class TabApp(App[None]):
    """Tabs above a text."""

    def __init__(self) -> None:
        super().__init__()
        self.tabs = CountedTabs(TITLES, 1)
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.tabs
        yield Static("below", id="below")

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        self.chosen.append(event.place)

    def line(self) -> str:
        return self.tabs.render_line(0).text


async def test_the_current_tab_is_marked_by_a_sign_and_by_more_than_colour() -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)):
        assert app.line().rstrip() == " 1 Invitations 12 ▸2 Partners  3 Delegated admin  4 Ended"
        (segment,) = [segment for segment in app.tabs.render_line(0) if "Partners" in segment.text]
        assert segment.style is not None
        assert segment.style.bold
        assert segment.style.underline
        assert not segment.style.reverse
        app.tabs.choose(3)
        assert app.tabs.current == 3
        assert app.line().rstrip() == " 1 Invitations 12  2 Partners  3 Delegated admin ▸4 Ended"


async def test_a_narrow_line_cuts_the_longest_titles_but_never_the_current_one() -> None:
    app = TabApp()
    async with app.run_test(size=(44, 5)):
        assert app.line().rstrip() == " 1 Invita… ▸2 Partners  3 Delega…  4 Ended"
        app.tabs.choose(2)
        assert app.line().rstrip() == " 1 Inv…  2 Par… ▸3 Delegated admin  4 End…"
        assert app.tabs.size.height == 1


@given(
    titles=st.lists(st.text(max_size=30), min_size=1, max_size=6),
    width=st.integers(60, 120),
    data=st.data(),
)
def test_titles_fit_where_they_can_and_the_current_one_is_whole(
    titles: list[str], width: int, data: st.DataObject
) -> None:
    current = data.draw(st.integers(0, len(titles) - 1))
    fitted = fitted_titles(titles, current, width)
    whole = fitted_titles(titles, current, 1_000)
    assert fitted[current] == whole[current]
    taken = sum(cell_len(title) + 4 for title in fitted)
    at_least = sum(min(cell_len(title), 1) + 4 for title in whole) + cell_len(whole[current])
    assert taken <= max(width, at_least)
    if sum(cell_len(title) + 4 for title in whole) <= width:
        assert fitted == whole


@pytest.mark.parametrize(("x", "place"), [(0, 0), (17, 0), (18, 1), (40, 2), (54, 3)])
async def test_a_click_tells_which_tab(x: int, place: int) -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.click(TabLine, offset=(x, 0))
        assert app.chosen == [place]
        assert app.tabs.current == 1  # the screen decides


async def test_a_click_behind_the_tabs_chooses_nothing() -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.click(TabLine, offset=(75, 0))
        assert app.chosen == []


async def test_only_what_looks_different_is_drawn_anew() -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.pause()
        before = app.tabs.drawn
        app.tabs.show(list(TITLES))
        app.tabs.choose(1)
        await pilot.pause()
        assert app.tabs.drawn == before
        app.tabs.show(["Invitations 13", *TITLES[1:]])
        await pilot.pause()
        assert app.tabs.drawn > before
        assert "Invitations 13" in app.line()


async def test_a_title_from_data_is_no_markup_and_drives_no_terminal() -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)):
        app.tabs.show(["[bold]x[/]", "\x1b[2J"], 0)
        assert app.line().startswith("▸1 [bold]x[/]  2 ␛[2J ")
