"""Add a customer: the form, saved as a draft during typing, and the plan."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.errors import AppError, ConflictError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.add import form_context, plan_add_customer
from partnerdesk.models.customers.duplicates import find_duplicates
from partnerdesk.models.customers.form.checks import proposals
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.markets import cloud_reasons
from partnerdesk.models.customers.form.online import OnlineQuestion, online_question
from partnerdesk.models.languages import N_, _
from partnerdesk.screens.customers.form import CustomerFormScreen
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.drafts import CustomerDraft
    from partnerdesk.models.customers.duplicates import Duplicate
    from partnerdesk.models.customers.form.fields import Values
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.form_page import FormPage

_COMPARED = (
    FormField.COMPANY_NAME,
    FormField.DOMAIN_PREFIX,
    FormField.REGISTRATION_NUMBER,
    FormField.COUNTRY,
)
"""Fields by which the book is searched for similar customers."""

RETRY_SECONDS = 2.0
"""Seconds until a failed write of the draft is repeated."""
_PREFILLED = (FormField.COUNTRY, FormField.LANGUAGE, FormField.CULTURE, FormField.AGREEMENT)
"""Fields with a proposed value in an empty form."""


class AddCustomerScreen(CustomerFormScreen):
    """The form for a new customer, in the cloud and account in which the draft was begun."""

    NAME = "add-customer"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *CustomerFormScreen.ACTIONS[:-2],
        Action("form.same", "ctrl+o", N_("Same customer"),
               N_("Open the customer that seems to be the same, or invite it"), "^o",
               bar=False),
        Action("desk.back", "escape", N_("Leave"),
               N_("Leave the form; what is typed is kept as a draft"), "Esc"),
        CustomerFormScreen.ACTIONS[-1],
    )  # fmt: skip

    def __init__(self, desk: AppSession, account: Account, draft: CustomerDraft) -> None:
        context = form_context(account, desk.clock())
        super().__init__(desk, account, context, draft.values)
        self.prefilled = draft.id is None
        self._draft = draft
        self._unsaved = False
        """Whether the store lacks a typed text."""
        self._place = draft.place
        """The name of the field under the cursor."""
        self._idle = asyncio.Event()
        """Set while no write is running: everything is saved, or cannot be saved now."""
        self._idle.set()
        self._save_error: AppError | None = None
        """Why the latest text could not be saved; the write is repeated until it succeeds."""
        self._is_taken = False
        """Whether another terminal saved the draft meanwhile, or carried it out."""
        self._alike: list[Duplicate] = []
        """Customers in the book that may be the same as the new one."""
        self._compared: list[str] = []
        """The values by which `_alike` was searched."""
        self._online: tuple[Reason, ...] = ()
        """What Partner Center said of the domain and the address in `_asked`."""
        self._asked: OnlineQuestion | None = None
        if draft.id is not None:
            self.touched = {name for name, text in self.typed.items() if text}

    @classmethod
    async def load(cls, desk: AppSession, draft: CustomerDraft | None = None) -> Self:
        """Return the form with a draft, or an empty form in the chosen account.

        Raises:
            NotFoundError: the draft's cloud is not turned on, or no account is chosen.
        """
        from partnerdesk.models.customers.drafts import begin_draft

        draft = draft or begin_draft(desk.own_account().id, desk.by())
        return cls(desk, desk.account_of(draft.account_id), draft)

    def heading_text(self) -> str:
        """Return the heading: the cloud and the account of the new customer."""
        return _("New customer in {cloud} · {account}").format(
            cloud=_(self.account.cloud.short_name), account=self.account.title
        )

    def heading_error(self) -> str:
        """Return why typed text is not saved, or why the cloud takes no new customers."""
        if self._is_taken:
            return _("Not kept: the draft is open or carried out in another terminal.")
        if self._save_error is not None:
            return _("Not kept: {error}").format(error=self._save_error.message)
        return next((reason.text for reason in cloud_reasons(self.context)), "")

    def warm_up(self) -> None:
        """Fill in the proposed values before anything is typed; runs in the reading thread."""
        texts = proposals(self.values, self.context)
        if self.prefilled:
            self.typed = {field.value: texts[field] for field in _PREFILLED if texts.get(field)}
        self.proposed = {
            field: text for field, text in texts.items() if self.typed.get(field) == text
        }
        super().warm_up()

    def place_cursor(self) -> None:
        """Go to the field in which the draft was left."""
        if self._draft.place:
            self.form.go_to(self._draft.place)

    # The draft

    def changed(self) -> None:
        """Save the draft; a running write saves the newest values when it has finished."""
        self._unsaved = True
        if self._idle.is_set():
            self._idle.clear()
            warning = _("What you typed last is not kept yet. ctrl+q again leaves and loses it.")
            self.shell.start(self._save, keeps=warning)

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        """Note the field under the cursor, which is saved with the draft."""
        self._place = event.name

    async def _save(self) -> None:
        """Write the draft until all values are saved.

        Runs as a job of the app, so that the write finishes even if the screen is left.
        """
        from partnerdesk.models.customers.drafts import save_draft

        draft = self._draft
        try:
            while self._unsaved and not self._is_taken:
                self._unsaved = False
                values, place = self.values, self._place
                await self.desk.aside(save_draft, draft, values, place, self.desk.clock())
                self._note_save_error(None)
        except ConflictError as error:
            self._is_taken = True
            self._note_save_error(error)
        except AppError as error:
            self._unsaved = True
            self._note_save_error(error)
        finally:
            self._idle.set()
        await self.shell.look()  # the next screen may show how many drafts there are

    def _note_save_error(self, error: AppError | None) -> None:
        if error is not self._save_error:
            self._save_error = error
            self.call_later(self.show_heading)
            if error is not None and not self._is_taken:
                self.call_later(self._retry_later)

    def _retry_later(self) -> None:
        wait = partial(asyncio.sleep, RETRY_SECONDS)
        self.read(wait, self._retry, group="draft", beside=True)

    def _retry(self, _waited: None) -> None:
        self.changed()

    async def do_back(self) -> None:
        """Leave the form; the draft stays. Ask first if the latest text is not saved."""
        await self._idle.wait()
        if self._draft.id is not None and self._place != self._draft.place and not self._save_error:
            self.changed()
            await self._idle.wait()
        if self._save_error is None:
            await self._leave_form()
            return
        copy = Choice("k", _("Keep it as a draft of its own"), self._save_as_new)
        further = [copy] if self._is_taken else []
        await self.ask_to_leave(_("What you typed last is not kept."), *further)

    async def _leave_form(self) -> None:
        await self.shell.go_back()
        await self.shell.book_changed()
        if self._draft.id is not None and self._save_error is None:
            self.shell.say(_("The draft is kept: n goes on with it."))

    async def _save_as_new(self) -> None:
        from partnerdesk.models.customers.drafts import begin_draft

        self._draft = begin_draft(self.account.id, self.desk.by())
        self._is_taken = False
        self._note_save_error(None)
        self.changed()
        await self.do_back()

    @property
    def belongs_to(self) -> str:
        """The key of the unsaved texts: the draft; before the first save, the account."""
        draft = self._draft
        return f"{self.NAME}/{draft.plan_id if draft.id else self.account.id}"

    # Similar customers in the book

    def hints_of(self, name: str) -> list[str]:
        """Return a hint on the key that opens a similar customer."""
        is_alike = any(alike.reason().field == name for alike in self._alike)
        return [_("ctrl+o opens it, or invites it instead")] * is_alike

    def do_same(self) -> None:
        """Ask which of the similar customers to open, or to invite."""
        if not self._alike:
            self.status.say(_("No customer in the book seems to be the same."))
            return
        invite = Choice("i", _("Invite instead"), self._ask_whom_to_invite)
        self.choose(_("Open:"), [*self._alike_choices(self._open), invite])

    def _alike_choices(self, act: Callable[[Duplicate], Awaitable[None]]) -> list[Choice]:
        return [
            Choice(
                str(place), shown(alike.company_name)[:30], partial(act, alike), default=place == 1
            )
            for place, alike in enumerate(self._alike, 1)
        ]

    async def _ask_whom_to_invite(self) -> None:
        if len(self._alike) == 1:
            await self._invite(self._alike[0])
        else:
            self.choose(_("Invite:"), self._alike_choices(self._invite))

    async def _invite(self, alike: Duplicate) -> None:
        await self._idle.wait()
        await self.shell.show("invite", alike.customer_id)

    async def _open(self, alike: Duplicate) -> None:
        await self._idle.wait()
        await self.shell.show("customer", alike.customer_id)

    # The plan

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that adds the customer and deletes the draft."""
        answers = _by_field(values)
        if (compared := _compared(answers)) != self._compared:
            self._alike = await self.desk.reader.ask(
                lambda book: find_duplicates(book, self.account.id, answers, self.context)
            )
            self._compared = compared
        plan = self._plan_for(answers, self._alike)
        self._ask_online(plan, answers)
        return plan

    def _ask_online(self, plan: Plan, answers: Values) -> None:
        """Ask Partner Center about the domain and the address, if they changed and seem right."""
        if not self.account.connected:
            return
        wrong = {reason.field for reason in plan.reasons if reason not in self._online}
        asked = online_question(plan.unused_domain, answers, wrong)
        if asked == self._asked:
            return
        self._asked, self._online = asked, ()
        if asked.domain or asked.address:
            ask = partial(
                self.shell.check_online, self.account.id, asked.domain, dict(asked.address)
            )
            told = partial(self._told_online, asked)
            self.read(ask, told, lambda _error: None, group="online", beside=True)

    def _told_online(self, asked: OnlineQuestion, reasons: tuple[Reason, ...]) -> None:
        if asked == self._asked and reasons != self._online:
            self._online = reasons
            super().check_again()

    def plan_of_fields(self, values: Mapping[str, str]) -> Plan | None:
        """Return the plan without similar customers, if the book has to be searched for them."""
        answers = _by_field(values)
        return None if _compared(answers) == self._compared else self._plan_for(answers, ())

    def _plan_for(self, answers: Values, alike: Sequence[Duplicate]) -> Plan:
        by, draft_id = self.desk.by(self._draft.plan_id), self._draft.id
        return plan_add_customer(
            self.account, answers, by, alike, draft_id=draft_id, online=self._online
        )

    def check_again(self) -> None:
        """Check the form again, and search the book again for similar customers."""
        self._compared = []
        super().check_again()

    async def do_review(self) -> None:
        """Wait until the draft is saved, search the book again, and show the plan."""
        self.leave_current()
        await self._idle.wait()
        self._compared = []
        await super().do_review()

    async def carried_out(self, outcome: Outcome) -> None:
        """Close the form and show the new customer."""
        await self.shell.go_back()
        if outcome.customer_id is not None:
            await self.shell.show("customer", outcome.customer_id)
        text = _("The customer is in the book. u undoes it.")
        if outcome.repeated:
            text = _("It was added already, here or in another terminal; this is the customer.")
        self.shell.say(text)


def _by_field(values: Mapping[str, str]) -> dict[FormField, str]:
    return {FormField(name): text for name, text in values.items()}


def _compared(values: Values) -> list[str]:
    """Return the values with which the customers of the book are compared."""
    return [values.get(field, "") for field in _COMPARED]
