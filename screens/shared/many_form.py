"""A form whose answers apply to many marked records; each record becomes a row of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.shared.record_form import RecordFormScreen
from partnerdesk.tui.widgets.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.lists.spec import RowKey


class ManyForm(RecordFormScreen):
    """Starts a run over the marked records with the typed values.

    Subclasses set `RUN` and define `heading_over`.
    """

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
        """Set the records of the run; return the form.

        Args:
            keys: the keys of the records.
            hidden: text that says how many of the records the list does not show; may be empty.
            marks: the marks of the list; the run removes the marks of finished records. None if
                the form was not opened from a list.
        """
        self._keys, self._hidden, self._marks = keys, hidden, marks
        return self

    def heading_text(self) -> str:
        """Return the heading: the operation, and the number of customers."""
        count = ngettext("{count} customer", "{count} customers", len(self._keys))
        return f"{self.heading_over(count)} {self._hidden}".rstrip()

    def heading_over(self, customers: str) -> str:
        """Return the operation on `customers`, a text such as "3 customers"."""
        raise NotImplementedError

    async def do_review(self) -> None:
        """Check the form; if nothing is refused, close it and show the planned run."""
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
