"""The page of one change: who, when, why; before and after; the plan, calls and hashes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.languages import N_, _
from partnerdesk.screens.changes.sections import sections
from partnerdesk.screens.shared.record_page import RecordPage
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice, done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.pages.change import ChangePage
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import Show
    from partnerdesk.tui.widgets.sections import Section

TO_SEND = ("failed", "waiting")
"""The states of calls that are sent, or sent again, at once if a person wants it."""
TO_SETTLE = (*TO_SEND, "conflict")
"""The states of calls about which a person can do something."""


class ChangeScreen(RecordPage):
    """Shows everything that the history stores about one change."""

    NAME = "change"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("change.copy", "y", N_("Copy"), N_("Copy the field under the cursor"), "y"),
        Action("change.undo", "u", N_("Undo"),
               N_("Take this change back, or all rows of a run; shows the plan first"), "u",
               changes=True),
        Action("change.send", "s", N_("Send again"),
               N_("Send again what failed, or choose where somebody else changed the same"), "s",
               changes=True),
        Action("change.row", "enter", N_("Row"),
               N_("Open the row under the cursor: of a run, or of an import"), "Enter"),
        Action("change.open", "o", N_("Customer"), N_("Open the customer"), "o"),
    )  # fmt: skip

    def __init__(self, desk: AppSession, page: ChangePage) -> None:
        super().__init__(desk)
        self._change_id = page.entry.id or 0
        self._shown = page

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Return the page of a history entry.

        Raises:
            NotFoundError: there is no such entry.
        """
        from partnerdesk.models.pages.change import read_change

        return cls(desk, await desk.aside(read_change, key))

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read what the page says."""
        from partnerdesk.models.pages.change import read_change

        page = await desk.aside(read_change, key)
        return sections(page, desk.settings.all_clouds(), desk.clock(), show)

    def book_changed(self) -> None:
        """Read the entry again: it may have been undone, or its calls sent."""
        from partnerdesk.models.pages.change import read_change

        self.read(partial(self.desk.aside, read_change, self._change_id), self._take)

    def _take(self, page: ChangePage) -> None:
        self._shown = page
        self.show_record()

    def show_record(self) -> None:
        """Show the record as it was read last."""
        clouds, at = self.desk.settings.all_clouds(), self.desk.clock()
        shown = sections(self._shown, clouds, at, self.shell.show)
        self.page.show(shown)
        means = {
            "change.send": any(call.state in TO_SETTLE for call in self._calls),
            "change.row": any(field.open for section in shown for field in section.fields),
            "change.open": self._shown.entry.customer_id is not None,
        }
        self.key_bar.leave_out(*(id for id, is_meant in means.items() if not is_meant))
        self.status.state = _("change {id}").format(id=self._change_id)

    @property
    def _calls(self) -> list[OutboxCall]:
        """The calls to Partner Center; letters are sent from their own pages."""
        from partnerdesk.models.changes.calls import Channel

        return [call for call in self._shown.calls if call.channel == Channel.PARTNER_CENTER]

    # Actions

    async def do_row(self) -> None:
        """Open the page of the row under the cursor."""
        field = self.page.field
        if field is not None and field.open is not None:
            await done(field.open)
        else:
            self.status.say(_("Nothing opens here."))

    def on_field_page_chosen(self) -> None:
        """Open the double-clicked row."""
        self.begin("change.row")

    def do_copy(self) -> None:
        """Copy the field under the cursor."""
        field = self.page.field
        self.copy(field.text if field else "")

    async def do_undo(self) -> None:
        """Show the plan that undoes this change."""
        await undo(self, self._change_id)

    async def do_send(self) -> None:
        """Send the failed call again, or ask which values hold where both sides changed some."""
        mine = self._calls
        if any(call.state == "conflict" for call in mine):
            choices = [
                Choice("o", _("ours"), partial(self._choose, theirs=False)),
                Choice("t", _("theirs"), partial(self._choose, theirs=True)),
            ]
            self.choose(_("Which values hold?"), choices)
        elif any(call.state in TO_SEND for call in mine):
            await self._send_again()
        else:
            self.status.say(_("Nothing of this change waits for Partner Center."))

    async def _send_again(self) -> None:
        from partnerdesk.models.changes.waiting_calls import send_again

        for call in self._calls:
            if call.state in TO_SEND:
                await self.desk.aside(send_again, call.id or 0, self.desk.clock())
        self.status.say(_("It is sent again."))
        await self.shell.book_changed()

    async def _choose(self, *, theirs: bool) -> None:
        from partnerdesk.models.operations.sent_calls import conflict_of, settle_conflict

        for call in self._shown.calls:
            names = [field.name for field in conflict_of(call)]
            if names:
                kept = names if theirs else []
                await self.desk.aside(settle_conflict, call.id or 0, kept, self.desk.by())
        self.status.say(_("Theirs stay.") if theirs else _("Ours are sent."))
        await self.shell.book_changed()

    async def do_open(self) -> None:
        """Open the customer of the change."""
        customer_id = self._shown.entry.customer_id
        if customer_id is None:
            self.status.say(_("This change is not about one customer."))
            return
        await self.shell.show("customer", customer_id)
