"""Add a customer: the form, kept as a draft while one types, and the plan that adds it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.errors import AppError, ConflictError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.add import circumstances, plan_add_customer
from partnerdesk.models.customers.duplicates import find_look_alikes
from partnerdesk.models.customers.form.checks import proposals
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.markets import cloud_reasons
from partnerdesk.models.languages import N_, _
from partnerdesk.screens.customers.form import CustomerFormScreen
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.drafts import CustomerDraft
    from partnerdesk.models.customers.duplicates import LookAlike
    from partnerdesk.models.customers.form.fields import Values
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.form_page import FormPage

_COMPARED = (
    FormField.COMPANY_NAME,
    FormField.DOMAIN_PREFIX,
    FormField.REGISTRATION_NUMBER,
    FormField.COUNTRY,
)
"""Fields by which the book is searched for the same customer."""

RETRY_SECONDS = 2.0
"""How long after a failed write the draft is written again."""
_GIVEN = (FormField.COUNTRY, FormField.LANGUAGE, FormField.CULTURE, FormField.AGREEMENT)
"""Fields of an empty form that are filled in."""


class AddCustomerScreen(CustomerFormScreen):
    """The form for a new customer. Its cloud and account are those it was begun in."""

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
        at = circumstances(account, desk.clock())
        super().__init__(desk, account, at, draft.values)
        self.prefilled = draft.id is None
        self._draft = draft
        self._unkept = False
        """Whether something was typed that the store does not have yet."""
        self._place = draft.place
        """The field that the cursor is on."""
        self._kept = asyncio.Event()
        """Whether no write is under way: all is kept, or cannot be for now."""
        self._kept.set()
        self._trouble: AppError | None = None
        """Why what was typed last could not be kept; it is tried again until it can."""
        self._taken = False
        """Whether another terminal goes on with the draft, or carried it out."""
        self._alike: list[LookAlike] = []
        self._compared: list[str] = []
        """What the customers were compared with that seem to be the same."""
        if draft.id is not None:
            self.seen = {name for name, text in self.typed.items() if text}

    @classmethod
    async def load(cls, desk: AppSession, draft: CustomerDraft | None = None) -> Self:
        """Return the form with a draft, or an empty one in the chosen account.

        Raises:
            NotFoundError: the draft's cloud is not turned on, or no account is chosen.
        """
        from partnerdesk.models.customers.drafts import begin_draft

        draft = draft or begin_draft(desk.own_account().id, desk.by())
        return cls(desk, desk.account_of(draft.account_id), draft)

    def heading_text(self) -> str:
        """Return where the customer will be."""
        return _("New customer in {cloud} · {account}").format(
            cloud=_(self.account.cloud.short_name), account=self.account.title
        )

    def heading_trouble(self) -> str:
        """Return that what is typed is not kept, or that the cloud takes no new customers."""
        if self._taken:
            return _("Not kept: the draft is open or carried out in another terminal.")
        if self._trouble is not None:
            return _("Not kept: {error}").format(error=self._trouble.message)
        return next((reason.text for reason in cloud_reasons(self.at)), "")

    def warm_up(self) -> None:
        """Fill in what is proposed before anything is typed; runs beside the event loop."""
        found = proposals(self.values, self.at)
        if self.prefilled:
            self.typed = {field.value: found[field] for field in _GIVEN if found.get(field)}
        self.proposed = {
            field: text for field, text in found.items() if self.typed.get(field) == text
        }
        super().warm_up()

    def begun(self) -> None:
        """Go to where the draft was left."""
        if self._draft.place:
            self.form.go_to(self._draft.place)

    # The draft

    def changed(self) -> None:
        """Keep what is typed; while one write is under way, the next one waits for it."""
        self._unkept = True
        if self._kept.is_set():
            self._kept.clear()
            lost = _("What you typed last is not kept yet. ctrl+q again leaves and loses it.")
            self.shell.start(self._keep, keeps=lost)

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        """Know where the form is, should it be left."""
        self._place = event.name

    async def _keep(self) -> None:
        """Write the draft until all is kept; a job of the app, which ends what it began."""
        from partnerdesk.models.customers.drafts import save_draft

        draft = self._draft
        try:
            while self._unkept and not self._taken:
                self._unkept = False
                values, place = self.values, self._place
                await self.desk.aside(save_draft, draft, values, place, self.desk.clock())
                self._in_trouble(None)
        except ConflictError as error:
            self._taken = True
            self._in_trouble(error)
        except AppError as error:
            self._unkept = True
            self._in_trouble(error)
        finally:
            self._kept.set()
        await self.shell.look()  # the next screen may show how many drafts there are

    def _in_trouble(self, error: AppError | None) -> None:
        if error is not self._trouble:
            self._trouble = error
            self.call_later(self.show_heading)
            if error is not None and not self._taken:
                self.call_later(self._try_again_later)

    def _try_again_later(self) -> None:
        self.read(
            partial(asyncio.sleep, RETRY_SECONDS), self._try_again, group="draft", beside=True
        )

    def _try_again(self, _waited: None) -> None:
        self.changed()

    async def do_back(self) -> None:
        """Leave the form; the draft stays. Ask first where it is not kept."""
        await self._kept.wait()
        if self._draft.id is not None and self._place != self._draft.place and not self._trouble:
            self.changed()
            await self._kept.wait()
        if self._trouble is None:
            await self._leave_it()
            return
        apart = Choice("k", _("Keep it as a draft of its own"), self._keep_apart)
        further = [apart] if self._taken else []
        await self.ask_to_leave(_("What you typed last is not kept."), *further)

    async def _leave_it(self) -> None:
        await self.shell.go_back()
        await self.shell.book_changed()
        if self._draft.id is not None and self._trouble is None:
            self.shell.say(_("The draft is kept: n goes on with it."))

    async def _keep_apart(self) -> None:
        from partnerdesk.models.customers.drafts import begin_draft

        self._draft = begin_draft(self.account.id, self.desk.by())
        self._taken = False
        self._in_trouble(None)
        self.changed()
        await self.do_back()

    @property
    def belongs_to(self) -> str:
        """What is typed here belongs to one draft; what no draft has yet, to the next new one."""
        draft = self._draft
        return f"{self.NAME}/{draft.plan_id if draft.id else self.account.id}"

    # The same customer in the book

    def hints_of(self, name: str) -> list[str]:
        """Return what keys help with a customer that seems to be the same."""
        there = any(alike.reason().field == name for alike in self._alike)
        return [_("ctrl+o opens it, or invites it instead")] * there

    def do_same(self) -> None:
        """Ask which customer to open."""
        if not self._alike:
            self.status.say(_("No customer in the book seems to be the same."))
            return
        invite = Choice("i", _("Invite instead"), self._ask_whom_to_invite)
        self.choose(_("Open:"), [*self._alike_choices(self._open), invite])

    def _alike_choices(self, act: Callable[[LookAlike], Awaitable[None]]) -> list[Choice]:
        return [
            Choice(str(place), shown(alike.company_name)[:30], partial(act, alike))
            for place, alike in enumerate(self._alike, 1)
        ]

    async def _ask_whom_to_invite(self) -> None:
        if len(self._alike) == 1:
            await self._invite(self._alike[0])
        else:
            self.choose(_("Invite:"), self._alike_choices(self._invite))

    async def _invite(self, alike: LookAlike) -> None:
        await self._kept.wait()
        await self.shell.show("invite", alike.customer_id)

    async def _open(self, alike: LookAlike) -> None:
        await self._kept.wait()
        await self.shell.show("customer", alike.customer_id)

    # The plan

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that adds the customer and takes the draft away."""
        filled = _filled(values)
        if (compared := _compared(filled)) != self._compared:
            self._alike = await self.desk.reader.ask(
                lambda book: find_look_alikes(book, self.account.id, filled, self.at)
            )
            self._compared = compared
        return self._planned(filled, self._alike)

    def plan_of_fields(self, values: Mapping[str, str]) -> Plan | None:
        """Return the same by the rules of the form, where the book has still to be searched."""
        filled = _filled(values)
        return None if _compared(filled) == self._compared else self._planned(filled, ())

    def _planned(self, filled: Values, alike: Sequence[LookAlike]) -> Plan:
        by, draft_id = self.desk.by(self._draft.plan_id), self._draft.id
        return plan_add_customer(self.account, filled, by, alike, draft_id=draft_id)

    def check_again(self) -> None:
        """Check the form anew, and look again who in the book may be the same."""
        self._compared = []
        super().check_again()

    async def do_review(self) -> None:
        """Show the plan, made anew with what the book has now, when all is in the draft."""
        self.leave_current()
        await self._kept.wait()
        self._compared = []
        await super().do_review()

    async def carried_out(self, outcome: Outcome) -> None:
        """Show the new customer in the form's place."""
        await self.shell.go_back()
        if outcome.customer_id is not None:
            await self.shell.show("customer", outcome.customer_id)
        said = _("The customer is in the book. u undoes it.")
        if outcome.repeated:
            said = _("It was added already, here or in another terminal; this is the customer.")
        self.shell.say(said)


def _filled(values: Mapping[str, str]) -> dict[FormField, str]:
    return {FormField(name): text for name, text in values.items()}


def _compared(filled: Values) -> list[str]:
    """Return what the customers of the book are compared with."""
    return [filled.get(field, "") for field in _COMPARED]
