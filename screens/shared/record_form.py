"""The form for a record: asks, checks by the plan that would be made, and shows that plan."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.forms.question import chosen, not_listed
from partnerdesk.models.languages import _
from partnerdesk.screens.shared.form_screen import FormScreen, item_of, state_of, told
from partnerdesk.tui.widgets.form_page import FormPage, ItemSection, ItemState
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.session import AppSession


class RecordFormScreen(FormScreen):
    """A record's fields, to be filled in. Subclasses say which, and make the plan.

    Each field is checked as it is left: the plan is made with what stands in the form, and its
    reasons are said of the fields that were left already.
    """

    def __init__(self, desk: AppSession, account: Account, values: Mapping[str, str]) -> None:
        super().__init__(desk, account)
        self.typed: dict[str, str] = dict(values)
        """What stands in the form, asked for now or not."""
        self.seen: set[str] = set()
        """Fields that the cursor has left: what is wrong with them is said."""
        self.prefilled = False
        """Whether `values` are proposals, which the first letter that is typed replaces."""
        self.asked: dict[str, Question] = {}
        self.given = dict(values)
        """What stood in the form before somebody typed."""
        self._reasons: tuple[Reason, ...] = ()
        self._checked: dict[str, str] | None = None
        """The texts that `_reasons` are about."""
        self._asked_for: dict[str, str] | None = None
        """The texts that what is asked follows from."""
        self._checking: dict[str, str] | None = None
        """The texts that are being checked, or were last."""
        self._told: set[str] = set()
        """Fields whose reasons are known, so that it is said how good they are."""
        self._offers: dict[str, str] = {}

    # What subclasses say

    def answers(self) -> dict[str, str]:
        """Return what the plan is made of: the values of the fields that are asked for now."""
        return {name: self.typed.get(name, "") for name in self.asked}

    def meant(self, name: str, text: str) -> str:
        """Return the value that a field gets where this text is left in it."""
        return chosen(self.asked[name], text)

    def reasons_of(self, name: str) -> list[Reason]:
        """Return what is to be said of a field, as far as it is known."""
        return [reason for reason in self._reasons if reason.field == name]

    async def conflict(self) -> None:
        """Go on where somebody else changed the same record meanwhile; nothing typed is lost."""
        from partnerdesk.models.database.store import changed_meanwhile

        self.check_again()
        self.fail(changed_meanwhile())

    # What is shown

    def filled_in(self) -> None:
        """Show the fields."""
        self.given = dict(self.typed)  # what it filled in is nothing that somebody typed
        for name, text in self.typed.items():
            self.form.set_value(name, text, replaceable=self.prefilled)
        self.ask_again()
        self.form.leaving = self._leave  # what an answer adds comes before what stood below it
        self.form.focus()
        self.begun()
        self._say_hint(self.form.current)
        self._check()

    def heading_trouble(self) -> str:
        """Return what stands in the way whatever is typed: it is about none of the fields."""
        return next((reason.text for reason in self._reasons if self._is_about_all(reason)), "")

    def _is_about_all(self, reason: Reason) -> bool:
        return reason.refuses and reason.field not in self.asked

    def ask_again(self) -> None:
        """Ask for what the values ask for now."""
        found = self.questions(self.typed)
        self._asked_for = dict(self.typed)
        self.asked = {asked.name: asked for asked in found}
        self.form.show(
            [
                ItemSection(
                    block,
                    tuple(
                        item_of(asked.name, asked, self.typed.get(asked.name, ""))
                        for asked in found
                        if asked.block == block
                    ),
                )
                for block in dict.fromkeys(asked.block for asked in found)
            ]
        )
        self._remark_all()

    def _remark_all(self) -> None:
        self._offers.clear()
        wrong = 0
        for name in self.asked:
            if name not in self._told:
                self.form.remark(name, ItemState.BLANK)
                continue
            reasons = self.reasons_of(name)
            texts, offer = told(reasons)
            texts += [(ItemState.BLANK, hint) for hint in self.hints_of(name)]
            if offer:
                self._offers[name] = offer
            self.form.remark(name, state_of(reasons, self.typed.get(name, "")), texts)
            wrong += any(reason.refuses for reason in reasons)
        self.status.state = _("{count} to mend").format(count=wrong) if wrong else ""
        self.show_heading()

    def _say_hint(self, name: str) -> None:
        asked = self.asked.get(name)
        if not self.awaits_key:  # a question stands until it is answered
            self.status.say(asked.hint if asked else "")

    # Checking

    def check_again(self) -> None:
        """Check what stands in the form anew: the record is another one than before."""
        self._checked = None
        self._stop_checking()
        self._check()

    def _check(self) -> None:
        """Check what stands in the form; a check that is under way still is over with that."""
        texts = self.answers()
        if texts == self._checked:
            self._stop_checking()
            self._learn(texts, self._reasons)
        elif texts != self._checking:
            self._checking = texts
            self._learn_of_fields(texts)
            self.read(
                partial(self._plan, texts), lambda plan: self._learn(texts, plan.reasons),
                self._cannot_check, group="check", beside=True,
            )  # fmt: skip

    def _stop_checking(self) -> None:
        self._checking = None
        self.stop_reading("check")

    def _cannot_check(self, error: AppError) -> None:
        self._checking = None
        self.fail(error)

    async def _check_anew(self) -> Plan:
        """Return the plan for what stands in the form, and say what its reasons are."""
        self._stop_checking()
        texts = self.answers()
        self._learn_of_fields(texts)
        plan = await self._plan(texts)
        self._learn(texts, plan.reasons)
        return plan

    async def _plan(self, texts: dict[str, str]) -> Plan:
        """Return the plan for what stands in the form."""
        unlisted = self._unlisted(texts)
        plan = await self.make_plan(texts | dict.fromkeys(unlisted, ""))
        return replace(plan, reasons=_reasons_with(unlisted, plan.reasons))

    def _unlisted(self, texts: Mapping[str, str]) -> dict[str, Reason]:
        """Return the fields whose value is none of its list, and what is wrong with each."""
        return {
            name: not_listed(asked, texts[name])
            for name, asked in self.asked.items()
            if not asked.takes(texts.get(name, ""))
        }

    def _learn_of_fields(self, texts: dict[str, str]) -> None:
        """Say what the fields' own rules say, where the whole plan has to wait for the book."""
        unlisted = self._unlisted(texts)
        plan = self.plan_of_fields(texts | dict.fromkeys(unlisted, ""))
        if plan is not None:
            self._learn(texts, _reasons_with(unlisted, plan.reasons))
            self._checked = None  # not all of it

    def _learn(self, texts: dict[str, str], reasons: tuple[Reason, ...]) -> None:
        self._checked, self._reasons, self._told = texts, reasons, set(self.seen)
        self._remark_all()

    # What happens in the form

    def on_form_page_typed(self, event: FormPage.Typed) -> None:
        """Keep what is typed."""
        self.typed[event.name] = event.text
        self.changed()

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        """Say what to write into the field."""
        self._say_hint(event.name)

    def on_form_page_left(self, event: FormPage.Left) -> None:
        """Check the field that was left."""
        self._leave(event.name, event.text, up=event.up)
        self._check()

    def _leave(self, name: str, text: str, up: bool = False) -> None:
        """Take the text of a field that is left, and ask for what follows from it.

        An empty field that is left upwards was only come to: nothing is said of it yet.
        """
        self.typed[name] = text
        if text or not up:
            self.seen.add(name)
        if name not in self.asked:
            return
        self.put(name, self.meant(name, text))
        self.follow(name)
        if self.typed != self._asked_for:
            self.ask_again()

    def leave_current(self) -> None:
        """Take what stands in the field under the cursor, as if it was left."""
        self._leave(self.form.current, self.form.value(self.form.current))

    def put(self, name: str, text: str) -> None:
        """Put a value into a field as if it had been typed."""
        if self.typed.get(name, "") != text:
            self.typed[name] = text
            self.form.set_value(name, text, replaceable=True)
            self.changed()

    # Should the screen fail

    def unsaved(self) -> Mapping[str, str]:
        """Return what somebody typed here."""
        return {name: text for name, text in self.typed.items() if text != self.given.get(name, "")}

    def take_back(self, texts: Mapping[str, str]) -> None:
        """Put back what was typed when such a form failed."""
        for name, text in texts.items():
            self.put(name, text)
        self.ask_again()
        self._check()

    # What keys do

    async def do_take(self) -> None:
        """Take the value that is offered for the current field, or for the nearest one above."""
        current = self.form.current
        if text := self.form.value(current):  # one that is empty still was only come to
            self._leave(current, text)
        await self._check_anew()
        names = list(self.asked)
        place = names.index(current) if current in names else -1
        for name in (*reversed(names[: place + 1]), *names[place + 1 :]):
            if offer := self._offers.get(name):
                self._choose(name, offer)
                return
        self.status.say(_("Nothing is offered here."))

    def _choose(self, name: str, value: str) -> None:
        self.put(name, value)
        self._leave(name, value)
        self._check()

    async def do_list(self) -> None:
        """Let the current field's value be chosen from a list."""
        name = self.form.current
        take = partial(self._choose, name)
        await self.choose_from(self.asked.get(name), self.typed.get(name, ""), take)

    async def check_all(self) -> tuple[Plan, list[str]]:
        """Check everything; return the plan and the fields that are wrong, and go to the first."""
        self.leave_current()
        self.seen.update(self.asked)
        plan = await self._check_anew()
        refused = {reason.field for reason in plan.reasons if reason.refuses}
        wrong = [name for name in self.asked if name in refused]
        if wrong:
            self.form.go_to(wrong[0])
        return plan, wrong

    async def do_review(self) -> None:
        """Check everything and show the plan."""
        plan, _wrong = await self.check_all()
        await self.shell.review(plan, self.carried_out, self.conflict)

    async def do_back(self) -> None:
        """Leave; ask first where something was typed."""
        current = self.form.current
        self.typed[current] = self.form.value(current)
        if not self.unsaved():
            await self.shell.go_back()
            return
        await self.ask_to_leave(_("What you typed is not written yet."))

    async def ask_to_leave(self, question: str, *further: Choice) -> None:
        """Ask before what was typed is left; a second Esc leaves, and loses nothing."""
        choices = [
            Choice("n", _("stay"), lambda: None, default=True),
            Choice("y", _("leave and lose it"), self.shell.go_back),
            *further,
        ]
        kept = _("leave; it is back when you open the form again")
        self.choose(question, choices, kept, escaped=self._leave_kept)

    async def _leave_kept(self) -> None:
        self.shell.keep_typed(self)
        await self.shell.go_back()


def _reasons_with(
    unlisted: Mapping[str, Reason], reasons: Iterable[Reason]
) -> tuple[Reason, ...]:  # fmt: skip
    """Return the reasons of a plan, with those of fields whose value is not in their list."""
    others = (reason for reason in reasons if reason.field not in unlisted)
    return (*unlisted.values(), *others)
