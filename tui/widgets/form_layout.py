"""The items of a form, and their layout as lines of a given width."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from partnerdesk.models.core.text import shown, shown_lines
from partnerdesk.tui.widgets.record_layout import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CURSOR_WIDTH = 2
"""Cells at the left of each line, for the cursor's mark."""
STATE_WIDTH = 3
"""Cells between label and value: a space, the mark of the state, a space."""
LABEL_LIMIT = 26
"""The largest width of a label, in cells."""
LEAST_ROOM = 10
"""The smallest width of a value, in cells, even in a narrow window."""
MOST_ROOM = 64
"""The largest width of a value and of the messages below it, in cells: they are read."""
MESSAGE_LINES = 6
"""The largest number of lines of one message; longer messages are cut."""
LIST_MARK = " ▾"


class ItemState(StrEnum):
    """The result of checking the value of an item."""

    BLANK = "blank"
    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


STATE_MARKS = {
    ItemState.BLANK: " ",
    ItemState.GOOD: "✓",
    ItemState.WARNING: "!",
    ItemState.WRONG: "✗",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One field of a form."""

    name: str
    """The stable name of the field."""
    label: str
    """The translated label."""
    required: bool = False
    """Whether a `*` follows the label."""
    suffix: str = ""
    """Shown behind the value but not part of it, such as `.onmicrosoft.com`."""
    completions: tuple[str, ...] = ()
    """Texts to which a typed text can be completed."""
    list_mark: bool = False
    """Whether a list of values can be opened; shown as `▾` behind the value."""

    @property
    def tail(self) -> str:
        """The text behind the value: the suffix and the mark of the list."""
        return shown(self.suffix) + (LIST_MARK if self.list_mark else "")


@dataclass(frozen=True, slots=True)
class ItemSection:
    """A heading and the items below it."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """The state of an item's value, and the messages below it."""

    state: ItemState = ItemState.BLANK
    texts: tuple[tuple[ItemState, str], ...] = ()
    """Messages, each with its own state; `BLANK` for help."""


NO_REMARK = Remark()


class LineKind(StrEnum):
    """The kind of a line of the form."""

    BLANK = "blank"
    HEADING = "heading"
    VALUE = "value"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line, safe to print; equal lines look the same."""

    kind: LineKind
    name: str = ""
    """The name of the line's item; empty for headings and blank lines."""
    at_cursor: bool = False
    label: str = ""
    state: ItemState = ItemState.BLANK
    text: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class FormLayout:
    """The lines of a form and the position of its values."""

    lines: tuple[FormLine, ...] = ()
    value_x: int = 0
    """The first column of the values."""
    room: int = LEAST_ROOM
    """Cells for a value and its tail."""

    def value_line(self, name: str) -> int:
        """Return the index of the value line of an item; 0 if there is no such item."""
        for place, line in enumerate(self.lines):
            if line.kind is LineKind.VALUE and line.name == name:
                return place
        return 0

    def block(self, name: str) -> tuple[int, int]:
        """Return the first and last line of an item, including a heading directly above."""
        first = last = self.value_line(name)
        while first > 0 and not self.lines[first - 1].name:
            first -= 1
        while last + 1 < len(self.lines) and self.lines[last + 1].name == name:
            last += 1
        return first, last


def lay_out(
    sections: Sequence[ItemSection],
    values: Mapping[str, str],
    remarks: Mapping[str, Remark],
    current: str,
    width: int,
) -> FormLayout:
    """Return the layout of a form that is `width` cells wide.

    The value of the `current` item is left out, because the input covers it.
    """
    items = [item for section in sections for item in section.items]
    limit = min(LABEL_LIMIT, width // 3)
    label_width = min(max((_label_length(item) for item in items), default=0), limit)
    value_x = CURSOR_WIDTH + label_width + STATE_WIDTH
    room = min(max(width - value_x, LEAST_ROOM), MOST_ROOM)
    lines: list[FormLine] = []
    for section in sections:
        if not section.items:
            continue
        if lines:
            lines.append(FormLine(LineKind.BLANK))
        lines.append(FormLine(LineKind.HEADING, text=shown(section.title)))
        for item in section.items:
            remark = remarks.get(item.name, NO_REMARK)
            at_cursor = item.name == current
            text, tail = _fitted_value("" if at_cursor else values.get(item.name, ""), item, room)
            label = _fitted_label(item, label_width)
            lines.append(
                FormLine(
                    LineKind.VALUE, item.name, at_cursor, label, remark.state, text,
                    "" if at_cursor else tail,
                )
            )  # fmt: skip
            lines.extend(_messages(item.name, remark, at_cursor=at_cursor, room=room))
    return FormLayout(tuple(lines), value_x, room)


def fitted_tail(item: Item, room: int) -> str:
    """Return the tail of an item, cut so that `LEAST_ROOM` cells remain for the value."""
    return _cut(item.tail, max(room - LEAST_ROOM, 0))


def _label_length(item: Item) -> int:
    return cell_len(shown(item.label)) + (2 if item.required else 0)


def _fitted_label(item: Item, width: int) -> str:
    star = " *" if item.required else ""
    return fitted(_cut(shown(item.label), width - len(star)) + star, width)


def _fitted_value(value: str, item: Item, room: int) -> tuple[str, str]:
    tail = fitted_tail(item, room)
    # A value may be very long: only the visible part, with combining marks, is processed.
    return _cut(shown(value[: room * 8]), room - cell_len(tail)), tail


def _messages(name: str, remark: Remark, *, at_cursor: bool, room: int) -> Iterator[FormLine]:
    for state, text in remark.texts:
        mark = STATE_MARKS[state] + " "
        parts = [
            part.plain
            for line in shown_lines(text[: room * MESSAGE_LINES])
            for part in Content(line).wrap(room - len(mark))
        ]
        before = mark
        for part in parts[:MESSAGE_LINES]:
            yield FormLine(LineKind.MESSAGE, name, at_cursor, state=state, text=before + part)
            before = "  "


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
