"""What stands where nothing is: a drawing, why nothing is there, and the next keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.actions import BACK, CLOUD, shown_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.tui.widgets.actions import Action

BOOK = r"""
╭───────┬───────╮
│ ───── │       │
│ ───   │       │
╰───────┴───────╯
"""
LETTER = r"""
╭─────────────╮
│ ╲         ╱ │
│   ╲_____╱   │
╰─────────────╯
"""
LINK = r"""
╭─────╮   ╭─────╮
│   ╭─┼───┼─╮   │
│   ╰─┼───┼─╯   │
╰─────╯   ╰─────╯
"""
BROKEN_LINK = r"""
╭─────╮   ╭─────╮
│   ╭─┼   ┼─╮   │
│   ╰─┼   ┼─╯   │
╰─────╯   ╰─────╯
"""
KEY = r"""
╭─────╮
│  ╭╮ ├──────┬─┬╴
│  ╰╯ │      ╵ ╵
╰─────╯
"""
CLOCK = r"""
 ╭─────╮
╭╯  │  ╰╮
╰╮  ╰─ ╭╯
 ╰─────╯
"""
BARS = r"""
│       ┌┐
│ ┌┐    ││
│ ││ ┌┐ ││
└─┴┴─┴┴─┴┴─
"""
LENS = r"""
╭─────╮
│     │
╰─────╯
       ╲
"""
AROUND_WIDTH, AROUND_HEIGHT = 8, 8
"""Cells of a terminal that are not for what is said: the frame, the tabs, and room at the edges."""
LEAST_WIDTH = 50
"""The width of a terminal, in cells, from which on there is a drawing."""
LONGEST_KEY = 6
"""The longest keys, in cells, behind which what they do is aligned; commands stand out."""
DEMO = "partnerdesk --demo"
"""The command that opens a book to try everything on."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why nothing is there, and what to do."""

    why: str
    """Paragraphs, parted by blank lines."""
    ways: tuple[tuple[str, str], ...] = ()
    """What leads on, each with what it does: the id of an action, or keys or a command."""
    drawing: str = BOOK

    def content(self, actions: Iterable[Action], remapped: Mapping[str, str]) -> Content:
        """Return the text: what is said, and a line for each way with its keys."""
        keys = {action.id: shown_keys(action, remapped) for action in actions}
        named = [(keys.get(way, way), text) for way, text in self.ways]
        width = max((len(key) for key, _text in named if len(key) <= LONGEST_KEY), default=0)
        ways = [
            Content.assemble((key, "bold $text-accent"), " " * max(width - len(key), 0), "  ", text)
            for key, text in named
        ]
        return Content("\n").join([Content(self.why), *([Content("")] if ways else []), *ways])


def no_match(why: str, filter_action: str) -> Emptiness:
    """Return what a list says whose filter nothing matches."""
    ways = ((filter_action, _("changes it")), (BACK.id, _("clears it")))
    return Emptiness(why, ways, LENS)


def another_cloud() -> tuple[str, str]:
    """Return the way to another cloud."""
    return CLOUD.id, _("chooses another cloud")


def demo_book() -> tuple[str, str]:
    """Return the way to a book to try everything on."""
    return DEMO, _("opens a demo book to try everything on")


class EmptyPlace(Static):
    """Shows why nothing is there; with a drawing where there is room for it."""

    DEFAULT_CSS = """
    EmptyPlace { height: 1fr; padding: 2 4; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._drawing = ""
        self._text = Content("")
        self._shown: Content | None = None

    def say(self, drawing: str, text: Content) -> None:
        """Show a text, below a drawing; what stands there already is not sent again."""
        self._drawing, self._text = drawing, text
        self._lay_out()

    def on_resize(self) -> None:
        """Leave the drawing out where the text needs its room."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size  # known before the widget has a size, so it is drawn once
        content, drawing = self._text, self._drawing.strip("\n")
        lines = content.wrap(max(width - AROUND_WIDTH, 1))
        room = height - AROUND_HEIGHT - drawing.count("\n") - 2
        if width >= LEAST_WIDTH and len(lines) <= room:
            content = Content("\n\n").join([Content.styled(drawing, "$text-muted"), content])
        if content != self._shown:
            self._shown = content
            self.update(content)
