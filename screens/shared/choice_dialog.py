"""Dialogs with a list that typing narrows; among them the list to choose a value from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.questions import Dialog
from partnerdesk.tui.widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from textual.app import ComposeResult
    from textual.events import Click

TALLEST = 14
"""The largest number of lines of a list of choices."""
AROUND = 6
"""Lines of the border, the input, the hint, and the margin around the dialog."""
WIDEST_TITLE = 32
"""The largest width of the titles of options, in cells; what stands behind them begins there."""


class NarrowedList(OptionList):
    """A list whose options can change between the press of a mouse button and the click event."""

    def on_click(self, event: Click) -> None:
        """Ignore a click on an option that is no longer in the list."""
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()


class NarrowingDialog(Dialog[str | None]):
    """Answers with the id of the chosen option; None if the person leaves the dialog.

    Subclasses return the options that match the typed words.
    """

    CSS_PATH = "choice_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
    ]

    def __init__(self, title: str, chosen: str = "") -> None:
        """Show `title` in the border; `chosen` is the id of the currently chosen option."""
        super().__init__()
        self._title = title
        self._chosen = chosen
        self._shown_text: str | None = None
        self._all = 0
        """The number of options, headings among them, before anything is typed."""

    def entries(self, words: Sequence[str]) -> Iterable[Option]:
        """Return the options that contain all of the folded words; headings have no id."""
        raise NotImplementedError

    def preferred(self, words: Sequence[str]) -> str:  # noqa: ARG002
        """Return the id of the option for the cursor; if it is not listed, the first is used."""
        return self._chosen

    def hint(self) -> str:
        """Return the line below the list: the keys."""
        return _("↑↓ choose   Enter take   Esc leave")

    def words_changed(self, words: Sequence[str]) -> None:
        """Called when the typed words changed, before the matching options are shown."""

    def compose(self) -> ComposeResult:
        """Build the input, the list and the hint."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield SafeInput(placeholder=_("type to narrow"))
            yield NarrowedList(markup=False)
            yield Static(self.hint(), markup=False, classes="hint")

    def on_mount(self) -> None:
        """Show all options, the cursor on the chosen one."""
        self._narrow()
        self._all = self.query_one(OptionList).option_count
        self.set_focus(self.query_one(SafeInput))

    def on_resize(self) -> None:
        """Set a fixed height for the list: a changing height repaints the screen below it."""
        room = max(self.size.height - AROUND, 3)
        self.query_one(OptionList).styles.height = min(self._all, TALLEST, room)

    def on_input_changed(self) -> None:
        """Show the options that match the typed text."""
        self._narrow()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the clicked option."""
        self.answer(event.option_id)

    def action_move(self, by: int) -> None:
        """Move the cursor in the list; the input keeps the focus."""
        self._narrow()
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    async def action_take(self) -> None:
        """Answer with the option under the cursor."""
        self._narrow()
        self.answer(self.highlighted_id)

    @property
    def highlighted_id(self) -> str | None:
        """The id of the option under the cursor; None if the list is empty."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return None
        return options.get_option_at_index(options.highlighted).id

    def action_give_up(self) -> None:
        """Close without an answer."""
        if self.is_current:
            self.dismiss(None)

    def answer(self, id: str | None) -> None:
        """Close with an answer, unless it is None."""
        if id is not None and self.is_current:  # ignore a second answer
            self.dismiss(id)

    def _narrow(self) -> None:
        """Show the matching options if the text changed.

        Keys typed ahead call this before the `Changed` message of the input arrives.
        """
        text = self.query_one(SafeInput).text
        if text == self._shown_text:
            return
        self._shown_text = text
        words = fold(text).split()
        self.words_changed(words)
        self._show(words, self.preferred(words))

    def refresh_options(self) -> None:
        """Show the matching options anew, the cursor on the same option."""
        self._show(fold(self._shown_text or "").split(), self.highlighted_id or "")

    def _show(self, words: Sequence[str], preferred: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        entries = list(self.entries(words))
        options.add_options(entries)
        ids = [entry.id for entry in entries]
        if preferred in ids:
            options.highlighted = ids.index(preferred)
        else:
            options.highlighted = next((n for n, id in enumerate(ids) if id is not None), None)


class ChoiceDialog(NarrowingDialog):
    """Answers with the value of the chosen option; None if the person leaves the dialog."""

    def __init__(self, title: str, options: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Offer `options`, pairs of a value and its title; `chosen` is the current value."""
        super().__init__(shown(title), chosen)
        unique: dict[str, str] = {}
        for value, name in options:
            unique.setdefault(value, name)  # a list refuses a second option with the same id
        self._choices = [(value, name, fold(f"{name} {value}")) for value, name in unique.items()]
        self.title_width = self.widest(unique.values())

    def widest(self, names: Iterable[str]) -> int:
        """Return the width in cells in which these titles stand, one below the other."""
        return min(max((cell_len(shown(name)) for name in names), default=0), WIDEST_TITLE)

    def preferred(self, words: Sequence[str]) -> str:
        """Return the current value until something is typed; then the first match is used."""
        return "" if words else super().preferred(words)

    def detail(self, value: str, name: str) -> str:
        """Return the text after the title of an option."""
        return "" if value == name else shown(value)

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return the options with all words in title or value; titles that begin so come first."""
        matches = [
            (value, name)
            for value, name, searched in self._choices
            if all(word in searched for word in words)
        ]
        beginning = " ".join(words)
        matches.sort(key=lambda choice: not fold(choice[1]).startswith(beginning))
        for value, name in matches:
            yield Option(self.line(shown(name), self.detail(value, name)), id=value)
        if not matches:
            yield Option(Content(_("Nothing in the list fits.")), disabled=True)

    def line(self, title: str, detail: str) -> Content:
        """Return the line of an option: the title stands out from what is said of it."""
        if not detail:
            return Content(title)
        gap = " " * (max(self.title_width - cell_len(title), 0) + 2)
        return Content.assemble((title, "bold"), gap, detail)
