"""The columns of a list as a person chose them; the choice is saved per list, for all books."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.saved_views_file import keep_columns
from partnerdesk.tui.widgets.actions import Action

if TYPE_CHECKING:
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.tui.widgets.list_frame import ListFrame

COLUMNS = Action(
    "list.columns", "C", N_("Columns"),
    N_("Choose the columns of the list, their order and widths"), "C", bar=False,
)  # fmt: skip


class ListColumns:
    """The chosen columns of a list: the columns of its view override its own."""

    def __init__(self, screen: ListFrame) -> None:
        self._screen = screen
        self.own: Chosen = ()
        self.of_view: Chosen = ()
        """The columns of the current view; they are dropped with the view."""

    @property
    def chosen(self) -> Chosen:
        """The chosen columns; empty for the default columns."""
        return self.of_view or self.own

    async def ask(self) -> None:
        """Open the dialog to choose the columns."""
        screen, table = self._screen, self._screen.table
        await screen.shell.choose_columns(
            screen.SPEC, self.chosen, table.widths(), table.hidden, self._answered
        )

    async def _answered(self, chosen: Chosen | None) -> None:
        if chosen is None or chosen == self.chosen:
            return
        screen = self._screen
        if self.of_view:
            self.of_view = chosen
            screen.status.say(_("These columns go with the view: v s keeps them in it."))
        else:
            self.own = chosen
        screen.table.set_columns(self.chosen)
        if not self.of_view:
            await asyncio.to_thread(keep_columns, screen.SPEC.name, self.own)
