"""The one input of a form: it reports typed text at once and offers a completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from partnerdesk.models.core.text import fold, shown
from partnerdesk.tui.widgets.safe_input import SafeInput, veiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style


def completed(text: str, completions: Sequence[str]) -> tuple[str, str]:
    """Return the first of `completions` that begins with `text`, and the rest behind `text`.

    Case and accents do not matter. Return two empty texts if no completion fits.
    """
    wanted = fold(text)
    if not wanted:
        return "", ""
    if text[-1].isspace():
        wanted += " "
    for whole in completions:
        if not fold(whole).startswith(wanted):
            continue
        folded = [len(fold(whole[:n] + "|")) for n in range(len(whole) + 1)]
        taken = max(n for n, length in enumerate(folded) if length <= len(wanted) + 1)
        rest = shown(whole[taken:])
        if rest:
            return whole, rest
    return "", ""


class FormEntry(SafeInput):
    """An input laid over the value of the current item.

    The input itself draws the suffix behind the value, so that the suffix follows the typed text
    without a new layout.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"form-entry--tail"}

    DEFAULT_CSS = """
    FormEntry, FormEntry:focus {
        height: 1;
        padding: 0;
        border: none;
        background: $surface;
        color: $foreground;
        background-tint: $surface 0%;
    }
    FormEntry > .form-entry--tail { color: $text-muted; }
    FormEntry:ansi > .form-entry--tail { text-style: dim; }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """The width of the text. In Textual's own input each typed letter changes this attribute and
    causes a layout of the screen; here it is declared without layout."""

    def __init__(self, typed: Callable[[str], None]) -> None:
        super().__init__()
        self._typed = typed
        self._quiet = False
        self._completions: Sequence[str] = ()
        self._tail = ""

    def load(self, text: str, *, replaceable: bool = False) -> None:
        """Set the text, with the cursor at its end, without reporting it as typed.

        A replaceable text is selected, so that the first typed letter replaces it.
        """
        self._quiet = True
        try:
            with self.prevent(Input.Changed):
                self.value = veiled(text)
        finally:
            self._quiet = False
        self.cursor_position = len(self.value)
        if replaceable:
            self.selection = Selection(0, len(self.value))
        self.show_cursor()

    def show_cursor(self) -> None:
        """Scroll the text so that the cursor is visible."""
        at = cell_len(self.value[: self.cursor_position])
        region = Region(at + self.cursor_at_end, 0, 1, 1)
        self.scroll_to_region(region, force=True, animate=False)

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self.show_cursor()

    def equip(self, completions: Sequence[str], tail: str) -> None:
        """Set the completions and the suffix behind the value."""
        if tail != self._tail:
            self.styles.padding = (0, cell_len(tail), 0, 0)
            self.call_after_refresh(self.show_cursor)
        if (completions, tail) != (self._completions, self._tail):
            self._completions, self._tail = completions, tail
            self.refresh()

    def watch_value(self) -> None:
        """Report the typed text at once, before the next key can leave the item."""
        if not self._quiet:
            self._typed(self.text)

    # Completion

    def action_cursor_right(self, select: bool = False) -> None:
        """Take the completion, or move the cursor right."""
        if select or not self._complete():
            super().action_cursor_right(select)

    def action_end(self, select: bool = False) -> None:
        """Take the completion if the cursor is at the end, else move the cursor to the end."""
        if select or not self._complete():
            super().action_end(select)

    def _complete(self) -> bool:
        if not self.cursor_at_end:
            return False
        whole, _ = completed(self.text, self._completions)
        if whole:
            self.value = veiled(whole)
            self.cursor_position = len(self.value)
        return bool(whole)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the line: the text, its completion, and the suffix."""
        width = self.outer_size.width
        lines = super().render_lines(Region(0, 0, width, 1))
        strips = [self._with_tail(strip, width) for strip in lines]
        return [strip.crop(crop.x, crop.right) for strip in strips[crop.y : crop.bottom]]

    def _with_tail(self, strip: Strip, width: int) -> Strip:
        base = self.rich_style
        at = cell_len(self.value) - round(self.scroll_x)
        rest = completed(self.text, self._completions)[1] if self.cursor_at_end else ""
        tail = []
        if cell_len(rest) > width - at - cell_len(self._tail):
            rest = set_cell_size(rest, max(width - at - cell_len(self._tail), 0))
        if rest and self.has_focus:
            tail = [
                Segment(rest[0], self._style("input--cursor")),
                Segment(rest[1:], self._style("input--suggestion")),
            ]
        elif self._tail:
            at += 1  # behind the cursor
        behind = Strip([*tail, Segment(self._tail, self._style("form-entry--tail"))])
        for line_filter in self.get_line_filters():
            behind = behind.apply_filter(line_filter, self.background_colors[1])
        at = max(min(at, width - behind.cell_length), 0)
        joined = Strip.join([strip.crop(0, at), behind, strip.crop(at + behind.cell_length)])
        return joined.adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)
