"""What all forms have in common: their keys, their heading, and how a field is shown."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
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
"""Keys that move through a form."""


class FormScreen(AppScreen):
    """A form in one account. Subclasses say what is asked, and what becomes of it."""

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
    """Actions of other screens whose keys are letters, which go into the fields here."""

    DEFAULT_CSS = """
    FormScreen #form-heading {
        height: 1;
        padding: 0 1;
        background: $surface;
        text-style: bold;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    form = query_one(FormPage)
    heading = query_one("#form-heading", Static)

    def __init__(self, desk: AppSession, account: Account) -> None:
        super().__init__(desk)
        self.account = account
        """The account the form was opened in; stays it, whatever the header chooses later."""
        self.ready = asyncio.Event()
        """Whether the fields are shown; keys that were pressed ahead wait for it."""
        self._headed = ("", "")
        self._cannot_begin: AppError | None = None
        """Why there are no fields."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the actions whose keys are not typed into the fields."""
        return tuple(action for action in super().all_actions() if action.id not in cls.TYPED_KEYS)

    def on_mount(self) -> None:
        """Read in what the rules need, which may take a while; then show the fields."""
        reader = self.desk.reader
        warm_up = partial(reader.aside, self.warm_up)
        self.read(warm_up, self._warmed_up, self._not_warmed_up, group="warm up")

    def _warmed_up(self, _nothing: None) -> None:
        self.filled_in()
        self.ready.set()

    def _not_warmed_up(self, error: AppError) -> None:
        self._cannot_begin = error
        self.fail(error)
        self.ready.set()

    def moving(self) -> list[tuple[str, str]]:
        """Return the keys that lead from field to field: letters are typed here."""
        return list(FORM_MOVING)

    # Should the screen fail

    @property
    def belongs_to(self) -> str:
        """What is typed here belongs to what the heading names, in one account."""
        return f"{self.NAME}/{self.account.id}/{self.heading_text()}"

    # What subclasses say

    def warm_up(self) -> None:
        """Read in what the rules need; runs beside the event loop."""

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return the fields as they are asked for with these values; quick, for each field left."""
        raise NotImplementedError

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan for what `answers` gives.

        It is made for every check and once more for the review; what takes time in it is done
        aside (`self.desk.reader`). A value that is none of its list comes as an empty one.
        """
        raise NotImplementedError

    def plan_of_fields(self, values: Mapping[str, str]) -> Plan | None:  # noqa: ARG002
        """Return the plan without what the book has to be searched for; None where nothing is.

        What it says of the fields is shown first: the book may be busy, or away.
        """
        return None

    def follow(self, name: str) -> None:
        """Fill in what follows from a field that was left."""

    def hints_of(self, name: str) -> list[str]:  # noqa: ARG002
        """Return which keys help with what is said of a field."""
        return []

    def changed(self) -> None:
        """Take notice that something else stands in the form."""

    def begun(self) -> None:
        """Go on when the form is on the screen."""

    def filled_in(self) -> None:
        """Show the fields, now that their rules are there."""
        raise NotImplementedError

    def heading_text(self) -> str:
        """Return the line above the form."""
        raise NotImplementedError

    def heading_trouble(self) -> str:
        """Return what is wrong as long as it is; it stands in the heading's place."""
        return ""

    async def carried_out(self, outcome: Outcome) -> None:
        """Go on after the plan was carried out."""
        raise NotImplementedError

    # What is shown

    def body(self) -> ComposeResult:
        """Build the heading and the form."""
        yield Static(id="form-heading", markup=False)
        yield FormPage()

    def show_heading(self) -> None:
        """Show the line above the form, with what is wrong at the moment."""
        text, trouble = self.heading_text(), shown(self.heading_trouble())
        if (text, trouble) != self._headed:
            self._headed = (text, trouble)
            mark = (f" ! {trouble}", "$text-error") if trouble else ""
            self.heading.update(Content.assemble(mark or text))

    def focus_body(self) -> None:
        """Give the keys back to the form."""
        self.form.focus()

    # What keys do

    async def perform(self, action: Action) -> None:
        """Do `action` as soon as there are fields, or say why it cannot be done now."""
        await self.ready.wait()
        if self._cannot_begin is not None and action.id not in ("desk.back", "desk.help"):
            self.fail(self._cannot_begin)
            return
        await super().perform(action)

    def on_form_page_finished(self) -> None:
        """Go on to the review behind the last field."""
        self.begin("form.review")

    async def choose_from(
        self, field: Question | None, now: str, take: Callable[[str], None]
    ) -> None:
        """Let a field's value be chosen from its list; `now` is the one there is."""
        from partnerdesk.screens.shared.choice_dialog import ChoiceDialog

        if field is None or not field.options:
            self.status.say(_("There is no list for this field: type into it."))
            return
        choices = [(option.value, option.title) for option in field.options]

        def chosen(value: str | None) -> None:
            self.form.focus()
            if value is not None:
                take(value)

        await self.shell.ask_dialog(ChoiceDialog(field.label, choices, now), chosen)

    async def do_cloud(self) -> None:
        """Say that the form stays in its cloud."""
        self.status.say(
            _("This form stays in {cloud}. Leave it with Esc to work in another cloud.").format(
                cloud=self.account.cloud.name
            )
        )


def item_of(name: str, field: Question, value: str) -> Item:
    """Return how a field is shown: behind a value from its list stands what the value means."""
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


def told(reasons: Iterable[Reason]) -> tuple[list[tuple[ItemState, str]], str]:
    """Return what is said below a field for some reasons, and the value that is offered."""
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
    """Return how good a value is; one that is empty is not good, only in nobody's way."""
    if not reasons and not value:
        return ItemState.BLANK
    return STATES[verdict_of(reasons)]
