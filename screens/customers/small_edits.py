"""The small edits of one customer, on its page or its row in the list: tags, and a note."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len

from partnerdesk.models.core.errors import AppError, ConflictError
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.prompt import Aid

if TYPE_CHECKING:
    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.tui.widgets.app_screen import AppScreen


class TagPrompt:
    """Asks for all tags of a customer in a line, and writes them."""

    def __init__(self, screen: AppScreen, page: CustomerPage, label: str = "") -> None:
        self._screen = screen
        self._label = label or _("Tags")
        self._page = page
        """The customer as it was when its tags were asked for."""

    def ask(self) -> None:
        """Ask, beginning with the tags that the customer has."""
        from partnerdesk.models.lists.tokens import token_line

        aid = tag_aid(self._screen, self._page.customer.account_id)
        self._screen.ask(self._label, token_line(self._page.tags), self._given, aid=aid)

    async def _given(self, text: str | None) -> None:
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.models.customers.tags_and_notes import parse_tags, plan_tags, tags_told
        from partnerdesk.models.lists.tokens import token_line
        from partnerdesk.models.operations.carry_out import carry_out

        screen, before = self._screen, self._page.tags
        if text is None:
            return
        tags = before if text == token_line(before) else parse_tags(text)
        plan = plan_tags(self._page, tags, screen.desk.by())
        if plan.changes_nothing:
            screen.status.say(tags_told(before, tags))
            return
        try:
            await screen.desk.aside(carry_out, plan)
        except ConflictError:
            # The line opens again with what was typed; Enter then writes over what was read now.
            screen.book_changed()
            await screen.settled()
            id = self._page.customer.id or 0
            self._page = await screen.desk.aside(read_customer, id)
            raise
        await say_written(screen, tags_told(before, tags))


def tag_aid(screen: AppScreen, account_id: int) -> Aid:
    """Return what helps to type tags: those of the book."""
    from partnerdesk.models.customers.tags_and_notes import known_tags
    from partnerdesk.models.lists.tokens import TokenCompleter

    known = partial(known_tags, screen.desk.reader, (account_id,))
    return Aid(TokenCompleter(known), tokens=True)


async def edit_note(
    screen: AppScreen, page: CustomerPage, note: Note | None = None,
    typed: str | None = None, why: str = "",
) -> None:  # fmt: skip
    """Write a note of a customer, or change `note`; `typed` was refused before for `why`."""
    from partnerdesk.screens.shared.note_dialog import NoteDialog

    async def written(text: str | None) -> None:
        if text is not None:
            await _keep_note(screen, page, text, note)

    of = f"{page.customer.id}/{note.id if note else 0}"
    dialog = NoteDialog(note.text if note else "", typed, why, belongs_to=of)
    await screen.shell.ask_dialog(dialog, written)


async def _keep_note(
    screen: AppScreen, page: CustomerPage, text: str, note: Note | None
) -> None:  # fmt: skip
    from partnerdesk.models.customers.tags_and_notes import plan_note
    from partnerdesk.models.operations.carry_out import carry_out

    try:
        plan = plan_note(page, text, note, screen.desk.by())
        await screen.desk.aside(carry_out, plan)
    except AppError as error:
        # What was typed is not lost: the dialog opens again with it and says why.
        await edit_note(screen, page, note, text, str(error))
        return
    await say_written(screen, _("Note kept.") if text.strip() else _("Note removed."))


async def say_written(screen: AppScreen, message: str) -> None:
    """Say what was written, and show it."""
    screen.status.say(message, whole=cell_len(message) > screen.size.width - 2)
    await screen.shell.book_changed()
