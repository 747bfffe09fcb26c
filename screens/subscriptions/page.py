"""The page of one subscription: what it is, how it goes on, what was changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.clock import age, moment_text
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.details import row_details
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.records import SUBSCRIPTION
from partnerdesk.screens.shared.record_page import RecordPage
from partnerdesk.screens.shared.undo import undo
from partnerdesk.screens.subscriptions.edits import (
    SeatChange,
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
from partnerdesk.tui.widgets.questions import done
from partnerdesk.tui.widgets.sections import Field, Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.pages.subscription import WholeSubscription
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import Show


class SubscriptionScreen(RecordPage):
    """Shows everything that the book stores about one subscription."""

    NAME = "subscription"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *edit_actions("subscription"),
        Action("subscription.customer", "o", N_("Customer"), N_("Open the customer"), "o"),
        Action("subscription.open", "enter", N_("Open"),
               N_("Open the change under the cursor"), "Enter", bar=False),
        Action("subscription.copy", "y", N_("Copy"), N_("Copy the field under the cursor"), "y"),
        Action("subscription.undo", "u", N_("Undo"),
               N_("Undo the latest change of it; shows the plan first"), "u", changes=True),
    )  # fmt: skip

    def __init__(self, desk: AppSession, shown: WholeSubscription) -> None:
        super().__init__(desk)
        self._shown = shown
        self._seats = SeatChange(self)

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Return the page of a subscription.

        Raises:
            NotFoundError: the subscription is not in the book.
        """
        from partnerdesk.models.pages.subscription import read_whole_subscription

        return cls(desk, await desk.aside(read_whole_subscription, key, desk.clock()))

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read what the page says."""
        from partnerdesk.models.pages.subscription import read_whole_subscription

        at = desk.clock()
        return _sections(await desk.aside(read_whole_subscription, key, at), at, show)

    def open_customers(self) -> tuple[int, ...]:
        """Return the id of its customer."""
        return (self._shown.customer.id or 0,)

    @property
    def about(self) -> str:
        """The id of the subscription, for typed lines that are kept if the screen fails."""
        return str(self._shown.subscription.id)

    def book_changed(self) -> None:
        """Read the subscription again."""
        from partnerdesk.models.pages.subscription import read_whole_subscription

        id = self._shown.subscription.id or 0
        self.read(partial(self.desk.aside, read_whole_subscription, id, self.desk.clock()),
                  self._take)  # fmt: skip

    def _take(self, shown: WholeSubscription) -> None:
        self._shown = shown
        self.show_record()

    def show_record(self) -> None:
        """Show the record as it was read last."""
        at = self.desk.clock()
        self.page.show(_sections(self._shown, at, self.shell.show))
        seen = age(self._shown.subscription.seen_at, at)
        self.status.state = _("seen {age}").format(age=seen)

    # Actions

    def do_more(self) -> None:
        """Count the seats up."""
        self._seats.step(self._shown, 1)

    def do_fewer(self) -> None:
        """Count the seats down."""
        self._seats.step(self._shown, -1)

    def do_seats(self) -> None:
        """Ask for the number of seats."""
        ask_seats(self, self._shown)

    async def do_plan(self) -> None:
        """Show the plan of the counted seats."""
        await self._seats.review()

    def do_rename(self) -> None:
        """Ask for another name."""
        ask_name(self, self._shown)

    def do_renew(self) -> None:
        """Ask whether it renews itself."""
        ask_renewal(self, partial(review_wish, self, self._shown), about_one(self._shown))

    def do_schedule(self) -> None:
        """Ask what to renew with."""
        ask_schedule(self, partial(review_wish, self, self._shown), about_one(self._shown))

    def do_status(self) -> None:
        """Ask whether to suspend, reactivate or cancel it."""
        ask_status(self, partial(review_wish, self, self._shown), about_one(self._shown))

    async def do_back(self) -> None:
        """Leave counted seats as they are; without any, go back."""
        if self._seats.is_pending:
            self._seats.drop()
            return
        await super().do_back()

    async def do_customer(self) -> None:
        """Open the customer."""
        await self.shell.show("customer", self._shown.customer.id or 0)

    async def do_open(self) -> None:
        """Open the change or the customer under the cursor."""
        field = self.page.field
        if field is not None and field.open is not None:
            await done(field.open)
        else:
            await self.do_customer()

    def on_field_page_chosen(self) -> None:
        """Open the double-clicked field."""
        self.begin("subscription.open")

    def do_copy(self) -> None:
        """Copy the field under the cursor."""
        field = self.page.field
        self.copy(field.text if field else "")

    async def do_undo(self) -> None:
        """Show the plan that undoes the latest change of the subscription."""
        from partnerdesk.models.changes.kinds import ChangeKind
        from partnerdesk.models.operations.undo import why_not_undone

        for entry in self._shown.changes:
            is_active = entry.undone_by is None and entry.kind != ChangeKind.UNDONE
            if is_active and not why_not_undone(entry):
                await undo(self, entry.id or 0)
                return
        self.status.say(_("There is nothing to undo here."))


def _sections(page: WholeSubscription, at: datetime, show: Show) -> list[Section]:
    """Return what the list's row holds, then what waits to be sent, then the changes."""
    told = sections_of(row_details(SUBSCRIPTIONS, page.row, SUBSCRIPTION.fields, at))
    calls = tuple(_calls(page, show))
    waiting = [Section(_("Partner Center"), calls)] if calls else []
    return [*told, *waiting, Section(_("History"), tuple(_history(page, show)))]


def _calls(page: WholeSubscription, show: Show) -> Iterator[Field]:
    from partnerdesk.models.changes.calls import describe_call
    from partnerdesk.models.changes.outbox import CALL_STATE_TITLES

    for call in page.calls:
        _channel, title = describe_call(call.channel, call.operation, "")
        leads = partial(show, "change", call.change_id)
        yield Field(title, _(CALL_STATE_TITLES[call.state]), f"call:{call.id}", open=leads)


def _history(page: WholeSubscription, show: Show) -> Iterator[Field]:
    from partnerdesk.models.changes.kinds import KIND_TITLES
    from partnerdesk.models.operations.describe_fields import change_lines

    for entry in page.changes:
        title = _(KIND_TITLES[entry.kind])
        first = f"{title} — {entry.actor}@{entry.host}"
        if entry.undone_by is not None:
            first += " · " + _("undone")
        text = "\n".join([first, *change_lines(entry)])
        leads = partial(show, "change", entry.id)
        yield Field(moment_text(entry.at), text, f"change:{entry.id}", open=leads)
