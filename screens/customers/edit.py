"""Edit a customer: the form and checks of a new customer; the plan shows before and after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self

from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.add import form_context
from partnerdesk.models.customers.edit import LIST_ONLY, form_values, merge, plan_edit_customer
from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.languages import _
from partnerdesk.screens.customers.form import CustomerFormScreen
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.session import AppSession


class EditCustomerScreen(CustomerFormScreen):
    """The form with the stored values of a customer."""

    NAME = "edit-customer"

    def __init__(
        self, desk: AppSession, account: Account, page: CustomerPage, field: str = ""
    ) -> None:
        before = form_values(page)
        super().__init__(desk, account, form_context(account, desk.clock(), before), before)
        self._page = page
        self._first_field = field
        self.touched = {name for name, text in self.typed.items() if text}
        self._theirs: dict[FormField, str] = {}
        """Values of another person's edit that clash with the form and are not decided yet."""

    @classmethod
    async def load(cls, desk: AppSession, page: CustomerPage, field: str = "") -> Self:
        """Return the form in the customer's account, the cursor in `field`.

        Raises:
            NotFoundError: the customer's cloud is not turned on.
        """
        return cls(desk, desk.account_of(page.customer.account_id), page, field)

    def place_cursor(self) -> None:
        """Go to the field chosen on the customer's page."""
        self.form.go_to(self._first_field)

    def heading_text(self) -> str:
        """Return the heading: the company and the domain of the customer."""
        customer = self._page.customer
        return _("Edit {company} · {domain}").format(
            company=shown(customer.company_name)[:50], domain=shown(customer.primary_domain)
        )

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that writes the changed fields."""
        answers = {FormField(name): text for name, text in values.items()}
        return await self.desk.reader.aside(
            partial(plan_edit_customer, self._page, self.account, answers, self.desk.by())
        )

    def reasons_of(self, name: str) -> list[Reason]:
        """Return the reasons of a field, except a note that only the plan shows (`LIST_ONLY`)."""
        return [reason for reason in super().reasons_of(name) if reason.code != LIST_ONLY]

    async def carried_out(self, outcome: Outcome) -> None:
        """Go back to the customer."""
        await self.shell.go_back()
        changed = _("The customer is changed. u undoes it.")
        self.shell.say(changed if outcome.change_id else _("Nothing was changed."))

    async def conflict(self) -> None:
        """Merge both edits after another person changed the customer meanwhile."""
        from partnerdesk.models.customers.page import read_customer

        page = await self.desk.aside(read_customer, self._page.customer.id or 0)
        base, theirs = form_values(self._page), form_values(page)
        merged = merge(base, self.values, theirs)
        self._page = page
        self.context = form_context(self.account, self.desk.clock(), theirs)
        for field in merged.taken:
            self.put(field, merged.values[field])
        self.initial = {field.value: text for field, text in theirs.items()}
        self.refresh_fields()
        self.check_again()
        names = ", ".join(_(FIELD_TITLES[field]) for field in merged.taken)
        self.status.say(
            _("Somebody else changed this customer; taken over: {fields}. Review again.").format(
                fields=names or "–"
            ),
            whole=True,
        )
        self.show_heading()
        self._theirs = {field: theirs[field] for field in merged.clashing}
        self._ask_next_clash()

    def _ask_next_clash(self) -> None:
        """Ask which value to use in the next clashing field."""
        if not self._theirs:
            return
        field, their = next(iter(self._theirs.items()))
        self.form.go_to(field)
        question = _("{field}: somebody else wrote {theirs}, you {mine}. Which counts?").format(
            field=_(FIELD_TITLES[field]),
            theirs=shown(their)[:40] or "–",
            mine=shown(self.typed.get(field, ""))[:40] or "–",
        )
        self.choose(
            question,
            [
                Choice("m", _("Mine"), partial(self._settle, field, self.typed.get(field, ""))),
                Choice("t", _("Theirs"), partial(self._settle, field, their)),
            ],
        )

    def _settle(self, field: FormField, text: str) -> None:
        self._theirs.pop(field, None)
        self.put(field, text)
        self.refresh_fields()
        self.check_again()
        if self._theirs:
            self._ask_next_clash()
        else:
            self.status.say(_("Both edits are together now. ^r reviews them."))

    async def do_review(self) -> None:
        """Ask about the remaining clashes; after the last one, show the plan."""
        if self._theirs:
            self._ask_next_clash()
            return
        await super().do_review()
