"""The columns of a list as a person wants them, and the jump to a place in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.core.errors import DeskError
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.saved_views import Kept
from partnerdesk.models.lists.saved_views_file import keep_columns, read_views
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.desk_screen import DeskScreen
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.saved_views_file import Reading
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.session import Desk

COLUMNS = Action(
    "list.columns", "C", N_("Columns"),
    N_("Choose the columns of the list, their order and widths"), "C", bar=False,
)  # fmt: skip
JUMP = Action(
    "list.jump", "apostrophe", N_("Jump to"),
    N_("Go to the first row whose sorted column begins with what you type"), "'", bar=False,
)  # fmt: skip


class ColumnsScreen(DeskScreen):
    """A list whose columns a person can choose; they are kept for the list, in all books."""

    SPEC: ClassVar[ListSpec]

    table = query_one(RecordTable)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._own_columns: Chosen = ()
        self._view_columns: Chosen = ()
        """Those of the view that is shown: they go with it, and cover the list's own."""

    @property
    def columns(self) -> Chosen:
        """The columns that are chosen now; empty for the usual ones."""
        return self._view_columns or self._own_columns

    async def kept(self) -> Kept:
        """Return the views and columns that the person keeps, and say what is wrong with them.

        Raises:
            FileError: they cannot be read.
        """
        return self.told(await asyncio.to_thread(read_views))

    def told(self, reading: Reading) -> Kept:
        """Return what was read of the views and columns, and say what is wrong with them."""
        if reading.notice:
            self.desk.notices.append(reading.notice)
        if self.desk.notices:
            self.shell.say(self.desk.take_notices(), error=True)
        return reading.kept

    async def kept_or_nothing(self) -> Kept:
        """Return what the person keeps; where it cannot be read, say why and return nothing."""
        try:
            return await self.kept()
        except DeskError as error:
            self.shell.say(str(error), error=True)
        return Kept()

    async def do_columns(self) -> None:
        """Show all columns, to choose from."""
        hidden = self.table.hidden
        await self.shell.choose_columns(
            self.SPEC, self.columns, self.table.widths(), hidden, self._columns_chosen
        )

    async def _columns_chosen(self, chosen: Chosen | None) -> None:
        if chosen is None or chosen == self.columns:
            return
        if self._view_columns:
            self._view_columns = chosen
            self.status.say(_("These columns go with the view: v s keeps them in it."))
        else:
            self._own_columns = chosen
        self.table.set_columns(self.columns)
        if not self._view_columns:
            await asyncio.to_thread(keep_columns, self.SPEC.name, self._own_columns)

    async def do_jump(self, beginning: str = "") -> None:
        """Ask for the beginning of a value in the column that the list is sorted by."""
        if beginning:
            await self.table.jump_to(beginning)
            return
        sorted_by = self.SPEC.column((self.table.sort or self.SPEC.default_sort).column)
        label = _("Jump to ({column})").format(column=_(sorted_by.label))
        self.ask(label, "", self._jump_answered)

    async def _jump_answered(self, text: str | None) -> None:
        if text and text.strip():
            await self.table.jump_to(text)
