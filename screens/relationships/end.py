"""The form before an ending: why, and what was found of what has to be settled first."""

from __future__ import annotations

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
    """What is asked before relationships are ended. Subclasses say whose.

    The points are those of `reference/rules.md §9`, in the order in which they are settled.
    """

    def __init__(self, desk: AppSession, account: Account, ending: Ending) -> None:
        super().__init__(desk, account, {})
        self._ending = ending
        self._points: tuple[ChecklistItem, ...] = ()
        """The checklist of the plan that was made last."""

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return why, and each point of the checklist in the safe order."""
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
        first = Question(
            "reason", _("Reason"), _("Why it ends"), required=True,
            hint=_("For the record; the customer does not read it."),
        )  # fmt: skip
        block = _("What has to be settled before, in this order; empty where you did not look")
        return (
            first,
            *(
                Question(point.value, title, block, hint=hint, options=options)
                for point, (title, hint) in points.items()
            ),
        )

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that ends the relationship, or says what stands in its way."""
        from partnerdesk.models.relationships.end import EndingRequest, Obstacle, plan_end

        looked = {point: values.get(point.value, "").strip() for point in Obstacle}
        wish = EndingRequest(values.get("reason", ""), looked)
        plan = plan_end(self.account, self._ending, wish, self.desk.by())
        self._points = plan.checklist
        return plan

    def reasons_of(self, name: str) -> list[Reason]:
        """Return what is said of a field: a point that stands in the way is no good answer."""
        in_the_way = [
            Reason("end.in-the-way", point.text, name)
            for point in self._points
            if point.name == name and point.known is CheckState.IN_THE_WAY
        ]
        return [*super().reasons_of(name), *in_the_way]


class EndRelationshipScreen(EndingForm):
    """The form before the relationship with one customer is ended."""

    NAME = "end-relationship"

    @classmethod
    async def load(cls, desk: AppSession, customer_id: RowKey) -> Self:
        """Read what there is of the customer.

        Raises:
            NotFoundError: it is not in the book, or its cloud is not turned on.
        """
        from partnerdesk.models.relationships.end import read_ending

        ending = await desk.aside(read_ending, customer_id)
        return cls(desk, desk.account_of(ending.customer.account_id), ending)

    def heading_text(self) -> str:
        """Return whose relationship it is about."""
        customer = self._ending.customer
        return _("End the relationship with {company} · {domain}").format(
            company=shown(customer.company_name)[:50], domain=shown(customer.primary_domain)
        )

    async def carried_out(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Show the letter that tells the customer, in the form's place: nobody else does."""
        await self.shell.go_back()
        await self.shell.show("notice", self._ending)
        self.shell.say(
            _("The relationship has ended; it is kept under Ended. Now tell the customer.")
        )

    async def conflict(self) -> None:
        """Plan again with the customer as it is now."""
        from partnerdesk.models.relationships.end import read_ending

        try:
            self._ending = await self.desk.aside(read_ending, self._ending.customer.id or 0)
        except AppError as error:
            self.fail(error)
            return
        await super().conflict()


class EndManyScreen(ManyForm, EndingForm):
    """Asks what is the same for the endings of many customers; each is confirmed in the run."""

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
        """Read the first of the customers whose relationships end.

        Raises:
            NotFoundError: it is not in the book, or its cloud is not turned on.
        """
        from partnerdesk.models.relationships.end import read_ending

        first = await desk.aside(read_ending, keys[0])
        return cls(desk, desk.account_of(account_id), first).over(keys, hidden, marks)

    def heading_over(self, customers: str) -> str:
        """Return how many relationships end."""
        return _("End the relationship with {count}").format(count=customers)
