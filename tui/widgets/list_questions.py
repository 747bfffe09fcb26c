"""Questions of a list screen: the filter, the sort column, a value to jump to, what to copy."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.filter_parser import Filter, parse
from partnerdesk.models.lists.known_values import FilterCompleter
from partnerdesk.models.lists.spec import Sort
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.lists.spec import Column, Row, RowKey
    from partnerdesk.tui.widgets.list_frame import ListFrame

JUMP = Action(
    "list.jump", "apostrophe", N_("Jump to"),
    N_("Go to the first row whose sorted column begins with what you type"), "'", bar=False,
)  # fmt: skip


class ListQuestions:
    """Asks questions in the status line of a list, and applies the answers to the list."""

    def __init__(self, screen: ListFrame) -> None:
        self._screen = screen
        self._filtering = 0
        """The number of the prompt's question that asks for the filter."""
        self._is_wrong = False
        """Whether the typed filter is invalid."""

    # The filter

    def ask_filter(self) -> None:
        """Ask for a filter; the list is filtered with each typed letter."""
        screen, desk = self._screen, self._screen.desk
        accounts = desk.scope.ids if desk.scope is not None else ()
        aid = Aid(
            FilterCompleter(screen.SPEC, desk.reader, accounts),
            desk.used_filters.of(screen.SPEC.name),
        )
        self._is_wrong = False
        row = screen.table.row
        answered = partial(self._filter_answered, screen.filter, row.key if row else 0)
        screen.ask(_("Filter"), screen.filter.text, answered, self._filter_typed, aid)
        self._filtering = screen.prompt.question

    def tell_count(self, count: str) -> None:
        """Show the number of rows beside the filter that is being typed."""
        prompt = self._screen.prompt
        if prompt.question == self._filtering and not self._is_wrong:
            prompt.remark(count)

    async def _filter_answered(self, before: Filter, key: RowKey, text: str | None) -> None:
        """Apply the typed filter; without an answer, restore the previous filter and cursor."""
        screen, desk = self._screen, self._screen.desk
        if text is None:
            screen.filter = before
            await screen.show_rows_now(keep=key, near=False)
            return
        screen.filter = self.parsed(text)
        await screen.show_rows_now(near=False)
        if text and (used := text.strip()):
            desk.used_filters.use(screen.SPEC.name, used, to_millis(desk.clock()))
        screen.remember()
        screen.shell.start(partial(asyncio.to_thread, desk.write_down))
        if text and await screen.table.has_one():
            await screen.do_open()  # the only match

    def _filter_typed(self, text: str) -> None:
        """Filter by the text typed so far; this replaces a read that is still running."""
        screen = self._screen
        try:
            screen.filter = self.parsed(text)
        except FilterError as error:
            self._is_wrong = True
            screen.prompt.remark(str(error), error=True)
            return
        self._is_wrong = False
        self._filtering = screen.prompt.question  # a refused filter is asked again
        screen.show_rows(near=False)

    def parsed(self, text: str) -> Filter:
        """Return the filter written in `text`.

        Raises:
            FilterError: the text is no valid filter.
        """
        return parse(text.strip(), self._screen.SPEC, self._screen.desk.clock())

    # The order

    def ask_sort(self) -> None:
        """Ask for the column to sort by."""
        self._screen.choose(
            _("Sort by:"),
            [
                Choice(
                    str(place),
                    _(column.label),
                    partial(self.sort_by, column),
                    default=column.name == self._screen.sort.column,
                )
                for place, column in enumerate(self._screen.SPEC.sortable(), 1)
            ],
        )

    def sort_by(self, column: Column) -> None:
        """Sort by a column; the current sort column reverses the order."""
        screen, usual = self._screen, self._screen.SPEC.default_sort
        descending = column.name == usual.column and usual.descending
        if column.name == screen.sort.column:
            descending = not screen.sort.descending
        screen.sort = Sort(column.name, descending)
        screen.show_rows()

    def sort_text(self) -> str:
        """Return the sort as text; empty for the default sort or if the column is visible."""
        screen = self._screen
        by = screen.sort
        if by == screen.SPEC.default_sort or by.column in screen.table.widths():
            return ""
        column = _(screen.SPEC.column(by.column).label)
        arrow = "▼" if by.descending else "▲"
        return _("by {column}").format(column=f"{column} {arrow}")

    # Jump and copy

    async def jump(self, beginning: str) -> None:
        """Go to the first row whose sorted value begins with `beginning`; ask if it is empty."""
        screen = self._screen
        if beginning:
            await screen.table.jump_to(beginning)
            return
        sorted_by = screen.SPEC.column((screen.table.sort or screen.SPEC.default_sort).column)
        label = _("Jump to ({column})").format(column=_(sorted_by.label))
        screen.ask(label, "", self._jump_answered)

    async def _jump_answered(self, text: str | None) -> None:
        if text and text.strip():
            await self._screen.table.jump_to(text)
        else:
            self._screen.nothing_typed(text)

    def ask_what_to_copy(self, row: Row, names: Mapping[str, str]) -> None:
        """Ask which column's value to copy; `names` maps keys to column names."""
        screen = self._screen
        columns = {key: screen.SPEC.column(name) for key, name in names.items()}
        screen.choose(
            _("Copy:"),
            [
                Choice(
                    key,
                    _(column.label),
                    partial(screen.copy, str(value or "")),
                    default=key == next(iter(columns)),
                )
                for key, column in columns.items()
                for value in [row.values[screen.SPEC.columns.index(column)]]
            ],
        )
