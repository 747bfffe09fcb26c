"""A form of labelled fields: one input covers the current value, the rest is drawn as lines.

Textual does not compare frames, and a change of focus repaints the whole screen. Therefore the
focus stays on the one input, and moving the cursor draws only the two items concerned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from partnerdesk.tui.widgets.form_bar import FormBar
from partnerdesk.tui.widgets.form_entry import FormEntry
from partnerdesk.tui.widgets.form_layout import (
    NO_REMARK,
    STATE_MARKS,
    Item,
    ItemSection,
    ItemState,
    Remark,
    fitted_tail,
    lay_out,
)
from partnerdesk.tui.widgets.form_lines import FormLines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

__all__ = ["STATE_MARKS", "FormPage", "Item", "ItemSection", "ItemState"]


class FormPage(Widget):
    """Shows sections of items; the cursor moves between items, typed text goes to the current."""

    DEFAULT_CSS = """
    FormPage {
        height: 1fr;
        overflow: hidden hidden;
        scrollbar-background: $background;
        scrollbar-color: $panel;
    }
    FormPage FormEntry { position: absolute; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,enter", "next", show=False, priority=True, id="form.next"),
        Binding("shift+tab", "move(-1)", show=False, priority=True, id="form.previous"),
        Binding("down", "move(1)", show=False, priority=True, id="form.down"),
        Binding("up", "move(-1)", show=False, priority=True, id="form.up"),
        Binding("pageup", "section(-1)", show=False, priority=True, id="form.section-up"),
        Binding("pagedown", "section(1)", show=False, priority=True, id="form.section-down"),
        Binding("ctrl+home", "move(-10000)", show=False, priority=True, id="form.first"),
        Binding("ctrl+end", "move(10000)", show=False, priority=True, id="form.last"),
    ]

    class Left(Message):
        """The cursor leaves an item, or `leave` was called; `text` is the item's value."""

        def __init__(self, name: str, text: str, *, up: bool = False) -> None:
            super().__init__()
            self.name = name
            self.text = text
            self.up = up
            """Whether the cursor moves up, as to look at an earlier item."""

    class Typed(Message):
        """A person changed the text of the current item."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    class Entered(Message):
        """The cursor moved to an item."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Finished(Message):
        """A person pressed Tab or Enter on the last item."""

    lines = query_one(FormLines)
    bar = query_one(FormBar)
    entry = query_one(FormEntry)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: Sequence[ItemSection] = ()
        self._items: list[Item] = []
        self._cursor = 0
        self._values: dict[str, str] = {}
        self._remarks: dict[str, Remark] = {}
        self._replaceable: set[str] = set()
        """Names of items with a proposed value: the first typed letter replaces it."""
        self.leaving: Callable[[str, str, bool], None] | None = None
        """Called with an item's name, its text and whether the cursor moves up, before a key moves
        the cursor away. The callback may change the items; the next one is chosen afterwards.
        `Left` is too late for keys typed ahead."""

    def compose(self) -> ComposeResult:
        """Build the lines, the scrollbar beside them and the input over them."""
        lines = FormLines()
        yield lines
        yield FormBar(lines)
        yield FormEntry(self._take_typed)

    def on_mount(self) -> None:
        """Load the values set before mounting; the lines are drawn when their size is known."""
        self._equip_entry()
        self._load()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the form's input."""
        # Set the focus at once: keys typed ahead go to the widget that has the focus.
        self.screen.set_focus(self.entry, scroll_visible)
        return self

    # Items and values

    def show(self, sections: Sequence[ItemSection]) -> None:
        """Show other items; values, remarks and the cursor stay with items of the same name.

        If the current item is gone, the cursor moves to the next remaining item. The text of a
        removed item is kept in case the item returns.
        """
        before = [item.name for item in self._items]
        current = self.current
        self._sections = [section for section in sections if section.items]
        self._items = [item for section in self._sections for item in section.items]
        names = [item.name for item in self._items]
        later = [name for name in before[self._cursor :] if name in names]
        self._cursor = names.index(later[0]) if later else max(len(names) - 1, 0) if before else 0
        if self.current != current:
            self._enter()
        self._draw()

    @property
    def values(self) -> dict[str, str]:
        """The texts of all shown items, by name."""
        return {item.name: self.value(item.name) for item in self._items}

    def value(self, name: str) -> str:
        """Return the text of an item; empty if nothing was entered."""
        return self._values.get(name, "")

    def set_value(self, name: str, text: str, *, replaceable: bool = False) -> None:
        """Set the text of an item; the first typed letter replaces a `replaceable` text."""
        if self.value(name) == text:
            return
        self._values[name] = text
        if replaceable:
            self._replaceable.add(name)
        else:
            self._replaceable.discard(name)
        if name == self.current and self.is_mounted:
            self._load()
        self._draw()

    def remark(
        self, name: str, state: ItemState, texts: Sequence[str | tuple[ItemState, str]] = ()
    ) -> None:
        """Set the state of an item and the messages below its value.

        A message has the item's state, or a state of its own; `BLANK` is help.
        """
        messages = ((state, text) if isinstance(text, str) else text for text in texts)
        remark = Remark(state, tuple(messages))
        if self._remarks.get(name, NO_REMARK) != remark:
            self._remarks[name] = remark
            self._draw()

    # The cursor

    @property
    def current(self) -> str:
        """The name of the item under the cursor; empty if the form has no items."""
        return self._items[self._cursor].name if self._items else ""

    def go_to(self, name: str) -> None:
        """Put the cursor on an item; do nothing if the item is not shown."""
        for place, item in enumerate(self._items):
            if item.name == name:
                self._go(place)

    def leave(self, *, up: bool = False) -> None:
        """Post `Left` for the current item without moving the cursor."""
        if self.current:
            self.post_message(self.Left(self.current, self.value(self.current), up=up))

    def action_next(self) -> None:
        """Go to the next item; on the last item, post `Finished`."""
        self._announce_leaving(up=False)
        if self._cursor + 1 < len(self._items):
            self._go(self._cursor + 1)
            return
        self.leave()
        self.post_message(self.Finished())

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` items."""
        self._announce_leaving(up=by < 0)
        self._go(min(max(self._cursor + by, 0), len(self._items) - 1))

    def action_section(self, by: int) -> None:
        """Go to the first item of the previous or next section, or to the end of the form."""
        self._announce_leaving(up=by < 0)
        firsts, place = [], 0
        for section in self._sections:
            firsts.append(place)
            place += len(section.items)
        here = sum(first <= self._cursor for first in firsts) - 1 + by
        if 0 <= here < len(firsts):
            self._go(firsts[here])
        elif firsts:
            self._go(0 if by < 0 else place - 1)

    def _announce_leaving(self, *, up: bool) -> None:
        if self.leaving is not None and self.current:
            self.leaving(self.current, self.value(self.current), up)

    def _go(self, place: int, *, follow: bool = True) -> None:
        if place == self._cursor or not self._items:
            return
        self.leave(up=place < self._cursor)
        self._cursor = place
        self._enter()
        self._draw(follow=follow)

    def _enter(self) -> None:
        if self.is_mounted:
            self._equip_entry()
            self._load()
        if self.current:
            self.post_message(self.Entered(self.current))

    def _load(self) -> None:
        self.entry.load(self.value(self.current), replaceable=self.current in self._replaceable)

    # Drawing

    def _draw(self, *, follow: bool = True) -> None:
        if not self.is_mounted or not self.lines.room:
            return
        form = lay_out(self._sections, self._values, self._remarks, self.current, self.lines.room)
        self.lines.draw(form)
        if follow:
            self.lines.follow(self.current)
        self._place_entry()

    def _equip_entry(self) -> None:
        item = self._items[self._cursor] if self._items else Item("", "")
        self.entry.equip(item.completions, fitted_tail(item, self.lines.form.room))

    def _place_entry(self) -> None:
        form = self.lines.form
        self.bar.keep_up()
        self._equip_entry()
        self.entry.styles.width = form.room
        y = form.value_line(self.current) - round(self.lines.scroll_y)
        self.entry.styles.offset = (form.value_x, y)

    def _take_typed(self, text: str) -> None:
        if self.current:
            self._values[self.current] = text
            self._replaceable.discard(self.current)
            self.post_message(self.Typed(self.current, text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Stop the input's own message: `Typed` reports the same, with the item's name."""
        event.stop()

    def on_show(self) -> None:
        """Take the focus back: hiding the form, as in a too small window, has removed it."""
        if self.screen.focused is None:
            self.focus()

    def on_form_lines_clicked(self, event: FormLines.Clicked) -> None:
        """Go to the clicked item."""
        event.stop()
        self.focus()
        self.go_to(event.name)

    def on_form_lines_resized(self, event: FormLines.Resized) -> None:
        """Compute a new layout."""
        event.stop()
        self._draw()

    def on_form_lines_scrolled(self, event: FormLines.Scrolled) -> None:
        """Move the cursor to a visible item if the wheel or the scrollbar left it behind."""
        event.stop()
        if self.current and not self.lines.shows(self.current):
            names = [item.name for item in self._items]
            seen = [place for place, name in enumerate(names) if self.lines.shows(name)]
            if seen:
                self._go(seen[0] if seen[0] > self._cursor else seen[-1], follow=False)
            else:
                self.lines.follow(self.current)
        self._place_entry()
