"""The page of one customer: profile, contacts, relationship, tags, notes, history."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.clock import age
from partnerdesk.models.core.given_files import typed
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.lists.completion import path_completer
from partnerdesk.screens.customers.sections import CHANGE, Ways, read_details, sections
from partnerdesk.screens.customers.small_edits import TagPrompt, ask_alias, edit_note
from partnerdesk.screens.shared.record_page import RecordPage
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice, done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.pages.customer import WholeCustomer
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import Show
    from partnerdesk.tui.widgets.sections import Section


class CustomerScreen(RecordPage):
    """Shows everything that the book stores about one customer."""

    NAME = "customer"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("customer.copy", "y", N_("Copy"), N_("Copy the field under the cursor"), "y"),
        Action("customer.copy-id", "Y", N_("Copy id"),
               N_("Copy the Microsoft ID, domain or name"), "Y", bar=False),
        Action("customer.tags", "t", N_("Tags"), N_("Edit the tags, separated by commas"), "t",
               changes=True),
        Action("customer.alias", "a", N_("Own name"),
               N_("Give the customer a name of your own, which stays in the book"), "a",
               changes=True, bar=False),
        Action("customer.note", "o", N_("Note"), N_("Write a note"), "o", changes=True),
        Action("customer.change", "e", N_("Edit"),
               N_("Edit the customer, or the tags or the note under the cursor"), "e",
               changes=True),
        Action("customer.open", "enter", N_("Open"),
               N_("Open the change or invitation under the cursor, or edit what is there"),
               "Enter", bar=False),
        Action("customer.invite", "i", N_("Invite"),
               N_("Invite the customer: to come, to come back, or for delegated admin"), "i",
               changes=True),
        Action("customer.undo", "u", N_("Undo"),
               N_("Undo the change under the cursor, else the latest; shows the plan first"),
               "u", changes=True),
        Action("customer.history", "h", N_("History"), N_("Go to the history"), "h"),
        Action("customer.evidence", "E", N_("Evidence"),
               N_("Write all that the book knows of the customer into one file that proves itself"),
               "E", bar=False),
        Action("customer.end", "D", N_("End relation"),
               N_("End the relationship; shows first what stands in the way"), "D", changes=True,
               bar=False),
    )  # fmt: skip

    def __init__(self, desk: AppSession, page: WholeCustomer) -> None:
        super().__init__(desk)
        self._customer_id = page.customer.id or 0
        self._shown = page

    def open_customers(self) -> tuple[int, ...]:
        """Return the id of the customer."""
        return (self._customer_id,)

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Return the page of a customer.

        Raises:
            NotFoundError: the customer is not in the book.
        """
        from partnerdesk.models.pages.customer import read_whole_customer

        return cls(desk, await desk.aside(read_whole_customer, key))

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read what the page says, with the newest changes only."""
        return await read_details(desk, key, show)

    def book_changed(self) -> None:
        """Read the customer again."""
        from partnerdesk.models.pages.customer import read_whole_customer

        read = partial(self.desk.aside, read_whole_customer, self._customer_id)
        self.read(read, self._take)

    def _take(self, page: WholeCustomer) -> None:
        self._shown = page
        self.show_record()

    @property
    def about(self) -> str:
        """The id of the customer, for typed lines that are kept if the screen fails."""
        return str(self._shown.customer.id)

    def show_record(self) -> None:
        """Show the record as it was read last."""
        clouds, at = self.desk.settings.all_clouds(), self.desk.clock()
        ways = Ways(self.shell.show, self.do_alias, self.do_tags, self._edit_note)
        self.page.show(sections(self._shown, clouds, at, ways))
        seen = self._shown.customer.seen_at
        self.status.state = _("seen {age}").format(age=age(seen, self.desk.clock()))

    # Actions

    def do_copy(self) -> None:
        """Copy the field under the cursor."""
        field = self.page.field
        self.copy(field.text if field else "")

    def do_copy_id(self) -> None:
        """Ask whether to copy the id, the domain or the name."""
        customer = self._shown.customer
        self.choose(
            _("Copy:"),
            [
                Choice(
                    "i",
                    _("Microsoft ID"),
                    lambda: self.copy(customer.microsoft_id or ""),
                    default=True,
                ),
                Choice("d", _("Primary domain"), lambda: self.copy(customer.primary_domain)),
                Choice("n", _("Company"), lambda: self.copy(customer.company_name)),
                *(
                    [Choice("a", _("Own name"), lambda: self.copy(customer.alias))]
                    * bool(customer.alias)
                ),
            ],
        )

    def do_tags(self) -> None:
        """Ask for all tags in one line."""
        TagPrompt(self, self._shown).ask()

    def do_alias(self) -> None:
        """Ask for a name of the partner's own."""
        ask_alias(self, self._shown)

    async def do_note(self) -> None:
        """Write a new note."""
        await self._edit_note(None)

    async def do_change(self) -> None:
        """Edit the field under the cursor; by default open the form of the customer."""
        field = self.page.field
        if field is not None:
            await done(field.edit or partial(self.shell.show, "edit-customer", self._shown))

    async def do_open(self) -> None:
        """Open the record of the field under the cursor; edit a field without a record."""
        field = self.page.field
        if field is not None and field.open is not None:
            await done(field.open)
        else:
            await self.action_perform("customer.change")

    def on_field_page_chosen(self) -> None:
        """Open or edit the double-clicked field."""
        self.begin("customer.open")

    async def _edit_note(self, note: Note | None) -> None:
        await edit_note(self, self._shown, note)

    async def do_invite(self) -> None:
        """Invite the customer."""
        await self.shell.show("invite", self._customer_id)

    async def do_end(self) -> None:
        """Show the form for ending the relationship."""
        await self.shell.show("end-relationship", self._customer_id)

    def do_evidence(self) -> None:
        """Ask for a file, and write the evidence pack of the customer."""
        domain = self._shown.customer.primary_domain.partition(".")[0]
        name = f"{domain or 'customer'}-evidence.zip"
        aid = Aid(path_completer((".zip",)))
        self.ask(_("Evidence to (.zip)"), name, self._evidence_to, aid=aid)

    async def _evidence_to(self, text: str | None) -> None:
        from partnerdesk.models.pages.evidence import write_evidence

        if not text or not text.strip():
            self.nothing_typed(text)
            return
        path = typed(text)
        changes = await self.desk.aside(write_evidence, self._customer_id, path)
        said = ngettext(
            "{count} change written to {file}",
            "{count} changes written to {file}",
            changes,
            file=path,
        )
        self.status.say(said)

    def do_history(self) -> None:
        """Move the cursor to the history section."""
        self.page.go_to_section(_("History"))

    async def do_undo(self) -> None:
        """Show the plan that undoes the change under the cursor, or else the latest change."""
        change_id = self._change_under_cursor() or self._latest_change()
        if change_id:
            await undo(self, change_id)
        else:
            self.status.say(_("There is no change of this customer that can be undone."))

    def _change_under_cursor(self) -> int:
        """Return the id of the history entry under the cursor; 0 if the field is no such entry."""
        name = self.page.field.name if self.page.field else ""
        return int(name.removeprefix(CHANGE)) if name.startswith(CHANGE) else 0

    def _latest_change(self) -> int:
        """Return the id of the latest entry that can be undone; 0 if there is none.

        Entries already undone are skipped, so pressing u again goes further back.
        """
        from partnerdesk.models.changes.kinds import ChangeKind
        from partnerdesk.models.operations.undo import Parts, parts_of, why_not_undone

        for entry in self._shown.changes:
            is_active = entry.undone_by is None and entry.kind != ChangeKind.UNDONE
            is_single = parts_of(entry) is Parts.STEPS  # an import concerns other customers, too
            if is_active and is_single and not why_not_undone(entry):
                return entry.id or 0
        return 0
