"""Empty lists: a drawing, why nothing is there, and the next keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from partnerdesk.models.languages import _, speak
from partnerdesk.tui.widgets import empty_place
from partnerdesk.tui.widgets.empty_place import BOOK, EmptyPlace
from tests.support.books import empty_desk
from tests.support.console import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console

SMALL = (80, 24)
DRAWINGS = [text for text in vars(empty_place).values() if isinstance(text, str) and "─" in text]
LISTS = {
    "customers": ("g", "c"), "invitations": ("g", "l"), "partners": ("g", "l", "2"),
    "delegated-admin": ("g", "l", "3"), "ended": ("g", "l", "4"), "overview": ("g", "o"),
}  # fmt: skip


def told(console: Console) -> str:
    """Return what stands in the place of the list."""
    place = console.screen.query_one(EmptyPlace)
    assert place.display
    return "\n".join(place.render_line(y).text.rstrip() for y in range(place.size.height))


def drawn(text: str) -> list[str]:
    """Return the drawings that a text begins with."""
    said = [line.strip() for line in text.strip("\n").split("\n")]
    return [
        drawing
        for drawing in DRAWINGS
        if (own := [line.strip() for line in drawing.strip("\n").split("\n")]) == said[: len(own)]
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", LISTS)
async def test_an_empty_place_is_drawn_and_fits(name: str, language: str, tmp_path: Path) -> None:
    speak(language)
    async with running(empty_desk(tmp_path), SMALL) as console:
        await console.press(*LISTS[name])
        place, text = console.screen.query_one(EmptyPlace), told(console)
        assert len(drawn(text)) == 1
        height = place.get_content_height(place.size, console.app.size, place.size.width)
        assert height <= place.size.height
        assert any(line.strip().startswith(("n  ", "i", "g c  ")) for line in text.split("\n"))


async def test_the_drawing_gives_way_where_there_is_little_room(tmp_path: Path) -> None:
    async with running(empty_desk(tmp_path), SMALL) as console:
        await console.press("g", "c")
        assert drawn(told(console)) == [BOOK]
        await console._pilot.resize_terminal(80, 16)
        await console.settle()
        assert not drawn(told(console))
        assert _("adds a customer") in told(console)
        await console._pilot.resize_terminal(*SMALL)
        await console.settle()
        assert drawn(told(console)) == [BOOK]


async def test_the_keys_are_those_that_a_person_chose(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path, keys={"customers.new": "f7"})
    async with running(desk, SMALL) as console:
        await console.press("g", "c")
        assert "f7  adds a customer" in told(console)


async def test_a_filter_without_hits_has_another_drawing(tmp_path: Path) -> None:
    async with running(empty_desk(tmp_path), SMALL) as console:
        await console.press("g", "c", "slash", "z", "z")
        assert drawn(told(console)) == [empty_place.LENS]
        assert "/    changes it" in told(console)
        await console.press("enter", "escape")
        assert drawn(told(console)) == [BOOK]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_drawing_is_small_and_of_narrow_characters(drawing: str) -> None:
    lines = drawing.strip("\n").split("\n")
    assert len(lines) <= 4
    assert all(cell_len(line) == len(line) <= 20 for line in lines)
    assert not any(ord(letter) >= 0x1F000 or 0x2600 <= ord(letter) < 0x2800 for letter in drawing)
