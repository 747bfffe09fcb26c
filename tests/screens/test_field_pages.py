"""Pages of fields: states with signs and tones, and two columns where there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.languages import _, speak
from partnerdesk.models.lists.tones import SIGNS, Tone, Toned
from partnerdesk.models.relationships.lifecycles import INVITATION_TITLES
from partnerdesk.screens.shared.help import HelpScreen
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.field_layout import Columns, Line, balanced, field_lines
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.sections import Field
from tests.support.books import demo_desk
from tests.support.console import running

if TYPE_CHECKING:
    from pathlib import Path

    from rich.color import Color

    from tests.support.console import Console

WIDE, DESIGN = (160, 45), (120, 40)
BAD = "✕"


def page(console: Console) -> FieldPage:
    return console.screen.query_one(FieldPage)


def colours(console: Console, text: str) -> set[Color | None]:
    """Return the colours in which a text stands on the page."""
    strips = [page(console).render_line(y) for y in range(page(console).size.height)]
    return {
        part.style.color if part.style else None
        for strip in strips
        for part in strip
        if text in part.text
    }


# States


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_state_looks_on_its_page_as_in_its_list(tmp_path: Path, language: str) -> None:
    speak(language)
    lapsed = f"{BAD} {_(INVITATION_TITLES['lapsed'])}"
    async with running(demo_desk(tmp_path), DESIGN) as console:
        await console.press("g", "l", "j")
        assert lapsed in console.lines()[2]
        await console.press("enter")
        assert lapsed in console.lines()[1]
        await console.press("j")  # the cursor has a look of its own
        (late,) = colours(console, lapsed)
        (plain,) = colours(console, _("yes"))
        assert late != plain


async def test_the_sign_of_a_state_is_not_copied(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), DESIGN) as console:
        await console.press("g", "c", "slash", *"fabrikam", "enter")
        await console.press(*["j"] * 15)
        field = page(console).field
        assert field is not None
        assert any(line.endswith(f"{SIGNS[Tone.GOOD]} Reseller") for line in console.lines())
        assert field.text == "Reseller"


@given(
    st.lists(st.sampled_from(["sent", "in 6 d", "x sent", "…"]), max_size=5), st.integers(10, 30)
)
def test_pieces_with_a_tone_keep_their_words(pieces: list[str], room: int) -> None:
    text = " · ".join(pieces)
    toned = tuple(Toned(piece, Tone.BAD, has_sign=False) for piece in pieces)
    plain = list(field_lines(Field("A", text), 0, ["A"], room))
    told = list(field_lines(Field("A", text, toned=toned), 0, ["A"], room))
    assert [line.text for line in told] == [line.text for line in plain]
    spans = told[0].spans
    assert [told[0].paragraph[span.start : span.end] for span in spans] == pieces


# Columns


def lines_of(heights: list[int]) -> list[Line]:
    """Return sections of some heights, parted by blank lines."""
    lines: list[Line] = []
    for place, height in enumerate(heights):
        lines += [Line("", "", -1)] if place else []
        lines.append(Line("", "T", -1, heading=True))
        lines += [Line("L", "x", place)] * height
    return lines


@given(st.lists(st.integers(1, 20), min_size=1, max_size=7))
def test_each_line_stands_once_and_no_other_split_is_lower(heights: list[int]) -> None:
    lines = lines_of(heights)
    columns = Columns(lines, balanced(lines), 63)
    stand = [place for row in range(columns.height) for place in columns.at(row)]
    assert sorted(place for place in stand if place is not None) == [*range(len(lines))]
    for place in range(len(lines)):
        column = columns.column_of(place)
        assert columns.at(columns.row_of(place))[column] == place
        assert columns.column_at(columns.left_of(column) + 5) == column
    headings = [place for place, line in enumerate(lines) if line.heading and place]
    assert columns.count == (2 if headings else 1)
    others = [max(place - 1, len(lines) - place) for place in headings]
    assert all(max(columns.split - 1, len(lines) - columns.split) <= other for other in others)


async def test_a_wide_page_has_two_columns_and_the_arrows_go_across(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c", "slash", *"fabrikam", "enter")
        heading = console.lines()[0]
        assert heading.index("Fabrikam, Inc.") < heading.index("Relationship")
        await console.press("right")
        assert named(console) == "Cloud"
        await console.press("left")
        assert named(console) == "Company"
        await console.press("h")
        assert "Demo book made" in chosen(console)
        await console.press("left")
        assert named(console) == "Address"
        await console.press("j", "j")
        assert named(console) == "Cloud", "on from the end of one column to the next"
        await console._pilot.click(FieldPage, offset=(100, 3))
        assert named(console) == "Relationship"
        await console._pilot.click(FieldPage, offset=(10, 3))
        assert named(console) == "Primary domain"
        await console.press("L")
        assert named(console) == "Language"
        await console._pilot.resize_terminal(*DESIGN)
        await console.press("right")
        assert named(console) == "Language", "there is one column"


async def test_what_is_found_in_the_second_column_is_seen(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (160, 16)) as console:
        await console.press("g", "c", "slash", *"fabrikam", "enter")
        await console.press("slash", *"seed", "enter")
        assert any("Seed" in line for line in console.lines())
        await console.press("home", "G")
        assert "Demo book made" in chosen(console)
        await console.press("home")
        assert "Fabrikam, Inc." in console.lines()[0]


def named(console: Console) -> str:
    field = page(console).field
    return field.label if field is not None else ""


def chosen(console: Console) -> str:
    field = page(console).field
    return field.text if field is not None else ""


async def test_details_have_a_second_column_only_where_one_does_not_hold_them(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path), (280, 26)) as console:
        await console.press("g", "c", "j", "tab")
        pane = console.screen.query_one(DetailPane)
        await console.wait_until(lambda: pane.has_columns)
        assert "Alpine Ski House" in pane.render_line(0).text
        await console.press("right")
        assert pane.render_line(1).text.index("▌") > pane.LEAST_COLUMN
        await console.press("question_mark")
        assert isinstance(console.app.screen, HelpScreen)
        assert _("Go to the column beside, where a page has two") in console.app.screen.text().plain
        await console.press("escape")
        await console._pilot.resize_terminal(280, 70)
        await console.settle()
        assert not pane.has_columns
