"""A page of labelled fields in sections; the field under the cursor can be copied or edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from partnerdesk.models.core.text import shown, shown_lines
from partnerdesk.tui.widgets.record_layout import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.events import Click

    from partnerdesk.tui.widgets.questions import Act

MARGIN = 2
GAP = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a page."""

    label: str
    """Not escaped: label and text are made safe when drawn."""
    text: str
    """The stored text; its line breaks are kept."""
    name: str = ""
    """Keeps the cursor on the field when the content changes; empty to keep the position."""
    open: Act | None = None
    """Opens the record named in the field; None if the field leads nowhere."""
    edit: Act | None = None
    """Edits the field alone; None if it is edited with the whole record, or not at all."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the fields below it."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    text: str
    field: int
    """The index of the line's field; -1 for headings and blank lines."""
    heading: bool = False


class FieldPage(ScrollView, can_focus=True):
    """Shows sections of fields; the cursor moves from field to field."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field-page--heading", "field-page--label", "field-page--cursor",
    }  # fmt: skip

    DEFAULT_CSS = """
    FieldPage {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        overflow-x: hidden;
    }
    FieldPage > .field-page--heading { text-style: bold; color: $text-accent; }
    FieldPage > .field-page--label { color: $text-muted; }
    FieldPage > .field-page--cursor { background: $cursor; color: $cursor-text; text-style: bold; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False, id="page.up"),
        Binding("down,j", "move(1)", show=False, id="page.down"),
        Binding("pageup", "page(-1)", show=False, id="page.page-up"),
        Binding("pagedown", "page(1)", show=False, id="page.page-down"),
        Binding("home", "move(-10000)", show=False, id="page.first"),
        Binding("end,G", "move(10000)", show=False, id="page.last"),
    ]

    class Chosen(Message):
        """A field was double-clicked."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: Sequence[Section] = ()
        self._fields: list[Field] = []
        self._lines: list[_Line] = []
        self._label_width = 0
        self._cursor = 0

    def show(self, sections: Sequence[Section]) -> None:
        """Show new content; the cursor stays on the field of the same name, else at its index."""
        name = self.field.name if self.field else ""
        self._sections = [section for section in sections if section.fields]
        self._fields = [field for section in self._sections for field in section.fields]
        self._cursor = min(self._cursor, max(len(self._fields) - 1, 0))
        places = [place for place, field in enumerate(self._fields) if name and field.name == name]
        self._cursor = places[0] if places else self._cursor
        self._lay_out()
        self._follow()
        self.refresh()

    @property
    def field(self) -> Field | None:
        """The field under the cursor."""
        return self._fields[self._cursor] if self._fields else None

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` fields; scroll through a field taller than the page first."""
        first, last = self._lines_of(self._cursor)
        top, height = self.scroll_offset.y, self.size.height
        if (by == 1 and last >= top + height) or (by == -1 and first < top):
            self.scroll_to(y=top + by, animate=False, immediate=True)
            return
        before = self._cursor
        self._cursor = min(max(before + by, 0), max(len(self._fields) - 1, 0))
        self._refresh_field(before)
        self._refresh_field(self._cursor)
        self._follow()

    def action_page(self, by: int) -> None:
        """Scroll by a page and put the cursor on the first visible field."""
        height = max(self.size.height - 1, 1)
        top = min(max(self.scroll_offset.y + by * height, 0), max(len(self._lines) - height, 0))
        self.scroll_to(y=top, animate=False, immediate=True)
        seen = [line.field for line in self._lines[top : top + height] if line.field >= 0]
        if seen:
            before, self._cursor = self._cursor, seen[0] if by < 0 or top else seen[-1]
            self._refresh_field(before)
            self._refresh_field(self._cursor)

    def go_to_section(self, title: str) -> None:
        """Put the cursor on the first field of a section and scroll its heading to the top."""
        before = 0
        for section in self._sections:
            if section.title == title:
                self.action_move(before - self._cursor)
                heading = self._lines_of(before)[0] - 1
                self.scroll_to(y=heading, animate=False, immediate=True)
                return
            before += len(section.fields)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the clicked field; a double click chooses the field."""
        self.focus()
        place = self.scroll_offset.y + event.y
        if place < len(self._lines) and self._lines[place].field >= 0:
            self.action_move(self._lines[place].field - self._cursor)
            if event.chain > 1 and self.field is not None:
                self.post_message(self.Chosen(self.field))

    def on_resize(self) -> None:
        """Wrap the texts to the new width."""
        self._lay_out()
        self._follow()

    def _lay_out(self) -> None:
        labels = [cell_len(shown(field.label)) for field in self._fields]
        self._label_width = min(max(labels, default=0), 30)
        self._lines = list(self._laid_out())
        self.virtual_size = Size(self.size.width, len(self._lines))

    def _laid_out(self) -> Iterator[_Line]:
        room = max(self.scrollable_content_region.width - MARGIN - self._label_width - GAP - 1, 10)
        number = 0
        for place, section in enumerate(self._sections):
            if place:
                yield _Line("", "", -1)
            yield _Line("", shown(section.title), -1, heading=True)
            for field in section.fields:
                label = shown(field.label)
                for line in shown_lines(field.text) or ["–"]:
                    for part in Content(line).wrap(room) or [Content("")]:
                        yield _Line(label, part.plain, number)
                        label = ""
                number += 1

    def _lines_of(self, field: int) -> tuple[int, int]:
        places = [place for place, line in enumerate(self._lines) if line.field == field]
        return (places[0], places[-1]) if places else (0, 0)

    def _refresh_field(self, field: int) -> None:
        first, last = self._lines_of(field)
        y = first - self.scroll_offset.y
        self.refresh(Region(0, y, self.size.width, last - first + 1))

    def _follow(self) -> None:
        first, last = self._lines_of(self._cursor)
        top, height = self.scroll_offset.y, self.size.height
        if self._cursor == 0:
            top = 0
        elif first < top:
            top = first
        elif last >= top + height:
            top = min(last - height + 1, first)
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base = self.rich_style
        width = self.size.width
        place = self.scroll_offset.y + y
        if place >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[place]
        if line.heading:
            style = self.get_component_rich_style("field-page--heading")
            return Strip([Segment(" " + line.text, style)]).adjust_cell_length(width, style)
        label = self.get_component_rich_style("field-page--label")
        value = base
        at_cursor = line.field == self._cursor and line.field >= 0
        if at_cursor:
            cursor = self.get_component_rich_style("field-page--cursor", partial=True)
            label, value = base + cursor, base + cursor
        mark = "▌ " if at_cursor else "  "
        text = mark + fitted(line.label, self._label_width) + " " * GAP
        return Strip([Segment(text, label), Segment(line.text, value)]).adjust_cell_length(
            width, value
        )
