"""The dialog to choose the columns of a list, their order and their widths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from partnerdesk.models.languages import _
from partnerdesk.models.lists.saved_views import ChosenColumn
from partnerdesk.tui.widgets.questions import Dialog
from partnerdesk.tui.widgets.record_layout import LEAST, fitted, usual_width

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from textual.app import ComposeResult

    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import Column, ListSpec

LABEL = 24
"""Cells for the name of a column."""
WIDTH = 8
"""Cells for the width of a column, in words."""
WIDEST = 200
"""The largest width of a column, in cells."""
AROUND = 6
"""Lines of the border, the hint, and the margin around the dialog."""


@dataclass
class _Line:
    """A column in the dialog, its visibility and its width."""

    column: Column
    shown: bool
    width: int = 0
    """In cells; 0 for the default width."""


class ColumnsDialog(Dialog["Chosen | None"]):
    """Answers with the chosen columns from left to right; empty for the default columns."""

    CSS_PATH = "columns_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,backspace", "leave", show=False, priority=True),
        Binding("space", "show_or_hide", show=False),
        Binding("down,j", "go(1)", show=False, priority=True),
        Binding("up,k", "go(-1)", show=False, priority=True),
        Binding("J,shift+down", "move(1)", show=False),
        Binding("K,shift+up", "move(-1)", show=False),
        Binding("plus,equals_sign", "widen(1)", show=False),
        Binding("minus", "widen(-1)", show=False),
        Binding("0", "take_usual", show=False),
    ]

    def __init__(
        self, spec: ListSpec, chosen: Chosen, widths: Mapping[str, int], hidden: Container[str]
    ) -> None:
        """Build the dialog.

        Args:
            spec: the list.
            chosen: the columns chosen now, which come first; empty for the default columns.
            widths: the widths of the columns on the screen, in cells.
            hidden: the names of columns that are shown only for all clouds.
        """
        super().__init__()
        self._spec = spec
        self._widths = widths
        self._hidden = hidden
        self._lines = self._usual()
        if chosen:
            first = [_Line(spec.column(each.name), shown=True, width=each.width) for each in chosen]
            names = {each.name for each in chosen}
            rest = [column for column in spec.columns if column.name not in names]
            self._lines = [*first, *(_Line(column, shown=False) for column in rest)]

    def compose(self) -> ComposeResult:
        """Build the list of columns."""
        with Vertical(classes="dialog") as box:
            box.border_title = _("Columns")
            yield OptionList(*(Option(self._describe(line)) for line in self._lines), markup=False)
            keys = _("Space shows or hides   J K move   + - width   0 the usual   Esc done")
            yield Static(keys, markup=False, classes="hint")

    def on_mount(self) -> None:
        """Focus the list, with the cursor on the first column."""
        self._options.highlighted = 0
        self.set_focus(self._options)

    def on_resize(self) -> None:
        """Limit the height of the list to the lines of the window."""
        room = max(self.size.height - AROUND, 3)
        self._options.styles.height = min(len(self._lines), room)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show or hide the column that was clicked."""
        event.stop()
        self.action_show_or_hide()

    # Actions

    def action_leave(self) -> None:
        """Answer with the shown columns; empty if they are the default columns."""
        chosen = [line for line in self._lines if line.shown]
        usual = [line for line in self._usual() if line.shown]
        answer = tuple(ChosenColumn(line.column.name, line.width) for line in chosen)
        self.dismiss(() if chosen == usual else answer)

    def action_go(self, by: int) -> None:
        """Move the cursor by a number of columns."""
        last = len(self._lines) - 1
        self._options.highlighted = min(max(self._place + by, 0), last)

    def action_show_or_hide(self) -> None:
        """Show or hide the column under the cursor; the last shown column cannot be hidden."""
        line = self._lines[self._place]
        if line.shown and sum(other.shown for other in self._lines) == 1:
            self._say(_("One column has to stay."))
            return
        line.shown = not line.shown
        self._refresh_line(self._place)

    def action_move(self, by: int) -> None:
        """Move the column under the cursor among the others."""
        old, new = self._place, self._place + by
        if 0 <= new < len(self._lines):
            self._lines[old], self._lines[new] = self._lines[new], self._lines[old]
            self._refresh_line(old)
            self._refresh_line(new)
            self._options.highlighted = new

    def action_widen(self, by: int) -> None:
        """Make the column under the cursor wider or narrower, and fix its width."""
        line = self._lines[self._place]
        now = line.width or self._widths.get(line.column.name) or usual_width(line.column)
        line.width = min(max(now + by, LEAST), WIDEST)
        self._refresh_line(self._place)

    def action_take_usual(self) -> None:
        """Restore the default columns, their order and widths."""
        self._lines = self._usual()
        for place in range(len(self._lines)):
            self._refresh_line(place)

    # Display

    @property
    def _options(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def _place(self) -> int:
        return self._options.highlighted or 0

    def _usual(self) -> list[_Line]:
        return [_Line(column, shown=not column.wide_only) for column in self._spec.columns]

    def _refresh_line(self, place: int) -> None:
        self._say("")
        text = self._describe(self._lines[place])
        self._options.replace_option_prompt_at_index(place, text)

    def _say(self, text: str) -> None:
        box = self.query_one(".dialog")
        if box.border_subtitle != text:
            box.border_subtitle = text

    def _describe(self, line: _Line) -> Content:
        width = str(line.width) if line.width else _("usual")
        note = ""
        if line.column.name in self._hidden:
            note = _("only over all clouds")
        elif line.column.wide_only and not line.shown:
            note = _("w shows it too")
        mark = "[x]" if line.shown else "[ ]"
        label = fitted(_(line.column.label), LABEL)
        return Content.assemble(f"{mark} {label} ", fitted(width, WIDTH), " ", note)
