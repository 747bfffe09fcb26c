"""A form over many marked records: the same is asked for all, and each is a row of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.shared.record_form import RecordFormScreen
from partnerdesk.tui.widgets.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.lists.spec import RowKey


class ManyForm(RecordFormScreen):
    """Hands what was typed to a run over the marked records. Subclasses set `RUN` and a heading."""

    RUN: ClassVar[str]
    """The value of the run's `RunKind`."""
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("form.review", "ctrl+r,f2", N_("Review"),
               N_("Look at what will happen to each; nothing is written before you say so there"),
               "^r"),
        *RecordFormScreen.ACTIONS[1:],
    )  # fmt: skip

    _keys: Sequence[RowKey] = ()
    _hidden = ""
    _marks: set[RowKey] | None = None

    def over(self, keys: Sequence[RowKey], hidden: str, marks: set[RowKey] | None) -> Self:
        """Set the records, and return the form.

        Args:
            keys: the records.
            hidden: how many of them the list does not show, in words.
            marks: the marks of the list, which go where the work is done; None for none.
        """
        self._keys, self._hidden, self._marks = keys, hidden, marks
        return self

    def heading_text(self) -> str:
        """Return what happens, and to how many."""
        count = ngettext("{count} customer", "{count} customers", len(self._keys))
        return f"{self.heading_over(count)} {self._hidden}".rstrip()

    def heading_over(self, customers: str) -> str:
        """Return what happens to so many customers."""
        raise NotImplementedError

    async def do_review(self) -> None:
        """Show what will happen to each record."""
        from partnerdesk.models.operations.bulk import RunRequest
        from partnerdesk.models.operations.bulk_records import RunKind

        _plan, wrong = await self.check_all()
        if wrong:
            self.status.say(_("{count} to mend").format(count=len(wrong)))
            return
        wishes = {name: text for name, text in self.form.values.items() if text}
        await self.shell.go_back()
        request = RunRequest(RunKind(self.RUN), wishes)
        await self.shell.show("run", request, self._keys, self.account.id, marks=self._marks)
