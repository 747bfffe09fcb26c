"""The drafts of new customers: continue a draft, or delete it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.lists.details import Line, field_line
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.detail_screen import DetailScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.customers.drafts import CustomerDraft
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import AppScreen

COLUMNS = (
    Column("company", N_("Company"), "", 22, grows=3),
    Column("cloud", N_("Cloud"), "", 10, rank=2),
    Column("author", N_("By"), "", 14, grows=1, rank=3),
    Column("changed", N_("Changed"), "", 12, Kind.AGE, rank=1),
)


class DraftsScreen(DetailScreen):
    """The list of drafts, shown before a new customer is added."""

    NAME = "drafts"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("drafts.go-on", "enter", N_("Go on"), N_("Go on with the draft"), "Enter",
               changes=True),
        Action("drafts.new", "n", N_("New customer"), N_("Begin with an empty form"), "n",
               changes=True),
        Action("drafts.delete", "d,delete", N_("Throw away"), N_("Throw the draft away"), "d",
               changes=True),
    )  # fmt: skip

    def __init__(self, desk: AppSession, drafts: Sequence[CustomerDraft]) -> None:
        super().__init__(desk)
        self._drafts = list(drafts)

    @classmethod
    async def load(cls, desk: AppSession) -> AppScreen:
        """Return the list of drafts; if there are no drafts, an empty form."""
        from partnerdesk.screens.customers.add import AddCustomerScreen

        drafts = await _read(desk)
        return cls(desk, drafts) if drafts else await AddCustomerScreen.load(desk)

    def body(self) -> ComposeResult:
        """Build the table."""
        yield from self.beside(RecordTable(COLUMNS, self.desk.clock))

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return what was typed into the draft so far."""
        draft = self.draft
        title, *about = (
            field_line(column, value, self.desk.clock())
            for column, value in zip(COLUMNS, row.values, strict=True)
        )
        return sections_of([(title.text, about), (_("Typed so far"), _typed(draft))])

    def on_mount(self) -> None:
        """Show the drafts."""
        self.set_focus(self.table)
        self._show()
        self.status.say(_("Enter goes on with a draft, n begins a new customer."))

    def book_changed(self) -> None:
        """Read the drafts again."""
        self.read(partial(_read, self.desk), self._take)

    def _take(self, drafts: list[CustomerDraft]) -> None:
        self._drafts = drafts
        self._show()

    def _show(self) -> None:
        clouds = {account.id: _(account.cloud.short_name) for account in self.desk.accounts}
        rows = [
            Row(draft.id or 0, (
                draft.name or _("without a name"),
                clouds.get(draft.account_id, "–"),
                f"{draft.author}@{draft.host}",
                round(draft.changed_at.timestamp() * 1000) if draft.changed_at else 0,
            ))
            for draft in self._drafts
        ]  # fmt: skip
        self.table.show_all(rows)
        self.status.state = ngettext("{count} draft", "{count} drafts", len(rows))

    @property
    def draft(self) -> CustomerDraft | None:
        """The draft under the cursor; None if the table is empty."""
        place = self.table.cursor
        return self._drafts[place] if place < len(self._drafts) else None

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; the account of the draft counts, not the scope."""
        if action.changes and action.id != "drafts.new":
            if reason := self.desk.why_no_change(own_account=True):
                return reason
            return "" if self.draft else _("There is no draft any more. n begins a new customer.")
        return super().refusal(action)

    async def do_go_on(self) -> None:
        """Open the form with the draft under the cursor."""
        if self.draft is not None:
            await self.shell.show("add-customer", self.draft)

    async def do_new(self) -> None:
        """Open an empty form."""
        await self.shell.show("add-customer")

    def on_record_table_opened(self) -> None:
        """Open the form with the double-clicked draft."""
        self.begin("drafts.go-on")

    def do_delete(self) -> None:
        """Ask for confirmation, then delete the draft."""
        if self.draft is None:
            return
        name = shown(self.draft.name)[:30] or _("without a name")
        question = _("Throw away the draft {name}?").format(name=name)
        self.choose(question, [Choice("y", _("Yes"), partial(self._delete, self.draft))])

    async def _delete(self, draft: CustomerDraft) -> None:
        from partnerdesk.models.customers.drafts import delete_draft

        await self.desk.aside(delete_draft, draft.id or 0)
        await self.shell.book_changed()
        self.status.say(_("The draft is gone."))


def _typed(draft: CustomerDraft | None) -> list[Line]:
    """Return the fields of a draft, called as the country's form calls them."""
    from partnerdesk.models.customers.form.fields import FormField
    from partnerdesk.models.customers.form.questions import label_of
    from partnerdesk.models.customers.records import AGREEMENT_WAYS

    values = draft.values if draft is not None else {}
    country = values.get(FormField.COUNTRY, "")
    return [
        Line(label_of(field, country), _(AGREEMENT_WAYS.get(text, text)))
        for field, text in values.items()
    ]


async def _read(desk: AppSession) -> list[CustomerDraft]:
    from partnerdesk.models.customers.drafts import read_drafts

    return await desk.aside(read_drafts, [account.id for account in desk.accounts])
