"""Edits of one customer's tags or notes, from its page or from its row in the list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len

from partnerdesk.models.core.errors import AppError, ConflictError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.prompt import Aid

if TYPE_CHECKING:
    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.tui.widgets.app_screen import AppScreen


class TagPrompt:
    """Asks for all tags of a customer in one line, and writes them."""

    def __init__(self, screen: AppScreen, page: CustomerPage, label: str = "") -> None:
        self._screen = screen
        self._label = label or _("Tags")
        self._page = page
        """The customer as read before the question; another person may change it meanwhile."""

    def ask(self) -> None:
        """Ask for the tags; the line begins with the current tags."""
        from partnerdesk.models.lists.tokens import token_line

        aid = tag_aid(self._screen, self._page.customer.account_id)
        self._screen.ask(self._label, token_line(self._page.tags), self._given, aid=aid)

    async def _given(self, text: str | None) -> None:
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.models.customers.tags_and_notes import (
            describe_tag_change,
            parse_tags,
            plan_tags,
        )
        from partnerdesk.models.lists.tokens import token_line
        from partnerdesk.models.operations.carry_out import carry_out

        screen, before = self._screen, self._page.tags
        if text is None:
            return
        tags = before if text == token_line(before) else parse_tags(text)
        plan = plan_tags(self._page, tags, screen.desk.by())
        if plan.changes_nothing:
            screen.status.say(describe_tag_change(before, tags))
            return
        try:
            await screen.desk.aside(carry_out, plan)
        except ConflictError:
            # The line opens again with the typed text; Enter then overwrites the tags read here.
            screen.book_changed()
            await screen.settled()
            id = self._page.customer.id or 0
            self._page = await screen.desk.aside(read_customer, id)
            raise
        await say_written(screen, describe_tag_change(before, tags))


def ask_alias(screen: AppScreen, page: CustomerPage) -> None:
    """Ask for the partner's own name of a customer, and write it; an empty text removes it."""

    async def given(text: str | None) -> None:
        from partnerdesk.models.customers.alias import plan_alias
        from partnerdesk.models.operations.carry_out import carry_out

        if text is None:
            return
        plan = plan_alias(page, text, screen.desk.by())
        if why := why_refused(plan.reasons):
            raise UsageError(why)
        if plan.changes_nothing:
            screen.status.say(_("The own name stays as it is."))
            return
        await screen.desk.aside(carry_out, plan)
        await say_written(screen, _("Own name kept.") if text.strip() else _("Own name removed."))

    company = shown(page.customer.company_name)[:24]
    screen.ask(_("Own name of {company}").format(company=company), page.customer.alias, given)


def tag_aid(screen: AppScreen, account_id: int) -> Aid:
    """Return the completion of tags: those used in the book."""
    from partnerdesk.models.customers.tags_and_notes import known_tags
    from partnerdesk.models.lists.tokens import TokenCompleter

    known = partial(known_tags, screen.desk.reader, (account_id,))
    return Aid(TokenCompleter(known), tokens=True)


async def edit_note(
    screen: AppScreen,
    page: CustomerPage,
    note: Note | None = None,
    typed: str | None = None,
    why: str = "",
) -> None:
    """Open the dialog for a new note of a customer, or for `note`.

    Args:
        screen: the screen that opens the dialog.
        page: the customer.
        note: the note to edit; None to write a new one.
        typed: the text that was refused before, to edit it further.
        why: the reason of that refusal.
    """
    from partnerdesk.screens.shared.note_dialog import NoteDialog

    async def written(text: str | None) -> None:
        if text is not None:
            await _save_note(screen, page, text, note)

    key = f"{page.customer.id}/{note.id if note else 0}"
    dialog = NoteDialog(note.text if note else "", typed, why, belongs_to=key)
    await screen.shell.ask_dialog(dialog, written)


async def _save_note(screen: AppScreen, page: CustomerPage, text: str, note: Note | None) -> None:
    from partnerdesk.models.customers.tags_and_notes import plan_note
    from partnerdesk.models.operations.carry_out import carry_out

    try:
        plan = plan_note(page, text, note, screen.desk.by())
        await screen.desk.aside(carry_out, plan)
    except AppError as error:
        # The dialog opens again with the typed text and the reason, so that no text is lost.
        await edit_note(screen, page, note, text, str(error))
        return
    await say_written(screen, _("Note kept.") if text.strip() else _("Note removed."))


async def say_written(screen: AppScreen, message: str) -> None:
    """Show a message on the status line, and refresh the screen."""
    screen.status.say(message, whole=cell_len(message) > screen.size.width - 2)
    await screen.shell.book_changed()
