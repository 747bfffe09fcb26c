"""The form for a record: shows the fields, checks them with a trial plan, shows the plan."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.forms.question import chosen, not_listed
from partnerdesk.models.languages import _
from partnerdesk.screens.shared.form_beside import about_field, about_plan
from partnerdesk.screens.shared.form_screen import FormScreen, item_of, reason_lines, state_of
from partnerdesk.tui.widgets.form_page import FormPage, ItemSection, ItemState
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.sections import Section


class RecordFormScreen(FormScreen):
    """A form with the fields of a record. Subclasses define the fields and make the plan.

    When the cursor leaves a field, a plan is made with the values of the form. Its reasons are
    shown below the fields that the cursor has left so far.
    """

    def __init__(self, desk: AppSession, account: Account, values: Mapping[str, str]) -> None:
        super().__init__(desk, account)
        self.typed: dict[str, str] = dict(values)
        """The texts of all fields by name, also of fields that are not shown now."""
        self.touched: set[str] = set()
        """Names of the fields that the cursor has left; only their reasons are shown."""
        self.prefilled = False
        """Whether `values` are proposals: the first typed letter replaces the text of a field."""
        self.fields: dict[str, Question] = {}
        """The fields that are shown now, by name."""
        self.initial = dict(values)
        """The texts before a person typed anything."""
        self._reasons: tuple[Reason, ...] = ()
        self._checked: dict[str, str] | None = None
        """The texts that `_reasons` belong to; None if the fields must be checked again."""
        self._fields_made_for: dict[str, str] | None = None
        """The texts that `fields` belong to."""
        self._checking: dict[str, str] | None = None
        """The texts of the latest check, running or finished."""
        self._judged: set[str] = set()
        """Names of the fields whose reasons are known, so that their state is shown."""
        self._latest: Plan | None = None
        """The plan for the values that were checked last."""
        self._offers: dict[str, str] = {}
        """The values that the reasons offer, by field."""

    # Implemented by subclasses

    def answers(self) -> dict[str, str]:
        """Return the values for the plan: those of the fields that are shown now."""
        return {name: self.typed.get(name, "") for name in self.fields}

    def value_for(self, name: str, text: str) -> str:
        """Return the value for the text left in a field: the option that the text means."""
        return chosen(self.fields[name], text)

    def reasons_of(self, name: str) -> list[Reason]:
        """Return the known reasons of a field."""
        return [reason for reason in self._reasons if reason.field == name]

    async def conflict(self) -> None:
        """Continue after another person changed the record meanwhile; typed text is not lost."""
        from partnerdesk.models.database.store import changed_meanwhile

        self.check_again()
        self.fail(changed_meanwhile())

    # Display

    def show_fields(self) -> None:
        """Show the fields, and start the first check."""
        self.initial = dict(self.typed)  # values filled in by `warm_up` were not typed
        for name, text in self.initial.items():
            self.form.set_value(name, text, replaceable=self.prefilled)
        self.refresh_fields()
        self.form.leaving = self._leave  # a value can add fields before the next field is chosen
        self.form.focus()
        self.place_cursor()
        self._say_hint(self.form.current)
        self._check()

    def heading_error(self) -> str:
        """Return the first refusal that belongs to none of the shown fields."""
        return next((reason.text for reason in self._reasons if self._is_general(reason)), "")

    def _is_general(self, reason: Reason) -> bool:
        return reason.refuses and reason.field not in self.fields

    def refresh_fields(self) -> None:
        """Show the fields that the current values require."""
        questions = self.questions(self.typed)
        self._fields_made_for = dict(self.typed)
        self.fields = {question.name: question for question in questions}
        self.form.show(
            [
                ItemSection(
                    block,
                    tuple(
                        item_of(question.name, question, self.typed.get(question.name, ""))
                        for question in questions
                        if question.block == block
                    ),
                )
                for block in dict.fromkeys(question.block for question in questions)
            ]
        )
        self._remark_all()

    def _remark_all(self) -> None:
        self._offers.clear()
        wrong = 0
        for name in self.fields:
            if name not in self._judged:
                self.form.remark(name, ItemState.BLANK)
                continue
            reasons = self.reasons_of(name)
            texts, offer = reason_lines(reasons)
            texts += [(ItemState.BLANK, hint) for hint in self.hints_of(name)]
            if offer:
                self._offers[name] = offer
            self.form.remark(name, state_of(reasons, self.typed.get(name, "")), texts)
            wrong += any(reason.refuses for reason in reasons)
        self.status.state = _("{count} to mend").format(count=wrong) if wrong else ""
        self.show_heading()

    def _say_hint(self, name: str) -> None:
        field = self.fields.get(name)
        if not self.awaits_key:  # an open question stays on the status line
            self.status.say(field.hint if field else "")
        self.tell_beside()

    def told_beside(self) -> Sequence[Section]:
        """Return the field under the cursor with its values, and the plan as the review has it."""
        told: list[Section] = []
        if field := self.fields.get(self.form.current):
            reasons = self.reasons_of(field.name) if self.typed.get(field.name) else ()
            told.append(about_field(field, reasons))
        if self._latest is not None:
            clouds = self.desk.settings.all_clouds()
            told += about_plan(self._latest, self.fields, self.typed, clouds)
        return told

    # Checking

    def check_again(self) -> None:
        """Check the values again, because the record itself changed."""
        self._checked = None
        self._stop_checking()
        self._check()

    def _check(self) -> None:
        """Check the values if they changed; a newer check replaces a running one."""
        texts = self.answers()
        if texts == self._checked:
            self._stop_checking()
            self._learn(texts, self._reasons)
        elif texts != self._checking:
            self._checking = texts
            self._learn_of_fields(texts)
            make, show = partial(self._plan, texts), partial(self._learn_plan, texts)
            self.read(make, show, self._check_failed, group="check", beside=True)

    def _stop_checking(self) -> None:
        self._checking = None
        self.stop_reading("check")

    def _check_failed(self, error: AppError) -> None:
        self._checking = None
        self.fail(error)

    async def _check_anew(self) -> Plan:
        """Return the plan for the current values, and show its reasons."""
        self._stop_checking()
        texts = self.answers()
        self._learn_of_fields(texts)
        plan = await self._plan(texts)
        self._learn_plan(texts, plan)
        return plan

    async def _plan(self, texts: dict[str, str]) -> Plan:
        """Return the plan for these values, with the refusals of values outside their list."""
        unlisted = self._unlisted(texts)
        plan = await self.make_plan(texts | dict.fromkeys(unlisted, ""))
        return replace(plan, reasons=_reasons_with(unlisted, plan.reasons))

    def _unlisted(self, texts: Mapping[str, str]) -> dict[str, Reason]:
        """Return the refusals of values outside the list of their field, by field."""
        return {
            name: not_listed(field, texts[name])
            for name, field in self.fields.items()
            if not field.takes(texts.get(name, ""))
        }

    def _learn_of_fields(self, texts: dict[str, str]) -> None:
        """Show the reasons of `plan_of_fields`, if the whole plan waits for the book."""
        unlisted = self._unlisted(texts)
        plan = self.plan_of_fields(texts | dict.fromkeys(unlisted, ""))
        if plan is not None:
            self._learn(texts, _reasons_with(unlisted, plan.reasons))
            self._checked = None  # the whole plan is still to come

    def _learn_plan(self, texts: dict[str, str], plan: Plan) -> None:
        self._latest = plan
        self._learn(texts, plan.reasons)
        self.tell_beside()

    def _learn(self, texts: dict[str, str], reasons: tuple[Reason, ...]) -> None:
        self._checked, self._reasons, self._judged = texts, reasons, set(self.touched)
        self._remark_all()

    # Events of the form

    def on_form_page_typed(self, event: FormPage.Typed) -> None:
        """Store the typed text."""
        self.typed[event.name] = event.text
        self.changed()

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        """Show the hint of the field."""
        self._say_hint(event.name)

    def on_form_page_left(self, event: FormPage.Left) -> None:
        """Check the field that was left."""
        self._leave(event.name, event.text, up=event.up)
        self._check()

    def _leave(self, name: str, text: str, up: bool = False) -> None:
        """Store the value of a field that the cursor leaves, and update dependent fields.

        An empty field left upwards does not count as touched: its reasons are not shown yet.
        """
        self.typed[name] = text
        if text or not up:
            self.touched.add(name)
        if name not in self.fields:
            return
        self.put(name, self.value_for(name, text))
        self.update_dependents(name)
        if self.typed != self._fields_made_for:
            self.refresh_fields()

    def leave_current(self) -> None:
        """Store the value of the field under the cursor, as if the cursor left it."""
        self._leave(self.form.current, self.form.value(self.form.current))

    def put(self, name: str, text: str) -> None:
        """Set the value of a field; the first typed letter replaces it."""
        if self.typed.get(name, "") != text:
            self.typed[name] = text
            self.form.set_value(name, text, replaceable=True)
            self.changed()

    # Unsaved text

    def unsaved(self) -> Mapping[str, str]:
        """Return the texts that differ from the initial ones, by field."""
        before = self.initial
        return {name: text for name, text in self.typed.items() if text != before.get(name, "")}

    def take_back(self, texts: Mapping[str, str]) -> None:
        """Restore the texts typed in a form for the same record that failed."""
        for name, text in texts.items():
            self.put(name, text)
        self.refresh_fields()
        self._check()

    # Actions

    async def do_take(self) -> None:
        """Take the value offered for the current field, else for the nearest field with an offer.

        Fields above come before fields below.
        """
        current = self.form.current
        if text := self.form.value(current):  # an empty field does not count as touched
            self._leave(current, text)
        await self._check_anew()
        names = list(self.fields)
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
        """Open the list of values for the current field."""
        name = self.form.current
        take = partial(self._choose, name)
        await self.choose_from(self.fields.get(name), self.typed.get(name, ""), take)

    async def check_all(self) -> tuple[Plan, list[str]]:
        """Check all fields; return the plan and the refused fields, and go to the first of them."""
        self.leave_current()
        self.touched.update(self.fields)
        plan = await self._check_anew()
        refused = {reason.field for reason in plan.reasons if reason.refuses}
        wrong = [name for name in self.fields if name in refused]
        if wrong:
            self.form.go_to(wrong[0])
        return plan, wrong

    async def do_review(self) -> None:
        """Check all fields and show the plan."""
        plan, _wrong = await self.check_all()
        await self.shell.review(plan, self.carried_out, self.conflict)

    async def do_back(self) -> None:
        """Leave the form; ask first if it has unsaved text."""
        current = self.form.current
        self.typed[current] = self.form.value(current)
        if not self.unsaved():
            await self.shell.go_back()
            return
        await self.ask_to_leave(_("What you typed is not written yet."))

    async def ask_to_leave(self, question: str, *further: Choice) -> None:
        """Ask before leaving unsaved text; a second Esc leaves and keeps the text for next time."""
        choices = [
            Choice("n", _("stay"), lambda: None, default=True),
            Choice("y", _("leave and lose it"), self.shell.go_back),
            *further,
        ]
        escape = _("leave; it is back when you open the form again")
        self.choose(question, choices, escape, escaped=self._leave_kept)

    async def _leave_kept(self) -> None:
        self.shell.keep_typed(self)
        await self.shell.go_back()


def _reasons_with(unlisted: Mapping[str, Reason], reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons of a plan; those of `unlisted` fields replace the plan's."""
    others = (reason for reason in reasons if reason.field not in unlisted)
    return (*unlisted.values(), *others)
