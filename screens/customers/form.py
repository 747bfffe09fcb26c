"""The form for a customer: asks what the country asks, and checks each field as it is left."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.customers.form.checks import check, proposals, questions
from partnerdesk.models.customers.form.fields import BLOCK_TITLES, Block, FormField
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.languages import _
from partnerdesk.screens.shared.form_screen import FormScreen, item_of, state_of, told
from partnerdesk.tui.widgets.form_page import FormPage, ItemSection, ItemState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.form.fields import Circumstances, Question
    from partnerdesk.models.session import Desk

_FOLLOWERS = {
    FormField.COMPANY_NAME: (FormField.DOMAIN_PREFIX,),
    FormField.COUNTRY: (FormField.LANGUAGE, FormField.CULTURE),
    FormField.AGREEMENT: (
        FormField.AGREEMENT_FIRST_NAME, FormField.AGREEMENT_LAST_NAME,
        FormField.AGREEMENT_EMAIL, FormField.AGREEMENT_PHONE,
    ),
}  # fmt: skip
"""Fields that follow from another one as long as nobody typed into them."""


class CustomerFormScreen(FormScreen):
    """A customer's fields, to be filled in. Subclasses say what becomes of them."""

    def __init__(
        self, desk: Desk, account: Account, at: Circumstances, values: Mapping[FormField, str]
    ) -> None:
        super().__init__(desk, account)
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

    # What subclasses say

    async def make_plan(self) -> Plan:
        """Return the plan that the review shows."""
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

    def left(self, field: FormField) -> None:
        """Take notice that a field was left and checked."""

    # What is shown

    def filled_in(self) -> None:
        """Show the fields."""
        self.show_heading()
        for field, text in self.typed.items():
            self.form.set_value(field, text, replaceable=self.prefilled)
        self.ask_again()
        self.form.focus()
        self.begun()
        self._say_hint(self.form.current)

    def warm_up(self) -> None:
        """Read in what the rules need; runs beside the event loop."""
        from partnerdesk.models.customers.form.checks import check_all

        questions(self.typed, self.at)
        check_all({**self.typed, FormField.EMAIL: "a@example.com"}, self.at)

    def ask_again(self) -> None:
        """Ask for what the values ask for now."""
        found = questions(self.typed, self.at)
        self.asked = {question.field: question for question in found}
        self.form.show(
            [
                ItemSection(
                    _(BLOCK_TITLES[block]),
                    tuple(
                        item_of(question.field, question, self.typed.get(question.field, ""))
                        for question in found
                        if question.block is block
                    ),
                )
                for block in Block
            ]
        )
        self._remark_all()

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
        texts, offer = told(reasons)
        if offer:
            self._offers[field] = offer
        texts += [(ItemState.BLANK, hint) for hint in self.hints_of_the_book(field)]
        self.form.remark(field, state_of(reasons, self.typed.get(field, "")), texts)

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

    def on_form_page_left(self, event: FormPage.Left) -> None:
        """Check the field that was left."""
        self._leave(FormField(event.name), event.text)

    def _leave(self, field: FormField, text: str) -> None:
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
        self.left(field)

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

    # Should the screen fail

    def unsaved(self) -> Mapping[str, str]:
        """Return what stands in the form."""
        return {field.value: text for field, text in self.typed.items()}

    def take_back(self, texts: Mapping[str, str]) -> None:
        """Put back what stood in the form when such a one failed."""
        for name, text in texts.items():
            self.put(FormField(name), text)
        self.ask_again()

    # What keys do

    async def do_take(self) -> None:
        """Take the value that is offered for the current field, or for the nearest one above."""
        current = self.form.current
        if text := self.form.value(current):  # one that is empty still was only come to
            self._leave(FormField(current), text)
        fields = list(self.asked)
        place = fields.index(FormField(current))
        for field in (*reversed(fields[: place + 1]), *fields[place + 1 :]):
            if offer := self._offers.get(field):
                self.put(field, offer)
                self._leave(field, offer)
                return
        self.status.say(_("Nothing is offered here."))

    async def do_list(self) -> None:
        """Let the current field's value be chosen from a list."""
        field = FormField(self.form.current)
        now = self.typed.get(field, "")
        await self.choose_from(self.asked[field], now, partial(self._choose, field))

    async def _choose(self, field: FormField, value: str) -> None:
        self.put(field, value)
        self._leave(field, value)

    async def do_review(self) -> None:
        """Check everything and show the plan."""
        self.seen.update(self.asked)
        current = FormField(self.form.current)
        self._leave(current, self.form.value(current))
        self._remark_all()
        plan = await self.make_plan()
        wrong = [reason.field for reason in plan.reasons if reason.refuses and reason.field]
        if wrong:
            self.form.go_to(wrong[0])
        await self.shell.review(plan, self.carried_out, self.conflict)
