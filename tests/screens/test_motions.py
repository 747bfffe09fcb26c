"""The keys of vim and less in lists and on pages: moving, numbers before keys, searching."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from textual.events import MouseScrollDown
from textual.widgets import Markdown, Static

from partnerdesk.models.core.text import occurrences
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.screens.shared.help import HelpScreen
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.text_view import TextView
from tests.support.books import demo_desk
from tests.support.console import Console, running
from tests.support.depth import times

if TYPE_CHECKING:
    from pathlib import Path

    from textual.widget import Widget

PAGE = 20
"""Rows of a list that are seen in a window of 80×24: it has a header, headings and a foot."""
ROWS = 216
"""Customers of the demo book's first cloud."""


class Cursor:
    """Where vim's keys lead in a list of `ROWS` rows, of which a page is seen."""

    def __init__(self, page: int) -> None:
        self.page, self.row, self.top = page, 0, 0

    def press(self, count: int, key: str) -> None:
        times, last = max(count, 1), min(self.page, ROWS) - 1
        half = round((self.page - 1) / 2 * times)
        self.row = {
            "j": self.row + times,
            "k": self.row - times,
            "ctrl+d": self.row + half,
            "ctrl+u": self.row - half,
            "ctrl+f": self.row + times * (self.page - 1),
            "ctrl+b": self.row - times * (self.page - 1),
            "G": count - 1 if count else ROWS - 1,
            "gg": times - 1,
            "H": self.top + times - 1,
            "M": self.top + round(last / 2),
            "L": self.top + last - times + 1,
        }[key]
        self.row = min(max(self.row, 0), ROWS - 1)
        self.top = min(max(self.top, self.row - self.page + 1), self.row)


@pytest.mark.parametrize("seed", range(times(12, 1)))
async def test_keys_and_numbers_lead_in_a_list_where_they_lead_in_vim(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    keys = ("j", "k", "ctrl+d", "ctrl+u", "ctrl+f", "ctrl+b", "G", "gg", "H", "M", "L")
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "g", "g")
        cursor = Cursor(console.table.size.height - 1)
        assert console.table.total == ROWS
        for _turn in range(30):
            count = chance.choice((0, 0, 1, 3, 12, 40, 999))
            key = chance.choice(keys)
            if key == "M":
                count = 0
            await console.press(*(str(count) if count else ""), *(key if key == "gg" else [key]))
            cursor.press(count, key)
            assert (console.table.cursor, console.table.scroll_offset.y) == (
                cursor.row,
                cursor.top,
            ), (count, key)


async def test_the_number_before_a_key_is_shown_and_esc_takes_back_no_more_than_it(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "slash", *"con", "enter")
        await console.press("1", "0")
        assert console.said == "10"
        await console.press("escape")
        assert console.said == ""
        assert "filter: con" in console.state
        await console.press("j")
        assert console.table.cursor == 1
        await console.press("2", "w", "j")  # a key that does not move takes the number, too
        assert console.table.cursor == 2
        await console.press("0")
        assert console.said == "No such key here; ? shows all."


async def test_where_digits_are_tabs_no_number_is_taken_and_the_help_says_so(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "j", "2")
        assert console.screen.NAME == "relationships"
        assert "Contoso" not in console.said
        await console.press("5")
        assert console.said == "No such key here; ? shows all."
        await console.press("question_mark")
        assert "No number goes before a key here" in help_text(console)
        await console.press("escape", "g", "c", "question_mark")
        told = help_text(console)
        for keys in ("gg G", "ctrl+u ctrl+d", "H M L", "10j 5G", "the wheel scrolls"):
            assert keys in told


async def test_the_keys_move_through_a_page_of_fields(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "enter")
        page = console.screen.query_one(FieldPage)
        await console.press("3", "j")
        assert page._cursor == 3
        await console.press("G")
        assert page.scroll_offset.y == page.max_scroll_y
        assert any(line.startswith("▌") for line in console.lines())
        bottom = page._cursor
        await console.press("ctrl+u")
        assert page._cursor < bottom
        await console.press("H")
        at_the_top = next(n for n, line in enumerate(console.lines()) if line.startswith("▌"))
        assert at_the_top <= 2  # below a heading, where one is on top
        await console.press("L")
        assert any(line.startswith("▌") for line in console.lines()[-3:])  # a heading may be last
        await console.press("g", "g")
        assert (page._cursor, page.scroll_offset.y) == (0, 0)


