"""The dialog with a list that narrows as one types; a list to choose a value from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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
"""Lines of a list of choices at most."""
AROUND = 6
"""Lines that border, input and hint take, and that stay free around a list of choices."""


class NarrowedList(OptionList):
    """A list whose options come and go while the mouse is on its way to them."""

    def on_click(self, event: Click) -> None:
        """Leave a click alone that meant an option which was narrowed away."""
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()


class NarrowingDialog(Dialog[str | None]):
    """Answers with the id of the option that was taken, or None.

    Subclasses give the options that hold what was typed.
    """

    CSS_PATH = "choice_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
    ]

    def __init__(self, title: str, chosen: str = "") -> None:
        """Show `title` in the border; `chosen` is the id of the option that is chosen now."""
        super().__init__()
        self._title = title
        self._chosen = chosen
        self._narrowed_by: str | None = None
        self._all = 0
        """How many options there are before something is typed."""

    def entries(self, words: Sequence[str]) -> Iterable[Option]:
        """Return the options that hold all of some folded words; headings have no id."""
        raise NotImplementedError

    def preferred(self, words: Sequence[str]) -> str:  # noqa: ARG002
        """Return the id of the option under the cursor; where it is not there, the first is."""
        return self._chosen

    def narrowed(self, words: Sequence[str]) -> None:
        """Take notice of other words, before what holds them is shown."""

    def compose(self) -> ComposeResult:
        """Build the line to type into and the list."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            yield SafeInput(placeholder=_("type to narrow"))
            yield NarrowedList(markup=False)
            yield Static(_("↑↓ choose   Enter take   Esc leave"), markup=False, classes="hint")

    def on_mount(self) -> None:
        """Show all options, the chosen one under the cursor."""
        self._narrow()
        self._all = self.query_one(OptionList).option_count
        self.set_focus(self.query_one(SafeInput))

    def on_resize(self) -> None:
        """Give the list a height that stays: one that changes repaints what is behind it."""
        room = max(self.size.height - AROUND, 3)
        self.query_one(OptionList).styles.height = min(self._all, TALLEST, room)

    def on_input_changed(self) -> None:
        """Show the options that hold what was typed."""
        self._narrow()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take what was clicked."""
        self._answer(event.option_id)

    def action_move(self, by: int) -> None:
        """Move the cursor in the list while the keys go to the input."""
        self._narrow()
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    async def action_take(self) -> None:
        """Take the option under the cursor."""
        self._narrow()
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self._answer(options.get_option_at_index(options.highlighted).id)

    def action_give_up(self) -> None:
        """Leave everything as it is."""
        if self.is_current:
            self.dismiss(None)

    def _answer(self, id: str | None) -> None:
        if id is not None and self.is_current:  # a second answer comes too late
            self.dismiss(id)

    def _narrow(self) -> None:
        """Show what holds the typed text; keys typed ahead come here before the input's word."""
        text = self.query_one(SafeInput).text
        if text == self._narrowed_by:
            return
        self._narrowed_by = text
        words = fold(text).split()
        self.narrowed(words)
        self._show(words, self.preferred(words))

    def narrow_again(self) -> None:
        """Show what holds the typed text by now, the cursor on the same option."""
        options, there = self.query_one(OptionList), ""
        if options.highlighted is not None:
            there = options.get_option_at_index(options.highlighted).id or ""
        self._show(fold(self._narrowed_by or "").split(), there)

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
    """Answers with the value of the option that was taken, or None."""

    def __init__(self, title: str, options: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Offer `options`, each a value and its title; `chosen` is the value there is now."""
        super().__init__(shown(title), chosen)
        unique: dict[str, str] = {}
        for value, name in options:
            unique.setdefault(value, name)  # a list holds an id only once
        self._choices = [(value, name, fold(f"{name} {value}")) for value, name in unique.items()]

    def preferred(self, words: Sequence[str]) -> str:
        """Return the value there is now until something is typed, then what fits best."""
        return "" if words else super().preferred(words)

    def behind(self, value: str, name: str) -> str:
        """Return what stands behind an option's title."""
        return "" if value == name else shown(value)

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return the options that hold all words in title or value, those that begin so first."""
        found = [
            (value, name)
            for value, name, searched in self._choices
            if all(word in searched for word in words)
        ]
        beginning = " ".join(words)
        found.sort(key=lambda choice: not fold(choice[1]).startswith(beginning))
        for value, name in found:
            behind = f"  {self.behind(value, name)}".rstrip()
            yield Option(Content.assemble(shown(name), (behind, "$aside")), id=value)
        if not found:
            yield Option(Content(_("Nothing in the list fits.")), disabled=True)
