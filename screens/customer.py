"""One customer on one page: profile, contacts, relationship, tags, notes, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from models.clock import age, date_text, moment_text
from models.errors import ConflictError, DeskError
from models.languages import N_, _
from models.plain import shown
from tui.widgets.actions import Action
from tui.widgets.desk_screen import Choice, DeskScreen
from tui.widgets.field_page import Field, FieldPage, Section

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from models.customer_page import CustomerPage
    from models.customers import Note
    from models.desk import Desk

TAGS = "tags"
NOTE = "note:"


class CustomerScreen(DeskScreen):
    """Everything the book holds of one customer."""

    NAME = "customer"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("customer.copy", "y", N_("Copy"), N_("Copy the field under the cursor"), "y"),
        Action("customer.copy-id", "Y", N_("Copy id"),
               N_("Copy the Microsoft ID, domain or name"), "Y", bar=False),
        Action("customer.tags", "t", N_("Tags"), N_("Edit the tags, separated by commas"), "t",
               changes=True),
        Action("customer.note", "o", N_("Note"), N_("Write a note"), "o", changes=True),
        Action("customer.change", "e,enter", N_("Edit"),
               N_("Edit the tags or the note under the cursor"), "e", changes=True),
        Action("customer.history", "h", N_("History"), N_("Go to the history"), "h"),
    )  # fmt: skip

    page = query_one(FieldPage)

    def __init__(self, desk: Desk, page: CustomerPage) -> None:
        super().__init__(desk)
        self._customer_id = page.customer.id or 0
        self._shown = page
        self._tags_version = page.customer.version
        """The version whose tags stand in the prompt."""
        self._left = False

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the customer."""
        self.page.focus()
        self._show()

    def on_screen_suspend(self) -> None:
        """Know that somebody may change the customer unseen."""
        self._left = True

    def on_screen_resume(self) -> None:
        """Look again when a dialog above is gone."""
        if self._left:
            self._left = False
            self.run_worker(self.book_changed(), group="customer", exclusive=True)

    def focus_body(self) -> None:
        """Give the keys back to the page."""
        self.page.focus()

    async def book_changed(self) -> None:
        """Read the customer again."""
        from models.customer_page import read_customer

        store, id = self.desk.store, self._customer_id
        try:
            self._shown = await self.desk.reader.aside(lambda: read_customer(store, id))
        except DeskError as error:
            self.fail(error)
            return
        if self.is_attached:  # else it was left while the customer was read
            self._show()

    def _show(self) -> None:
        self.page.show(self._sections(self._shown))
        seen = self._shown.customer.seen_at
        self.status.state = _("seen {age}").format(age=age(seen, self.desk.clock()))

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now; over all clouds the row's account is used."""
        if action.changes and self.desk.scope is not None and self.desk.scope.account is None:
            return (
                _("Read-only mode: nothing can be changed.") if self.desk.settings.read_only else ""
            )
        return super().refusal(action)

    # What is shown

    def _sections(self, page: CustomerPage) -> list[Section]:
        return [
            self._profile(page),
            self._contact(page),
            self._relationship(page),
            Section(_("Tags and notes"), self._tags_and_notes(page)),
            Section(_("History"), tuple(self._history(page))),
        ]

    def _profile(self, page: CustomerPage) -> Section:
        customer = page.customer
        return Section(
            shown(customer.company_name)[:200],
            (
                Field(_("Company"), customer.company_name),
                Field(_("Primary domain"), customer.primary_domain),
                Field(_("Microsoft ID"), customer.microsoft_id or ""),
                Field(_("Registration number"), page.company.organization_registration_number),
                Field(_("Company e-mail"), page.company.email),
            ),
        )

    def _contact(self, page: CustomerPage) -> Section:
        billing = page.billing
        lines = (
            billing.address_line1,
            billing.address_line2,
            f"{billing.postal_code} {billing.city}".strip(),
            billing.state,
            billing.country or page.customer.country,
        )
        return Section(
            _("Contact and address"),
            (
                Field(_("Bill to"), billing.company_name),
                Field(_("Contact"), f"{billing.first_name} {billing.last_name}".strip()),
                Field(_("E-mail"), billing.email),
                Field(_("Phone"), billing.phone_number),
                Field(_("Address"), "\n".join(line for line in lines if line)),
                Field(_("Language"), " · ".join(filter(None, (billing.language, billing.culture)))),
            ),
        )

    def _relationship(self, page: CustomerPage) -> Section:
        from models.customers import RELATIONSHIP_TITLES, Relationship

        customer = page.customer
        delegated = {None: _("not known"), True: _("yes"), False: _("no")}
        kind = Relationship(customer.relationship_to_partner)
        cloud = self.desk.settings.all_clouds()[page.account.cloud]
        fields = [
            Field(_("Cloud"), cloud.name),
            Field(_("Account"), page.account.name or _("kept by hand")),
            Field(_("Relationship"), _(RELATIONSHIP_TITLES[kind])),
            Field(_("Indirect reseller"), customer.indirect_reseller),
            Field(_("Delegated admin"), delegated[customer.allow_delegated_access]),
            Field(_("Agreement accepted"), date_text(customer.agreement_accepted_at)),
            Field(_("In the book since"), date_text(customer.added_at)),
            Field(_("Last seen"), self._with_age(customer.seen_at)),
        ]
        if customer.ended_at:
            fields.append(Field(_("Ended"), date_text(customer.ended_at)))
        return Section(_("Relationship"), tuple(fields))

    def _with_age(self, moment: object) -> str:
        from datetime import datetime

        if not isinstance(moment, datetime):
            return _("never")
        return f"{moment_text(moment)} ({age(moment, self.desk.clock())})"

    def _tags_and_notes(self, page: CustomerPage) -> tuple[Field, ...]:
        return (
            Field(_("Tags"), ", ".join(page.tags), TAGS),
            *(
                Field(
                    _("Note of {date}").format(date=date_text(note.written_at)),
                    f"{note.text}\n— {note.author}" if note.author else note.text,
                    f"{NOTE}{note.id}",
                )
                for note in page.notes
            ),
        )

    def _history(self, page: CustomerPage) -> list[Field]:
        from models.changes import KIND_TITLES, ChangeKind
        from models.customer_page import change_lines

        fields = []
        for entry in page.changes:
            title = _(KIND_TITLES[ChangeKind(entry.kind)])
            lines = [f"{title} — {entry.actor}@{entry.host}", *change_lines(entry)]
            fields.append(Field(moment_text(entry.at), "\n".join(lines)))
        return fields

    # What keys do

    def do_copy(self) -> None:
        """Copy the field under the cursor."""
        field = self.page.field
        self.copy(field.text if field else "")

    def do_copy_id(self) -> None:
        """Ask what to copy."""
        customer = self._shown.customer
        self.choose(
            _("Copy:"),
            [
                Choice("i", _("Microsoft ID"), lambda: self.copy(customer.microsoft_id or "")),
                Choice("d", _("Primary domain"), lambda: self.copy(customer.primary_domain)),
                Choice("n", _("Company"), lambda: self.copy(customer.company_name)),
            ],
        )

    def do_tags(self) -> None:
        """Edit the tags in a line."""
        self._tags_version = self._shown.customer.version
        self.ask(_("Tags"), ", ".join(self._shown.tags), self._tags_given)

    async def _tags_given(self, text: str | None) -> None:
        from models.changes import Actor
        from models.customer_page import parse_tags, set_tags

        if text is None:
            return
        tags, version = parse_tags(text), self._tags_version
        try:
            await self.desk.reader.aside(
                lambda: set_tags(
                    self.desk.store, self._customer_id, tags, version=version,
                    actor=Actor.present(), at=self.desk.clock(),
                )
            )  # fmt: skip
        except ConflictError:
            # The line opens again with what was typed; Enter then writes over what was read now.
            await self.book_changed()
            self._tags_version = self._shown.customer.version
            raise
        await self._written(_("Tags kept."))

    async def do_note(self) -> None:
        """Write a new note."""
        await self._edit_note(None)

    async def do_change(self) -> None:
        """Edit what is under the cursor."""
        field = self.page.field
        if field is None:
            return
        if field.name == TAGS:
            self.do_tags()
        elif field.name.startswith(NOTE):
            id = int(field.name.removeprefix(NOTE))
            await self._edit_note(next(note for note in self._shown.notes if note.id == id))
        else:
            self.status.say(_("Tags and notes can be edited here: move to one of them."))

    async def on_field_page_chosen(self) -> None:
        """Edit what was clicked twice."""
        await self.action_perform("customer.change")

    async def _edit_note(self, note: Note | None, typed: str | None = None, why: str = "") -> None:
        from screens.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._note_given(text, note)

        dialog = NoteDialog(note.text if note else "", typed, why)
        await self.app.push_screen(dialog, written)

    async def _note_given(self, text: str, note: Note | None) -> None:
        from models.changes import Actor
        from models.customer_page import write_note

        try:
            await self.desk.reader.aside(
                lambda: write_note(
                    self.desk.store, self._customer_id, text, note=note,
                    actor=Actor.present(), at=self.desk.clock(),
                )
            )  # fmt: skip
        except DeskError as error:
            # What was typed is not lost: the dialog opens again with it and says why.
            await self._edit_note(note, text, str(error))
            return
        await self._written(_("Note kept.") if text.strip() else _("Note removed."))

    async def _written(self, message: str) -> None:
        self.status.say(message)
        await self.shell.book_changed()

    def do_history(self) -> None:
        """Go to the history."""
        self.page.go_to_section(_("History"))
