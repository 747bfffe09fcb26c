"""What a form consists of, and which lines it becomes at a given width."""

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
"""Cells between label and value: a blank, the mark of the state, a blank."""
LABEL_LIMIT = 26
"""Cells that a label gets at most."""
LEAST_ROOM = 10
"""Cells that a value gets at least, however narrow the window."""
MESSAGE_LINES = 6
"""Lines that one message takes at most; what is said about a field is never a page."""
LIST_MARK = " ▾"


class ItemState(StrEnum):
    """How good the value of an item is."""

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
    """Stable: what the screen knows it by."""
    label: str
    """Translated."""
    required: bool = False
    """Shown as a `*` behind the label."""
    suffix: str = ""
    """Shown behind the value, and no part of it: `.onmicrosoft.com`."""
    completions: tuple[str, ...] = ()
    """Texts that what is typed may be completed to."""
    list_mark: bool = False
    """Whether a list can be opened for it; `▾` behind the value says so."""

    @property
    def tail(self) -> str:
        """What stands behind the value: the suffix and the list's mark."""
        return shown(self.suffix) + (LIST_MARK if self.list_mark else "")


@dataclass(frozen=True, slots=True)
class ItemSection:
    """A heading and the items below it."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said about the value of an item."""

    state: ItemState = ItemState.BLANK
    texts: tuple[tuple[ItemState, str], ...] = ()
    """Each with how bad it is; `BLANK` for a word of help."""


NO_REMARK = Remark()


class LineKind(StrEnum):
    """What a line of the form holds."""

    BLANK = "blank"
    HEADING = "heading"
    VALUE = "value"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line, safe to print; lines that are equal look alike."""

    kind: LineKind
    name: str = ""
    """The item it belongs to; empty for headings and blank lines."""
    at_cursor: bool = False
    label: str = ""
    state: ItemState = ItemState.BLANK
    text: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class FormLayout:
    """The lines of a form and where its values stand."""

    lines: tuple[FormLine, ...] = ()
    value_x: int = 0
    """The column in which the values begin."""
    room: int = LEAST_ROOM
    """Cells for a value and what stands behind it."""

    def value_line(self, name: str) -> int:
        """Return which line holds the value of an item; 0 where there is no such item."""
        for place, line in enumerate(self.lines):
            if line.kind is LineKind.VALUE and line.name == name:
                return place
        return 0

    def block(self, name: str) -> tuple[int, int]:
        """Return the first and last line of an item, with the headings right above it."""
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
    """Return the lines of a form `width` cells wide.

    The value of the `current` item is left out: that is where the input lies.
    """
    items = [item for section in sections for item in section.items]
    limit = min(LABEL_LIMIT, width // 3)
    label_width = min(max((_label_length(item) for item in items), default=0), limit)
    value_x = CURSOR_WIDTH + label_width + STATE_WIDTH
    room = max(width - value_x, LEAST_ROOM)
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
    """Return what stands behind the value, cut where it would leave too little for the value."""
    return _cut(item.tail, max(room - LEAST_ROOM, 0))


def _label_length(item: Item) -> int:
    return cell_len(shown(item.label)) + (2 if item.required else 0)


def _fitted_label(item: Item, width: int) -> str:
    star = " *" if item.required else ""
    return fitted(_cut(shown(item.label), width - len(star)) + star, width)


def _fitted_value(value: str, item: Item, room: int) -> tuple[str, str]:
    tail = fitted_tail(item, room)
    # No more is looked at than can be seen, combining marks included: it may be very long.
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
