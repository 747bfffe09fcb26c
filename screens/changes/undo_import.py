"""Undo of an import: which customers are removed, restored, or left as they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.errors import AppError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.screens.changes.rows import RowsScreen, RowTexts, row_texts
from partnerdesk.tui.widgets.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.importing.undo import ImportRow, ImportUndo
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.operations.bulk_records import RowState
    from partnerdesk.models.session import AppSession


class UndoImportScreen(RowsScreen):
    """Shows what the undo of an import does to each customer; `!` does it in one transaction."""

    NAME = "undo-import"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("undo-import.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Take the import back, as far as it can be, in one go"), "!", changes=True),
        Action("undo-import.open", "enter", N_("Open"),
               N_("Open the customer under the cursor"), "Enter"),
        Action("undo-import.copy", "y", N_("Copy"), N_("Copy all rows with their results"), "y"),
    )  # fmt: skip

    def __init__(self, desk: AppSession, planned: ImportUndo) -> None:
        super().__init__(desk)
        self._planned = planned
        self._is_done = self._is_writing = False

    @classmethod
    async def load(cls, desk: AppSession, change_id: RowKey) -> Self:
        """Return the screen with the plan to undo an import.

        Raises:
            NotFoundError: there is no such entry.
        """
        from partnerdesk.models.importing.undo import plan_undo_import

        return cls(desk, await desk.aside(plan_undo_import, change_id, desk.by()))

    def on_mount(self) -> None:
        """Show what will happen to each customer."""
        self.set_focus(self.table)
        self.show_rows()
        if self._planned.reasons:
            self.status.say(" ".join(reason.text for reason in self._planned.reasons), whole=True)
        elif self._waiting():
            self.status.say(_("Nothing is written yet: ! carries it out, Esc goes back."))
        else:
            self.status.say(_("There is nothing to do. Esc goes back."))

    # Display

    def heading_text(self) -> str:
        """Return the heading: the name of the imported file."""
        return _("Undo the import of {file}").format(file=shown(self._planned.file)[:40])

    def total_text(self) -> str:
        """Return the numbers of removed, restored and unchanged customers as text."""
        from partnerdesk.models.importing.files import undo_counts

        return undo_counts(self._planned)

    def counts(self) -> Mapping[RowState, int]:
        """Return the number of rows in each state."""
        return self._planned.counts()

    def texts(self) -> Sequence[RowTexts]:
        """Return the rows; customers that stay as they are come first."""
        return [
            row_texts(row.subject, row.state, self._change(row), row.message)
            for row in self._planned.rows
        ]

    def _change(self, row: ImportRow) -> str:
        """Return the restored values of a customer, or that an added customer is removed."""
        if row.message:
            return ""
        return getattr(row, "change", "") if row.entry_id else _("out of the book")

    def _waiting(self) -> int:
        from partnerdesk.models.operations.bulk_records import RowState

        return self._planned.counts()[RowState.WAITING]

    async def open_place(self, place: int) -> None:
        """Open the customer of a row."""
        await self.shell.show("customer", self._planned.rows[place].customer_id)

    # Actions

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now."""
        if self._is_writing and action.id != "desk.help":
            return _("It is being carried out; this takes a moment.")
        if action.id == "undo-import.carry-out":
            if self._planned.reasons:
                return " ".join(reason.text for reason in self._planned.reasons)
            if self._is_done or not self._waiting():
                return _("There is nothing to do. Esc goes back.")
        return super().refusal(action)

    def do_carry_out(self) -> None:
        """Undo the import; ask for a reason first if customers are removed."""
        if self._planned.removes:
            self.ask(_("Why (for the history)"), "", self._why_given)
            return
        self._begin("")

    def _why_given(self, why: str | None) -> None:
        if why is None:
            return
        if not why.strip():
            raise UsageError(_("Write a reason: it is kept in the history."))
        self._begin(why.strip())

    def _begin(self, why: str) -> None:
        self._is_done = self._is_writing = True
        self.status.say(_("Writing …"))
        busy_with = _("The import of {file} is being undone.")
        busy_with = busy_with.format(file=shown(self._planned.file))
        self.shell.start(partial(self._carry_out, why), busy_with)

    async def _carry_out(self, why: str) -> None:
        from partnerdesk.models.importing.undo import undo_import

        try:
            result = await self.desk.aside(undo_import, self._planned, why)
        except AppError:
            self._is_done = False
            raise
        finally:
            self._is_writing = False
        self.call_later(self._show_result, result)
        await self.shell.look()

    def _show_result(self, result: ImportUndo) -> None:
        self._planned = result
        self.show_rows()
        self.status.say(_("The import is undone, as far as it could be. Esc goes back."))
