"""Help: all keys of a screen, made from its actions; nothing in it is written twice."""

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
"""Keys that are the same everywhere and no action of a screen."""
SUSPENDING = ("ctrl+z", N_("Suspend the console; fg in the shell comes back to it"))
"""Said where there is a shell to come back from."""
FILTERING = (
    ("Tab", N_("In the filter: complete a field or a value; again for the next")),
    ("↑ ↓", N_("In the filter: what this kind of list was filtered by before")),
)
"""Keys of the filter's line, for screens that have one."""
PART = 96
"""Per cent of the window's width that the box may take; `help.tcss` says the same."""
FRAME = 5
"""Cells of the box beside its text: border, padding, scrollbar."""
GAP = 2
"""Cells between keys and text."""


class HelpScreen(ModalScreen[None], Counting):
    """The keys of the screen below: its actions, and how it is moved through."""

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
        """Show `actions` and, of each key that moves, what it does."""
        super().__init__()
        self._actions = actions
        self._remapped = remapped
        self._moving = moving
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Build the list of keys, and the line to search it."""
        with TextView(classes="dialog") as box:
            box.border_title = _("Keys")
            box.border_subtitle = self._ways_out()
            yield Static(self.text(), classes="keys")
        yield Prompt()

    def on_mount(self) -> None:
        """Give the keys to the text."""
        self.set_focus(self.view)

    def _ways_out(self) -> str:
        return _("/ finds   Esc closes")

    def tell(self, text: str) -> None:
        """Say something in the frame; what stands there usually, where it is empty."""
        told = Content(text or self._ways_out())
        if self.view.border_subtitle != told.markup:
            self.view.border_subtitle = told

    def tell_count(self, text: str) -> None:
        """Show the number that is being typed before a key."""
        self.tell(text)

    def no_such_key(self, *, typing: bool) -> None:  # noqa: ARG002
        """Say that a key does nothing here."""
        self.tell(_("No such key here.") + " " + self._ways_out())

    def action_top(self) -> None:
        """Go to the first line, or to the one that was said: g as in less, and gg as in vim."""
        self.view.action_first()

    def action_find(self) -> None:
        """Ask for a text."""
        self.prompt.ask(_("Find"), self._sought)

    def action_answer_prompt(self) -> None:
        """Go to the first place that holds what was typed."""
        if self.prompt.text.strip():
            self._sought = self.prompt.text
            self.action_find_next(0)
        self.action_leave_prompt()

    def action_leave_prompt(self) -> None:
        """Put the line away."""
        self.prompt.close()
        self.set_focus(self.view)

    def action_find_next(self, by: int) -> None:
        """Go to the next place, or to the one before."""
        self.tell(told_find(self.view, self._sought, by))

    def on_resize(self) -> None:
        """Break the lines where the window ends."""
        self.view.forget_found()
        self.query_one(".keys", Static).update(self.text())

    def text(self) -> Content:
        """Return all keys with what they do; a long text goes on below itself."""
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
        # The ids, for remapping keys in the settings, where there is room for them.
        with_ids = width + widest + longest + 12 <= columns
        room = max(columns * PART // 100 - FRAME - width - GAP, 1)
        told: list[Content] = []
        for keys, text, id in lines:
            first, *more = [fitted(text, widest)] if with_ids else Content(text).wrap(room)
            told.append(
                Content.assemble(
                    (fitted(keys, width), "bold $text-accent"), " " * GAP, first,
                    (f"  {id}" if with_ids else "", "$text-muted"),
                )
            )  # fmt: skip
            told += [Content.assemble(" " * (width + GAP), part) for part in more]
        return Content("\n").join(told)
