"""The lines of a form, drawn from a layout; only changed lines are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from partnerdesk.tui.widgets.form_layout import (
    STATE_MARKS,
    FormLayout,
    FormLine,
    LineKind,
)

if TYPE_CHECKING:
    from rich.style import Style
    from textual.events import Click

STEP = 8
"""The virtual height of a form taller than the window grows by this number of lines."""


class FormLines(ScrollView, can_focus=False):
    """Draws the lines of a form; the widget holds no values and never has the focus."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form-lines--heading", "form-lines--label", "form-lines--cursor", "form-lines--tail",
        "form-lines--good", "form-lines--warning", "form-lines--wrong",
    }  # fmt: skip

    DEFAULT_CSS = """
    FormLines {
        height: 100%;
        background: $background;
        color: $foreground;
        scrollbar-size: 0 0;
        overflow-x: hidden;
        overflow-y: auto;
    }
    FormLines > .form-lines--heading { text-style: bold; color: $text-accent; }
    FormLines > .form-lines--label { color: $text-muted; }
    FormLines:ansi > .form-lines--label { text-style: dim; }
    FormLines > .form-lines--cursor { background: $cursor; color: $cursor-text; text-style: bold; }
    FormLines > .form-lines--tail { color: $text-muted; }
    FormLines:ansi > .form-lines--tail { text-style: dim; }
    FormLines > .form-lines--good { color: $text-success; }
    FormLines > .form-lines--warning { color: $text-warning; }
    FormLines > .form-lines--wrong { color: $text-error; text-style: bold; }
    """

    class Clicked(Message):
        """A line of an item was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Resized(Message):
        """The size of the widget changed."""

    class Scrolled(Message):
        """The lines were scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.form = FormLayout()
        """The layout that is drawn."""

    @property
    def room(self) -> int:
        """The width of the lines, in cells."""
        return self.scrollable_content_region.width

    def draw(self, form: FormLayout) -> None:
        """Draw another layout; only lines that differ are drawn again."""
        before, self.form = self.form, form
        # A new virtual size repaints the page, so it stays while the lines fit and grows in steps.
        height = self.size.height
        if len(form.lines) > height:
            height = -(-len(form.lines) // STEP) * STEP
        self.virtual_size = Size(self.size.width, height)
        if before.value_x != form.value_x or before.room != form.room:
            self.refresh()
            return
        top = self.scroll_offset.y
        for y in range(self.size.height):
            if _line(before, top + y) != _line(form, top + y):
                self.refresh(Region(0, y, self.size.width, 1))

    def follow(self, name: str) -> None:
        """Scroll so that an item is visible with its heading and its messages.

        Scroll by half a page instead of a line, because each scroll sends the whole page.
        """
        first, last = self.form.block(name)
        value = self.form.value_line(name)
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if last - first >= height:  # too tall for the window: show the value and the lines below
            first, last = value, min(last, value + height - 1)
        if first < top:
            top = max(min(first, last - height // 2), last - height + 1)
        elif last >= top + height:
            top = min(max(last - height + 1, first - height // 2), first)
        top = min(max(top, 0), max(len(self.form.lines) - height, 0))
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def shows(self, name: str) -> bool:
        """Return whether an item is visible with its heading and its messages."""
        first, last = self.form.block(name)
        top = self.scroll_offset.y
        return top <= first and last < top + self.size.height

    def on_resize(self) -> None:
        """Notify the form, which computes a new layout."""
        self.post_message(self.Resized())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Notify the form, which keeps its cursor visible."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def on_click(self, event: Click) -> None:
        """Notify the form of the clicked item."""
        line = _line(self.form, self.scroll_offset.y + event.y)
        if line is not None and line.name:
            self.post_message(self.Clicked(line.name))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base = self.rich_style
        width = self.size.width
        line = _line(self.form, self.scroll_offset.y + y)
        if line is None or line.kind is LineKind.BLANK:
            return Strip.blank(width, base)
        if line.kind is LineKind.HEADING:
            segments = [Segment(" " + line.text, self._style("heading"))]
        elif line.kind is LineKind.MESSAGE:
            segments = self._message(line, base)
        else:
            segments = self._value(line, base)
        return Strip(segments).adjust_cell_length(width, base)

    def _value(self, line: FormLine, base: Style) -> list[Segment]:
        label = self._style("cursor" if line.at_cursor else "label")
        mark = STATE_MARKS[line.state]
        return [
            Segment("▌ " if line.at_cursor else "  ", label),
            Segment(line.label, label),
            Segment(" " + mark + " ", self._state_style(line)),
            Segment(line.text, base),
            Segment(line.tail, self._style("tail")),
        ]

    def _message(self, line: FormLine, base: Style) -> list[Segment]:
        return [
            Segment("▌" if line.at_cursor else " ", base),
            Segment(" " * (self.form.value_x - 1), base),
            Segment(line.text, self._state_style(line)),
        ]

    def _state_style(self, line: FormLine) -> Style:
        return self._style(str(line.state)) if line.state != "blank" else self._style("label")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"form-lines--{name}")


def _line(form: FormLayout, place: int) -> FormLine | None:
    return form.lines[place] if 0 <= place < len(form.lines) else None
