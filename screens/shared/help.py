"""Help: all keys of a screen, made from its actions; nothing in it is written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import shown_keys
from partnerdesk.tui.widgets.record_layout import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.tui.widgets.actions import Action

MOVING = (
    ("↑ ↓  k j", N_("Move")),
    ("PgUp PgDn", N_("Move by a page")),
    ("Home End", N_("Go to the first, to the last")),
    ("ctrl+p", N_("Find an action by its name")),
    ("ctrl+q", N_("Leave the console")),
)
"""Keys that are the same everywhere and no action of a screen."""
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


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,backspace", "dismiss", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("home", "end(False)", show=False),
        Binding("end,G", "end(True)", show=False),
    ]

    def __init__(self, actions: Sequence[Action], remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._actions = actions
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        """Build the list of keys."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = _("Keys")
            box.border_subtitle = _("Esc closes")
            yield Static(self.text())

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False, immediate=True)

    def action_page(self, by: int) -> None:
        """Scroll by some pages."""
        self.action_scroll(by * max(self.query_one(VerticalScroll).size.height - 1, 1))

    def action_end(self, last: bool) -> None:
        """Scroll to the first or to the last line."""
        box = self.query_one(VerticalScroll)
        box.scroll_to(y=box.max_scroll_y if last else 0, animate=False, immediate=True)

    def on_resize(self) -> None:
        """Break the lines where the window ends."""
        self.query_one(Static).update(self.text())

    def text(self) -> Content:
        """Return all keys with what they do; a long text goes on below itself."""
        columns = self.app.size.width
        lines = [
            (shown_keys(action, self._remapped), _(action.help), action.id)
            for action in self._actions
        ]
        filtering = FILTERING if any(action.word == "filter" for action in self._actions) else ()
        lines += [(keys, _(text), "") for keys, text in (*filtering, *MOVING)]
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
