"""The base of the page of one record: its fields, read again when the book changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.getters import query_one

from partnerdesk.models.core.errors import AppError, NotFoundError
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.page_search import PageScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult


class RecordPage(PageScreen):
    """A page of fields about one record. Subclasses read the record and show its sections."""

    page = query_one(FieldPage)

    def show_record(self) -> None:
        """Show the record as it was read last."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the record."""
        self.set_focus(self.page)
        self.show_record()

    def focus_body(self) -> None:
        """Return the focus to the page."""
        self.set_focus(self.page)

    def reading_failed(self, error: AppError) -> None:
        """Leave the page if the record is no longer in the book; else show the error."""
        if isinstance(error, NotFoundError):
            self.shell.begin(self, partial(self._leave, str(error)))
        else:
            super().reading_failed(error)

    async def _leave(self, why: str) -> None:
        message = self.status.message
        await self.shell.go_back()
        self.shell.say(message or why)