async def test_slash_finds_on_a_page_and_n_goes_round(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "enter")
        assert isinstance(console.screen, CustomerScreen)
        await console.press("n")
        assert console.said == "Nothing was searched for yet: / finds a text."
        await console.press("slash", *"TAGS", "enter")
        place, count = _told(console)
        assert place == 1
        assert any(line.startswith("▌ Tags") for line in console.lines())
        first = marked_cells(console)
        assert first == ["Tags"]  # the heading; the cursor is on the field below it
        seen = [place]
        for _more in range(count):
            await console.press("n")
            seen.append(_told(console)[0])
        assert seen == [*range(1, count + 1), 1]
        await console.press("N")
        assert _told(console)[0] == count
        await console.press("slash", *"no such text", "enter")
        assert console.said == "Not on this page: no such text"
        await console.press("k")
        assert not marked_cells(console)


async def test_guides_and_help_are_searched_and_scrolled_like_less(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("enter")
        assert console.screen.NAME == "guide"
        view = console.screen.query_one(TextView)
        await console.press("G")
        assert view.scroll_y == view.max_scroll_y > 10
        await console.press("g", "g", "4", "j", "ctrl+d")
        assert view.scroll_y == 4 + round((view.size.height - 1) / 2)
        await console.press("5", "G")
        assert view.scroll_y == 4
        await console.press("slash", *"profile", "enter")
        count = _told(console)[1]
        assert count > 2
        for _more in range(count):
            assert "reverse" in _looks(console)
            await console.press("n")
        assert _told(console)[0] == 1
        await console.press("question_mark")
        assert isinstance(console.app.screen, HelpScreen)
        help_view = console.app.screen.view
        await console.press("G")
        assert help_view.scroll_y == help_view.max_scroll_y
        await console.press("g")
        assert help_view.scroll_y == 0
        await console.press("slash", *"screen", "enter", "n")
        assert str(help_view.border_subtitle).startswith("screen: 2 of ")
        assert "reverse" in _looks(console)
        await console.press("Z")
        assert "No such key here." in str(help_view.border_subtitle)
        await console.press("slash", "escape", "escape")
        assert console.screen.NAME == "guide"


async def test_wheel_and_double_click_act_on_lists_and_pages(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c")
        await console._pilot.click("#customers", offset=(5, 4), times=2)
        await console.wait_until(lambda: isinstance(console.screen, CustomerScreen))
        page = console.screen.query_one(FieldPage)
        page.post_message(_wheel(page))
        await console.settle()
        assert page.scroll_offset.y > 0
        await console.press("escape")
        console.table.post_message(_wheel(console.table))
        await console.settle()
        assert console.table.scroll_offset.y > 0


@pytest.mark.parametrize(
    ("text", "sought", "found"),
    [
        ("Ärzte und ärzte", "arzte", ["Ärzte", "ärzte"]),
        ("a  b a\tb", "a b", ["a  b", "a\tb"]),
        ("Straße", "strasse", ["Straße"]),
        ("[bold]x[/]", "[BOLD]", ["[bold]"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("abc", " ", []),
    ],
)
def test_a_text_is_found_as_it_is_searched(text: str, sought: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in occurrences(text, sought)] == found


def help_text(console: Console) -> str:
    assert isinstance(console.app.screen, HelpScreen)
    return console.app.screen.text().plain


def _told(console: Console) -> tuple[int, int]:
    """Return which place of how many the status line tells of."""
    words = console.said.split()
    return int(words[-3]), int(words[-1])


def marked_cells(console: Console) -> list[str]:
    """Return the texts of the page that are shown as found."""
    page = console.screen.query_one(FieldPage)
    return [
        segment.text.strip()
        for y in range(page.size.height)
        for segment in page.render_line(y)
        if segment.style is not None and segment.style.reverse
    ]


def _looks(console: Console) -> list[str]:
    parts = [*console.app.screen.query(Markdown), *console.app.screen.query(".keys")]
    statics = [static for part in parts for static in (*part.query(Static), part)]
    spans = [getattr(getattr(static, "content", None), "spans", ()) for static in statics]
    return [str(span.style) for one in spans for span in one]


def _wheel(widget: Widget) -> MouseScrollDown:
    return MouseScrollDown(widget, 5, 5, 0, 1, 0, False, False, False)
