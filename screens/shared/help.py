"""Help: all keys of a screen, generated from its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import shown_keys
from partnerdesk.tui.widgets.motions import Counting
from partnerdesk.tui.widgets.page_search import told_find
from partnerdesk.tui.widgets.prompt import Prompt
from partnerdesk.tui.widgets.record_layout import fitted
from partnerdesk.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.tui.widgets.actions import Action

EVERYWHERE = (
    ("ctrl+p", N_("Find an action of any screen, a customer, a setting")),
    ("ctrl+q", N_("Leave the console")),
)
"""Keys that work on every screen and belong to no action of a screen."""
SUSPENDING = ("ctrl+z", N_("Suspend the console; fg in the shell comes back to it"))
"""Listed only if a shell can continue the console."""
FILTERING = (
    ("Tab", N_("In the filter: complete a field or a value; again for the next")),
    ("↑ ↓", N_("In the filter: what this kind of list was filtered by before")),
)
"""Keys of the filter input, for screens with a filter."""
PART = 96
"""The largest width of the dialog, in per cent of the window; the same as in `help.tcss`."""
FRAME = 5
"""Cells of the dialog's border, padding and scrollbar."""
GAP = 2
"""Cells between the keys and the text."""


class HelpScreen(ModalScreen[None], Counting):
    """The keys of the screen below: its actions, and the keys that move the cursor."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,backspace", "dismiss", show=False),
        Binding("g", "top", show=False),
        Binding("slash", "find", show=False),
        Binding("n", "find_next(1)", show=False),
        Binding("N", "find_next(-1)", show=False),
    ]

    view = query_one(TextView)
    prompt = query_one(Prompt)

    def __init__(
        self,
        actions: Sequence[Action],
        remapped: Mapping[str, str],
        moving: Sequence[tuple[str, str]],
    ) -> None:
        """Build the help.

        Args:
            actions: the actions of the screen.
            remapped: keys from the settings, by action id.
            moving: pairs of keys that move the cursor and their descriptions.
        """
        super().__init__()
        self._actions = actions
        self._remapped = remapped
        self._moving = moving
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Build the list of keys, and the prompt for searching."""
        with TextView(classes="dialog") as box:
            box.border_title = _("Keys")
            box.border_subtitle = self._hint()
            yield Static(self.text(), classes="keys")
        yield Prompt()

    def on_mount(self) -> None:
        """Focus the text."""
        self.set_focus(self.view)

    def _hint(self) -> str:
        return _("/ finds   Esc closes")

    def tell(self, text: str) -> None:
        """Show a message in the lower border; an empty text restores the hint."""
        subtitle = Content(text or self._hint())
        if self.view.border_subtitle != subtitle.markup:
            self.view.border_subtitle = subtitle

    def tell_count(self, text: str) -> None:
        """Show the number typed before a key."""
        self.tell(text)

    def no_such_key(self, *, typing: bool) -> None:  # noqa: ARG002
        """Show that a key has no action here."""
        self.tell(_("No such key here.") + " " + self._hint())

    def action_top(self) -> None:
        """Go to the first line, or to the line of the typed number: g in less, gg in vim."""
        self.view.action_first()

    def action_find(self) -> None:
        """Ask for a text to search for."""
        self.prompt.ask(_("Find"), self._sought)

    def action_answer_prompt(self) -> None:
        """Go to the first match of the typed text."""
        if self.prompt.text.strip():
            self._sought = self.prompt.text
            self.action_find_next(0)
        self.action_leave_prompt()

    def action_leave_prompt(self) -> None:
        """Close the prompt."""
        self.prompt.close()
        self.set_focus(self.view)

    def action_find_next(self, by: int) -> None:
        """Go to the next match, or to the previous one if `by` is negative."""
        self.tell(told_find(self.view, self._sought, by))

    def on_resize(self) -> None:
        """Wrap the text to the new width."""
        self.view.forget_found()
        self.query_one(".keys", Static).update(self.text())

    def text(self) -> Content:
        """Return all keys with their descriptions; a long description is wrapped."""
        columns = self.app.size.width
        lines = [
            (shown_keys(action, self._remapped), _(action.help), action.id)
            for action in self._actions
        ]
        filtering = FILTERING if any(action.word == "filter" for action in self._actions) else ()
        lines += [(_(keys), _(text), "") for keys, text in (*filtering, *self._moving, *EVERYWHERE)]
        width = max(cell_len(keys) for keys, *_rest in lines)
        widest = max(cell_len(text) for _keys, text, _id in lines)
        longest = max(len(id) for *_rest, id in lines)
        # Action ids, for remapping keys in the settings, are shown if there is room.
        with_ids = width + widest + longest + 12 <= columns
        room = max(columns * PART // 100 - FRAME - width - GAP, 1)
        text_lines: list[Content] = []
        for keys, text, id in lines:
            first, *more = [fitted(text, widest)] if with_ids else Content(text).wrap(room)
            text_lines.append(
                Content.assemble(
                    (fitted(keys, width), "bold $text-accent"),
                    " " * GAP,
                    first,
                    (f"  {id}" if with_ids else "", "$text-muted"),
                )
            )
            text_lines += [Content.assemble(" " * (width + GAP), part) for part in more]
        return Content("\n").join(text_lines)
