"""The base of all forms: keys, heading, and the display of a field."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Mount, Resize
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.detail_screen import LEAST_COLUMNS
from partnerdesk.tui.widgets.form_page import FormPage, Item, ItemState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.sections import Section

STATES = {
    Verdict.ALLOWED: ItemState.GOOD,
    Verdict.WARNINGS: ItemState.WARNING,
    Verdict.REFUSED: ItemState.WRONG,
}
FORM_MOVING = (
    ("↑ ↓  Tab ⇧Tab", N_("Go to the field above, below")),
    ("Enter", N_("Go to the next field; behind the last one, to the review")),
    ("PgUp PgDn", N_("Go to the section above, below")),
    ("ctrl+Home ctrl+End", N_("Go to the first, to the last field")),
)
"""Pairs of the keys that move through a form and their descriptions."""


class FormScreen(AppScreen):
    """A form for one account. Subclasses define the fields, the plan and what follows it."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("form.review", "ctrl+r,f2", N_("Review"),
               N_("Look at what will happen; nothing is written before you say so there"), "^r"),
        Action("form.list", "ctrl+l", N_("List"), N_("Choose the field's value from a list"), "^l"),
        Action("form.take", "ctrl+t", N_("Take offer"),
               N_("Take the value that is offered below the field"), "^t"),
        Action("desk.back", "escape", N_("Leave"), N_("Leave the form"), "Esc"),
        Action("desk.help", "f1", N_("Help"), N_("Show all keys of this screen"), "F1"),
    )  # fmt: skip
    TYPED_KEYS: ClassVar[frozenset[str]] = frozenset(
        {"desk.cloud", "desk.go", "desk.refresh", "desk.command"}
    )
    """Actions of other screens that have no keys here, because their letters are typed text."""

    DEFAULT_CSS = """
    FormScreen #form-heading {
        height: 1;
        padding: 0 1;
        background: $surface;
        text-style: bold;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    FormScreen #form-body { height: 1fr; }
    FormScreen FormPage { width: 3fr; }
    FormScreen DetailPane { width: 2fr; }
    """

    form = query_one(FormPage)
    details = query_one(DetailPane)
    heading = query_one("#form-heading", Static)

    def __init__(self, desk: AppSession, account: Account) -> None:
        super().__init__(desk)
        self.account = account
        """The account of the form; it does not change with the scope chosen in the header."""
        self._has_pane = False
        """Whether there is a pane beside the form: only where there was room for one."""
        self.ready = asyncio.Event()
        """Set when the fields are shown, or cannot be shown; keys pressed before wait for it."""
        self._shown_heading = ("", "")
        """The text of the heading on the screen, and the error on it."""
        self._warm_up_error: AppError | None = None
        """Why the fields cannot be shown; None if they can."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return all actions except those whose keys are typed into the fields."""
        return tuple(action for action in super().all_actions() if action.id not in cls.TYPED_KEYS)

    def on_mount(self) -> None:
        """Load the data of the rules in a thread, then show the fields."""
        reader = self.desk.reader
        warm_up = partial(reader.aside, self.warm_up)
        self.read(warm_up, self._warmed_up, self._not_warmed_up, group="warm up")

    def _warmed_up(self, _nothing: None) -> None:
        self.show_fields()
        self.ready.set()
        self.tell_beside()

    def _not_warmed_up(self, error: AppError) -> None:
        self._warm_up_error = error
        self.fail(error)
        self.ready.set()

    def moving(self) -> list[tuple[str, str]]:
        """Return the keys that move from field to field; letters are typed text here."""
        return list(FORM_MOVING)

    # Unsaved text

    @property
    def belongs_to(self) -> str:
        """The key of the unsaved texts: the screen, the account, and the record in the heading."""
        return f"{self.NAME}/{self.account.id}/{self.heading_text()}"

    # Implemented by subclasses

    def warm_up(self) -> None:
        """Load the data that the rules need; runs in the reading thread."""

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return the fields to show for these values.

        Must be fast, since it runs each time the cursor leaves a field.
        """
        raise NotImplementedError

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan for the values that `answers` returns.

        Runs for each check and again for the review; slow parts belong into the reading thread
        (`self.desk.reader`). If a field accepts options only, any other value is passed as "".
        """
        raise NotImplementedError

    def plan_of_fields(self, values: Mapping[str, str]) -> Plan | None:  # noqa: ARG002
        """Return a plan made without a search of the book; None if `make_plan` needs no search.

        Its reasons are shown first, because the book may be busy or unreachable.
        """
        return None

    def update_dependents(self, name: str) -> None:
        """Propose values for fields that depend on the field just left."""

    def hints_of(self, name: str) -> list[str]:  # noqa: ARG002
        """Return hints on keys that help with the reasons of a field."""
        return []

    def changed(self) -> None:
        """Called after a value of the form changed."""

    def place_cursor(self) -> None:
        """Put the cursor on the field to begin in; called once, after the fields are shown."""

    def show_fields(self) -> None:
        """Show the fields; called once, after `warm_up`."""
        raise NotImplementedError

    def told_beside(self) -> Sequence[Section]:
        """Return what is shown beside the form in a wide terminal."""
        return ()

    def heading_text(self) -> str:
        """Return the line above the form."""
        raise NotImplementedError

    def heading_error(self) -> str:
        """Return a lasting error, shown instead of the heading; empty if there is none."""
        return ""

    async def carried_out(self, outcome: Outcome) -> None:
        """Called after the plan was carried out: show what follows."""
        raise NotImplementedError

    # Display

    def body(self) -> ComposeResult:
        """Build the heading and the form."""
        yield Static(id="form-heading", markup=False)
        with Horizontal(id="form-body"):
            yield FormPage()
            if self._is_wide:
                yield self._pane()

    def _pane(self) -> DetailPane:
        self._has_pane, pane = True, DetailPane()
        pane.can_focus = False  # the keys stay in the form
        return pane

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= LEAST_COLUMNS

    @on(Mount)
    @on(Resize)
    def share_room(self) -> None:
        """Show what is told beside the form where there is room for it."""
        if self._is_wide and not self._has_pane:
            self.query_one("#form-body").mount(self._pane())
        if self._has_pane:
            self.details.display = self._is_wide
            self.tell_beside()

    def tell_beside(self) -> None:
        """Show beside the form what belongs to its field, and what its values would do."""
        if self._has_pane and self.details.display and self.ready.is_set():
            self.details.show_record(self.told_beside(), is_another=False)

    def show_heading(self) -> None:
        """Show the line above the form: the heading, or the error in its place."""
        text, error = self.heading_text(), shown(self.heading_error())
        if (text, error) != self._shown_heading:
            self._shown_heading = (text, error)
            mark = (f" ! {error}", "$text-error") if error else ""
            self.heading.update(Content.assemble(mark or text))

    def focus_body(self) -> None:
        """Return the focus to the form."""
        self.form.focus()

    # Actions

    async def perform(self, action: Action) -> None:
        """Wait until the fields are shown, then perform `action` or show why it is refused now."""
        await self.ready.wait()
        if self._warm_up_error is not None and action.id not in ("desk.back", "desk.help"):
            self.fail(self._warm_up_error)
            return
        await super().perform(action)

    def on_form_page_finished(self) -> None:
        """Start the review after the last field."""
        self.begin("form.review")

    async def choose_from(
        self, field: Question | None, current: str, take: Callable[[str], None]
    ) -> None:
        """Open the list of the options, the cursor on `current`; call `take` with the choice."""
        from partnerdesk.screens.shared.choice_dialog import ChoiceDialog

        if field is None or not field.options:
            self.status.say(_("There is no list for this field: type into it."))
            return
        choices = [(option.value, option.title) for option in field.options]

        def chosen(value: str | None) -> None:
            self.form.focus()
            if value is not None:
                take(value)

        await self.shell.ask_dialog(ChoiceDialog(field.label, choices, current), chosen)

    async def do_cloud(self) -> None:
        """Show that the form cannot change its cloud."""
        self.status.say(
            _("This form stays in {cloud}. Leave it with Esc to work in another cloud.").format(
                cloud=self.account.cloud.name
            )
        )


