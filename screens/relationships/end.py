"""The form before a relationship is ended: the reason, and a checklist."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self

from partnerdesk.models.changes.plan import CheckState
from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.forms.question import Option, Question
from partnerdesk.models.languages import _
from partnerdesk.screens.shared.many_form import ManyForm
from partnerdesk.screens.shared.record_form import RecordFormScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import ChecklistItem, Outcome, Plan
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.end import Ending
    from partnerdesk.models.session import AppSession


class EndingForm(RecordFormScreen):
    """The reason and the checklist before relationships are ended. Subclasses set the customers.

    The items of the checklist come from `reference/rules.md §9`, in the order of their settling.
    """

    def __init__(self, desk: AppSession, account: Account, ending: Ending) -> None:
        super().__init__(desk, account, {})
        self._ending = ending
        self._checklist: tuple[ChecklistItem, ...] = ()
        """The checklist of the latest plan."""

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return the question for the reason, and the checklist in the safe order."""
        from partnerdesk.models.relationships.end import NONE_LEFT, SOME_LEFT, Obstacle

        options = (
            Option(NONE_LEFT, _("nothing is left")),
            Option(SOME_LEFT, _("there is some left")),
        )
        points = {
            Obstacle.RESERVATIONS: (
                _("1 Azure reservations"),
                _("Reserved instances in Partner Center: none, active, or until 2027-03-31."),
            ),
            Obstacle.SOFTWARE: (
                _("2 Software purchases"),
                _("Software bought in Partner Center: none, active, or until 2027-03-31."),
            ),
            Obstacle.SUBSCRIPTIONS: (
                _("3 Active subscriptions"),
                _("Not suspended in Partner Center: none, active, or until 2027-03-31."),
            ),
        }
        hint = _("For the record; the customer does not read it.")
        reason = Question("reason", _("Reason"), _("Why it ends"), required=True, hint=hint)
        block = _("What has to be settled before, in this order; empty where you did not look")
        return (
            reason,
            *(
                Question(point.value, title, block, hint=hint, options=options)
                for point, (title, hint) in points.items()
            ),
        )

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that ends the relationship; its reasons name what prevents that."""
        from partnerdesk.models.relationships.end import EndingRequest, Obstacle, plan_end

        answers = {point: values.get(point.value, "").strip() for point in Obstacle}
        request = EndingRequest(values.get("reason", ""), answers)
        plan = plan_end(self.account, self._ending, request, self.desk.by())
        self._checklist = plan.checklist
        return plan

    def reasons_of(self, name: str) -> list[Reason]:
        """Return the reasons of a field; an unsettled item of the checklist is a reason, too."""
        unsettled = [
            Reason("end.in-the-way", point.text, name)
            for point in self._checklist
            if point.name == name and point.known is CheckState.IN_THE_WAY
        ]
        return [*super().reasons_of(name), *unsettled]


class EndRelationshipScreen(EndingForm):
    """The form before the relationship with one customer is ended."""

    NAME = "end-relationship"

    @classmethod
    async def load(cls, desk: AppSession, customer_id: RowKey) -> Self:
        """Return the form for one customer.

        Raises:
            NotFoundError: the customer is not in the book, or its cloud is not enabled.
        """
        from partnerdesk.models.relationships.end import read_ending

        ending = await desk.aside(read_ending, customer_id)
        return cls(desk, desk.account_of(ending.customer.account_id), ending)

    def on_mount(self) -> None:
        """Show the form, and read what Partner Center knows of the checklist beside it."""
        super().on_mount()
        microsoft_id = self._ending.customer.microsoft_id
        if self.account.connected and microsoft_id:
            ask = partial(self.shell.read_obstacles, self.account.id, microsoft_id)
            self.read(ask, self._told, lambda _error: None, group="live", beside=True)

    def _told(self, findings: Mapping[str, str]) -> None:
        """Fill in what Partner Center knows, where the person has written nothing."""
        for name, text in findings.items():
            if not self.typed.get(name, "").strip():
                self.put(name, text)
        self.check_again()

    def heading_text(self) -> str:
        """Return the heading: the company and the domain of the customer."""
        customer = self._ending.customer
        return _("End the relationship with {company} · {domain}").format(
            company=shown(customer.company_name)[:50], domain=shown(customer.primary_domain)
        )

    async def carried_out(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Close the form and show the notice letter, since nobody else informs the customer."""
        await self.shell.go_back()
        if self.account.connected:
            text = _("It is sent to Partner Center. Tell the customer once it is confirmed.")
            self.shell.say(text)
            return
        await self.shell.show("notice", self._ending)
        self.shell.say(
            _("The relationship has ended; it is kept under Ended. Now tell the customer.")
        )

    async def conflict(self) -> None:
        """Read the customer again, and make the plan again."""
        from partnerdesk.models.relationships.end import read_ending

        try:
            self._ending = await self.desk.aside(read_ending, self._ending.customer.id or 0)
        except AppError as error:
            self.fail(error)
            return
        await super().conflict()


class EndManyScreen(ManyForm, EndingForm):
    """The form for ending relationships with many customers; the run confirms each of them."""

    NAME = "end-many"
    RUN = "end"

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        keys: Sequence[RowKey],
        account_id: int,
        hidden: str = "",
        marks: set[RowKey] | None = None,
    ) -> Self:
        """Return the form; its checks use the first customer.

        Raises:
            NotFoundError: that customer is not in the book, or its cloud is not enabled.
        """
        from partnerdesk.models.relationships.end import read_ending

        first = await desk.aside(read_ending, keys[0])
        return cls(desk, desk.account_of(account_id), first).over(keys, hidden, marks)

    def heading_over(self, customers: str) -> str:
        """Return the heading for `customers`, a text such as "3 customers"."""
        return _("End the relationship with {count}").format(count=customers)
