"""The form for a customer: asks what the country asks, and checks each field as it is left."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from models.customer_form.checks import check, proposals, questions
from models.customer_form.fields import BLOCK_TITLES, Block, FormField
from models.languages import N_, _
from models.plain import shown
from models.store import changed_meanwhile
from models.verdicts import Verdict, verdict_of
from tui.widgets.actions import Action
from tui.widgets.desk_screen import DeskScreen
from tui.widgets.form_page import FormPage, Item, ItemSection, ItemState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from models.account_list import Account
    from models.changes import Outcome, Plan
    from models.customer_form.fields import Circumstances, Question
    from models.desk import Desk
    from models.verdicts import Reason

STATES = {
    Verdict.ALLOWED: ItemState.GOOD,
    Verdict.WARNINGS: ItemState.WARNING,
    Verdict.REFUSED: ItemState.WRONG,
}
_FOLLOWERS = {
    FormField.COMPANY_NAME: (FormField.DOMAIN_PREFIX,),
    FormField.COUNTRY: (FormField.LANGUAGE, FormField.CULTURE),
    FormField.AGREEMENT: (
        FormField.AGREEMENT_FIRST_NAME, FormField.AGREEMENT_LAST_NAME,
        FormField.AGREEMENT_EMAIL, FormField.AGREEMENT_PHONE,
    ),
}  # fmt: skip
"""Fields that follow from another one as long as nobody typed into them."""


class CustomerFormScreen(DeskScreen):
    """A customer's fields, to be filled in. Subclasses say what becomes of them."""

    CSS_PATH = "customer_form.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("form.review", "ctrl+r,f2", N_("Review"),
               N_("Look at what will happen; nothing is written before you say so there"), "^r"),
        Action("form.list", "ctrl+l", N_("List"), N_("Choose the field's value from a list"), "^l"),
        Action("form.take", "ctrl+t", N_("Take offer"),
               N_("Take the value that is offered below the field"), "^t"),
        Action("desk.back", "escape", N_("Leave"), N_("Leave the form"), "Esc"),
        Action("desk.help", "f1", N_("Help"), N_("Show all keys of this screen"), "F1"),
    )  # fmt: skip
    TYPED_KEYS: ClassVar[frozenset[str]] = frozenset({"desk.cloud", "desk.go", "desk.refresh"})
    """Actions of other screens whose keys are letters, which go into the fields here."""

    form = query_one(FormPage)
    heading = query_one("#form-heading", Static)

    def __init__(
        self, desk: Desk, account: Account, at: Circumstances, values: Mapping[FormField, str]
    ) -> None:
        super().__init__(desk)
        self.account = account
        self.at = at
        self.typed: dict[FormField, str] = dict(values)
        """What stands in the form, asked for now or not."""
        self.seen: set[FormField] = set()
        """Fields that the cursor has left: what is wrong with them is said."""
        self.prefilled = False
        """Whether `values` are proposals, which the first letter that is typed replaces."""
        self.asked: dict[FormField, Question] = {}
        self.proposed: dict[FormField, str] = {}
        """Values that nobody typed; they follow what they were made from."""
        self._offers: dict[FormField, str] = {}
        self._ready = asyncio.Event()
        """Whether the fields are shown; keys that were pressed ahead wait for it."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the actions whose keys are not typed into the fields."""
        return tuple(action for action in super().all_actions() if action.id not in cls.TYPED_KEYS)

    # What subclasses say

    def heading_text(self) -> str:
        """Return the line above the form."""
        raise NotImplementedError

    def heading_trouble(self) -> str:
        """Return what is wrong as long as it is; it stands in the heading's place."""
        return ""

    async def make_plan(self) -> Plan:
        """Return the plan that the review shows."""
        raise NotImplementedError

    async def carried_out(self, outcome: Outcome) -> None:
        """Go on after the plan was carried out."""
        raise NotImplementedError

    async def conflict(self) -> None:
        """Go on where somebody else changed the same records since the form was opened."""
        raise changed_meanwhile()

    def begun(self) -> None:
        """Go on when the form is on the screen."""

    def reasons_of_the_book(self, field: FormField) -> list[Reason]:  # noqa: ARG002
        """Return what the book has to say about a field, besides the rules."""
        return []

    def hints_of_the_book(self, field: FormField) -> list[str]:  # noqa: ARG002
        """Return which keys help with what the book has to say."""
        return []

    def changed(self) -> None:
        """Take notice that something was typed."""

    async def left(self, field: FormField) -> None:
        """Take notice that a field was left and checked."""

    # What is shown

    def body(self) -> ComposeResult:
        """Build the heading and the form."""
        yield Static(id="form-heading", markup=False)
        yield FormPage()

    async def on_mount(self) -> None:
        """Show the fields; what their rules need is read in beside, since it takes a while."""
        await self.desk.reader.aside(self.warm_up)
        self.show_heading()
        for field, text in self.typed.items():
            self.form.set_value(field, text, replaceable=self.prefilled)
        self.ask_again()
        self.form.focus()
        self.begun()
        self._say_hint(self.form.current)
        self._ready.set()

    def warm_up(self) -> None:
        """Read in what the rules need; runs beside the event loop."""
        from models.customer_form.checks import check_all

        questions(self.typed, self.at)
        check_all({**self.typed, FormField.EMAIL: "a@example.com"}, self.at)

    async def perform(self, action: Action) -> None:
        """Do `action` as soon as there are fields, or say why it cannot be done now."""
        await self._ready.wait()
        await super().perform(action)

    def show_heading(self) -> None:
        """Show the line above the form, with what is wrong at the moment."""
        trouble = shown(self.heading_trouble())
        mark = (f" ! {trouble}", "$text-error") if trouble else ""
        self.heading.update(Content.assemble(mark or self.heading_text()))

    def focus_body(self) -> None:
        """Give the keys back to the form."""
        self.form.focus()

    def ask_again(self) -> None:
        """Ask for what the values ask for now."""
        found = questions(self.typed, self.at)
        self.asked = {question.field: question for question in found}
        self.form.show(
            [
                ItemSection(
                    _(BLOCK_TITLES[block]),
                    tuple(self._item(question) for question in found if question.block is block),
                )
                for block in Block
            ]
        )
        self._remark_all()

    def _item(self, question: Question) -> Item:
        options = question.options
        titles = {option.value: option.title for option in options}
        title = titles.get(self.typed.get(question.field, ""), "")
        same = title == self.typed.get(question.field, "")
        return Item(
            name=question.field,
            label=question.label,
            required=question.required,
            suffix=question.suffix or (f"  {title}" if title and not same else ""),
            completions=tuple(
                dict.fromkeys(
                    [*(option.title for option in options), *(option.value for option in options)]
                )
            ),
            list_mark=bool(options),
        )

    def _remark_all(self) -> None:
        for field in self.asked:
            self.remark(field)
        self._count_wrong()

    def remark(self, field: FormField) -> None:
        """Say what is to be said about a field, if it was left already."""
        self._offers.pop(field, None)
        if field not in self.seen:
            self.form.remark(field, ItemState.BLANK)
            return
        reasons = [*check(field, self.typed, self.at).reasons, *self.reasons_of_the_book(field)]
        texts = [(STATES[verdict_of([reason])], reason.text) for reason in reasons]
        for reason in reasons:
            if reason.offer and field not in self._offers:
                self._offers[field] = reason.offer
                offer = _("ctrl+t takes {offer}").format(offer=shown(reason.offer))
                texts.append((ItemState.BLANK, offer))
        texts += [(ItemState.BLANK, hint) for hint in self.hints_of_the_book(field)]
        state = STATES[verdict_of(reasons)]
        if not reasons and not self.typed.get(field):
            state = ItemState.BLANK
        self.form.remark(field, state, texts)

    def _say_hint(self, name: str) -> None:
        question = self.asked.get(FormField(name)) if name else None
        if not self.awaits_key:  # a question stands until it is answered
            self.status.say(question.hint if question else "")

    def _count_wrong(self) -> None:
        wrong = sum(
            verdict_of(check(field, self.typed, self.at).reasons) is Verdict.REFUSED
            for field in self.asked
            if field in self.seen
        )
        self.status.state = _("{count} to mend").format(count=wrong) if wrong else ""

    # What happens in the form

    def on_form_page_typed(self, event: FormPage.Typed) -> None:
        """Keep what is typed."""
        self.typed[FormField(event.name)] = event.text
        self.changed()

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        """Say what to write into the field."""
        self._say_hint(event.name)

    async def on_form_page_left(self, event: FormPage.Left) -> None:
        """Check the field that was left."""
        await self._leave(FormField(event.name), event.text)

    async def _leave(self, field: FormField, text: str) -> None:
        self.typed[field] = text
        self.seen.add(field)
        if field not in self.asked:
            return
        checked = check(field, self.typed, self.at)
        refused = verdict_of(checked.reasons) is Verdict.REFUSED
        if not refused and checked.value != text and checked.value:
            self.put(field, checked.value)
        self._propose(field)
        self.ask_again()
        await self.left(field)

    def _propose(self, field: FormField) -> None:
        """Fill in what follows from a field, where nobody typed anything else."""
        found = proposals(self.typed, self.at)
        for follower in _FOLLOWERS.get(field, ()):
            own = self.typed.get(follower, "") not in ("", self.proposed.get(follower, ""))
            if found.get(follower) and not own:
                self.proposed[follower] = found[follower]
                self.put(follower, found[follower])

    def put(self, field: FormField, text: str) -> None:
        """Put a value into a field as if it had been typed."""
        if self.typed.get(field, "") != text:
            self.typed[field] = text
            self.form.set_value(field, text, replaceable=True)
            self.changed()

    async def on_form_page_finished(self) -> None:
        """Go on to the review behind the last field."""
        await self.action_perform("form.review")

    # What keys do

    async def do_take(self) -> None:
        """Take the value that is offered for the current field, or for the nearest one above."""
        current = self.form.current
        if text := self.form.value(current):  # one that is empty still was only come to
            await self._leave(FormField(current), text)
        fields = list(self.asked)
        place = fields.index(FormField(current))
        for field in (*reversed(fields[: place + 1]), *fields[place + 1 :]):
            if offer := self._offers.get(field):
                self.put(field, offer)
                await self._leave(field, offer)
                return
        self.status.say(_("Nothing is offered here."))

    async def do_list(self) -> None:
        """Let the current field's value be chosen from a list."""
        from screens.choice_dialog import ChoiceDialog

        field = FormField(self.form.current)
        question = self.asked[field]
        if not question.options:
            self.status.say(_("There is no list for this field: type into it."))
            return
        choices = [(option.value, option.title) for option in question.options]

        async def chosen(value: str | None) -> None:
            self.form.focus()
            if value is not None:
                self.put(field, value)
                await self._leave(field, value)

        await self.app.push_screen(
            ChoiceDialog(question.label, choices, self.typed.get(field, "")), chosen
        )

    async def do_review(self) -> None:
        """Check everything and show the plan."""
        self.seen.update(self.asked)
        current = FormField(self.form.current)
        await self._leave(current, self.form.value(current))
        self._remark_all()
        plan = await self.make_plan()
        wrong = [reason.field for reason in plan.reasons if reason.refuses and reason.field]
        if wrong:
            self.form.go_to(wrong[0])
        await self.shell.review(plan, self.carried_out, self.conflict)

    async def do_cloud(self) -> None:
        """Say that the form stays in its cloud."""
        self.status.say(
            _("This form stays in {cloud}. Leave it with Esc to work in another cloud.").format(
                cloud=self.account.cloud.name
            )
        )