def item_of(name: str, field: Question, value: str) -> Item:
    """Return the item of the form page for a field; the title of an option follows its value."""
    options = field.options
    title = next((option.title for option in options if option.value == value), "")
    return Item(
        name=name,
        label=field.label,
        required=field.required,
        suffix=field.suffix or (f"  {title}" if title and title != value else ""),
        completions=tuple(
            dict.fromkeys(
                [*(option.title for option in options), *(option.value for option in options)]
            )
        ),
        list_mark=bool(options),
    )


def reason_lines(reasons: Iterable[Reason]) -> tuple[list[tuple[ItemState, str]], str]:
    """Return the lines below a field for its reasons, and the offered value; "" if none."""
    texts: list[tuple[ItemState, str]] = []
    offered = ""
    for reason in reasons:
        texts.append((STATES[verdict_of([reason])], reason.text))
        if reason.offer and not offered:
            offered = reason.offer
            offer = _("ctrl+t takes {offer}").format(offer=shown(offered))
            texts.append((ItemState.BLANK, offer))
    return texts, offered


def state_of(reasons: Sequence[Reason], value: str) -> ItemState:
    """Return the state of a value; an empty value without reasons is blank, not good."""
    if not reasons and not value:
        return ItemState.BLANK
    return STATES[verdict_of(reasons)]
