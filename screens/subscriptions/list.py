"""The list of the subscriptions of all customers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.records import SUBSCRIPTION
from partnerdesk.screens.files.ask_import import import_action
from partnerdesk.screens.lists.record_list import RecordList, list_actions, resume_action
from partnerdesk.screens.subscriptions.edits import (
    SeatChange,
    about_many,
    about_one,
    ask_name,
    ask_renewal,
    ask_schedule,
    ask_seats,
    ask_status,
    edit_actions,
    review_wish,
)
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import Emptiness, another_cloud

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.spec import Row
    from partnerdesk.models.session import AppSession
    from partnerdesk.models.subscriptions.page import SubscriptionPage
    from partnerdesk.screens.subscriptions.edits import Ask


class SubscriptionsScreen(RecordList):
    """Shows the subscriptions, the next to renew first."""

    NAME = "subscriptions"
    IS_MAIN = True
    SPEC = SUBSCRIPTIONS
    TITLES = SUBSCRIPTION.fields
    PAGE = "subscription"
    RUN = "subscriptions"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions("subscriptions",
                      N_("Narrow the list: words, renews<30d, auto:no, status:suspended")),
        *edit_actions("subscriptions"),
        import_action("subscriptions"),
        Action("subscriptions.customer", "o", N_("Customer"), N_("Open the customer"), "o",
               bar=False),
        Action("subscriptions.copy", "y", N_("Copy"),
               N_("Copy the name, the offer or the Microsoft ID"), "y", bar=False),
        resume_action("subscriptions"),
    )  # fmt: skip

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self._seats = SeatChange(self)

    def count_text(self, count: int) -> str:
        """Return the number of subscriptions as text."""
        return ngettext("{count} subscription", "{count} subscriptions", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return why there are no subscriptions, and what to do."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        reads = ("desk.refresh", _("reads them from Partner Center, customer by customer"))
        imports = ("subscriptions.import", _("imports a list of the portal or of a distributor"))
        ways = ((reads,) if account.connected else (imports,)) if account else ()
        text = _("No subscriptions are kept in {place} yet.").format(place=place)
        return Emptiness(text, (*ways, another_cloud()))

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No subscription matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Open the subscription under the cursor."""
        await self.shell.show("subscription", row.key)

    async def _page_there(self) -> SubscriptionPage | None:
        """Return the subscription under the cursor; say so and return None if there is none."""
        from partnerdesk.models.subscriptions.page import read_subscription

        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is no subscription here."))
            return None
        return await self.desk.aside(read_subscription, row.key)

    # Actions

    async def do_more(self) -> None:
        """Count the seats of the subscription under the cursor up."""
        if (page := await self._page_there()) is not None:
            self._seats.step(page, 1)

    async def do_fewer(self) -> None:
        """Count the seats of the subscription under the cursor down."""
        if (page := await self._page_there()) is not None:
            self._seats.step(page, -1)

    async def do_seats(self) -> None:
        """Ask for the number of seats."""
        if (page := await self._page_there()) is not None:
            ask_seats(self, page)

    async def do_plan(self) -> None:
        """Show the plan of the counted seats."""
        await self._seats.review()

    async def do_rename(self) -> None:
        """Ask for another name."""
        if (page := await self._page_there()) is not None:
            ask_name(self, page)

    async def do_renew(self) -> None:
        """Ask whether the marked subscriptions, or the one under the cursor, renew themselves."""
        await self._ask(ask_renewal)

    async def do_schedule(self) -> None:
        """Ask what the marked subscriptions, or the one under the cursor, renew with."""
        await self._ask(ask_schedule)

    async def do_status(self) -> None:
        """Ask whether to suspend, reactivate or cancel."""
        await self._ask(ask_status)

    async def _ask(self, ask: Ask) -> None:
        if self.table.marks and self.desk.account is not None:
            count = len(await self.marks.keys())
            ask(self, self._run, about_many(count, await self.marks.hidden_text()))
        elif (page := await self._page_there()) is not None:
            ask(self, partial(review_wish, self, page), about_one(page))

    async def _run(self, wish: Mapping[str, str]) -> None:
        from partnerdesk.models.operations.bulk import RunRequest
        from partnerdesk.models.operations.bulk_records import RunKind

        keys, account = await self.marks.keys(), self.desk.account
        if keys and account is not None:
            request = RunRequest(RunKind.SUBSCRIPTIONS, wish)
            await self.shell.show("run", request, keys, account.id, marks=self.table.marks)

    async def do_back(self) -> None:
        """Leave counted seats as they are; without any, clear the filter or go back."""
        if self._seats.is_pending:
            self._seats.drop()
            return
        await super().do_back()

    async def do_customer(self) -> None:
        """Open the customer of the subscription under the cursor."""
        if (page := await self._page_there()) is not None:
            await self.shell.show("customer", page.customer.id or 0)

    async def do_copy(self) -> None:
        """Ask what to copy of the subscription under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"n": "product", "o": "offer", "i": "id"})
