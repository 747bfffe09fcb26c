"""Operations on many marked customers: a question for all, then the run with a plan for each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _, ngettext
from partnerdesk.screens.changes.cut_off import offer_cut_off
from partnerdesk.screens.customers.small_edits import tag_aid
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.customers.form.fields import FormField
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.tui.widgets.list_screen import ListScreen


class MarkedCustomers:
    """The marked customers of a list. Nothing is written until the run is carried out."""

    def __init__(
        self, screen: ListScreen, account: Account, keys: Sequence[RowKey], hidden: str
    ) -> None:
        self._screen = screen
        self._account = account
        self._keys = keys
        self._hidden = hidden
        """Text that says how many of the customers the filter hides; may be empty."""

    def _with_count(self, text: str) -> str:
        count = ngettext("{count} customer", "{count} customers", len(self._keys))
        return " ".join(filter(None, (text.format(customers=count), self._hidden)))

    async def _run(self, kind: RunKind, wishes: Mapping[str, str]) -> None:
        from partnerdesk.models.operations.bulk import RunRequest

        screen = self._screen
        request, marks = RunRequest(kind, wishes), screen.table.marks
        await screen.shell.show("run", request, self._keys, self._account.id, marks=marks)

    # Tags

    async def tag(self) -> None:
        """Ask whether to add, remove or replace tags, then which tags."""
        from partnerdesk.models.operations.bulk_records import RunKind

        await offer_cut_off(self._screen, self._account, RunKind.TAG, self._ask_how_to_tag)

    def _ask_how_to_tag(self) -> None:
        self._screen.choose(
            self._with_count(_("Tags of {customers}:")),
            [
                Choice("a", _("add"), partial(self._ask_tags, "add", _("Tags that come")),
                       default=True),
                Choice("r", _("remove"), partial(self._ask_tags, "remove", _("Tags that go"))),
                Choice("s", _("these and no others"),
                       partial(self._ask_tags, "set", _("These tags and no others"))),
            ],
        )  # fmt: skip

    def _ask_tags(self, name: str, label: str) -> None:
        aid = tag_aid(self._screen, self._account.id)
        self._screen.ask(label, "", partial(self._tags_given, name), aid=aid)

    async def _tags_given(self, name: str, text: str | None) -> None:
        from partnerdesk.models.customers.tags_and_notes import parse_tags
        from partnerdesk.models.operations.bulk_records import RunKind

        if text is None:
            return
        tags = parse_tags(text)
        if not tags and name != "set":
            self._screen.status.say(_("No tag was named: nothing is done."))
            return
        await self._run(RunKind.TAG, {name: ", ".join(tags)})

    # Notes

    async def note(self) -> None:
        """Ask for the text of a note for all customers."""
        from partnerdesk.models.operations.bulk_records import RunKind

        await offer_cut_off(self._screen, self._account, RunKind.NOTE, self._ask_note)

    async def _ask_note(self) -> None:
        from partnerdesk.screens.shared.note_dialog import NoteDialog

        title = self._with_count(_("Note on {customers}"))
        dialog = NoteDialog("", title=title, belongs_to="marked")
        await self._screen.shell.ask_dialog(dialog, self._note_given)

    async def _note_given(self, text: str | None) -> None:
        from partnerdesk.models.operations.bulk_records import RunKind

        if text and text.strip():
            await self._run(RunKind.NOTE, {"text": text.strip()})

    # Profiles

    async def edit(self) -> None:
        """Ask for a field and its new value for all customers."""
        from partnerdesk.models.operations.bulk_records import RunKind

        await offer_cut_off(self._screen, self._account, RunKind.EDIT, self._ask_field)

    async def _ask_field(self) -> None:
        from partnerdesk.models.customers.edit_fields import EDITED
        from partnerdesk.models.customers.form.fields import FIELD_TITLES
        from partnerdesk.screens.shared.choice_dialog import ChoiceDialog

        choices = [(field.value, _(FIELD_TITLES[field])) for field in EDITED]
        dialog = ChoiceDialog(self._with_count(_("Field of {customers}")), choices)
        await self._screen.shell.ask_dialog(dialog, self._field_chosen)

    def _field_chosen(self, name: str | None) -> None:
        from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField

        if name is not None:
            field = FormField(name)
            self._screen.ask(_(FIELD_TITLES[field]), "", partial(self._field_given, field))

    async def _field_given(self, field: FormField, text: str | None) -> None:
        from partnerdesk.models.operations.bulk_records import RunKind

        if text is not None:
            await self._run(RunKind.EDIT, {field.value: text.strip()})

    # Invitations and endings: a form with the values that are the same for all

    async def invite(self) -> None:
        """Show the form with the values that are the same for all invitations."""
        from partnerdesk.models.operations.bulk_records import RunKind

        await offer_cut_off(
            self._screen, self._account, RunKind.INVITE, partial(self._show_form, "invite-many")
        )

    async def end(self) -> None:
        """Show the form for ending all relationships; each is confirmed by itself in the run."""
        from partnerdesk.models.operations.bulk_records import RunKind

        await offer_cut_off(
            self._screen, self._account, RunKind.END, partial(self._show_form, "end-many")
        )

    async def _show_form(self, name: str) -> None:
        await self._screen.shell.show(
            name, self._keys, self._account.id, self._hidden, self._screen.table.marks
        )
