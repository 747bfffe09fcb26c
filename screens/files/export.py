"""The export of a list: questions for rows, columns and file, then the writing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.given_files import EXPORT, to_write, typed
from partnerdesk.models.core.paths import is_there
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext, number
from partnerdesk.models.lists.completion import path_completer
from partnerdesk.models.lists.export import (
    FORMATS,
    chosen_columns,
    export,
    format_of,
    has_portal_columns,
)
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.lists.query import Query
    from partnerdesk.tui.widgets.list_screen import ListScreen


class ExportFlow:
    """Asks step by step, writes the file in a thread, and shows the result."""

    def __init__(self, screen: ListScreen, query: Query) -> None:
        self._screen = screen
        self._query = query
        self._total = screen.table.total
        seen = [column.name for column in screen.table.shown_columns()]
        always = [column.name for column in query.spec.columns if column.in_files]
        self._shown = list(dict.fromkeys([*seen, *always]))
        self._marks = screen.table.marks
        self._columns: list[str] | None = None

    async def ask(self) -> None:
        """Ask for the rows if some are marked, then for the columns and the file."""
        if not self._marks:
            if self._screen.table.is_counted and not self._total:
                self._screen.status.say(_("There is nothing to export."))
            else:
                self._ask_columns()
            return
        marked = ngettext("{count} marked", "{count} marked", len(self._marks))
        hidden = await self._screen.marks.hidden_text()
        self._screen.choose(
            _("Export:"),
            [
                Choice("m", f"{marked} {hidden}".rstrip(), self._take_marked, default=True),
                Choice(
                    "a",
                    ngettext("all {count} shown", "all {count} shown", self._total),
                    self._ask_columns,
                ),
            ],
        )

    def _take_marked(self) -> None:
        # Marked rows that the filter hides are exported, too: a person marked them for this.
        from partnerdesk.models.lists.filter_parser import NO_FILTER

        self._query = replace(self._query, filter=NO_FILTER, keys=tuple(sorted(self._marks)))
        self._ask_columns()

    def _ask_columns(self) -> None:
        if not has_portal_columns(self._query.spec):
            self._take_shown()
            return
        self._screen.choose(
            _("Columns:"),
            [
                Choice("p", _("the portal's four"), self._ask_path, default=True),
                Choice("s", _("those of the list"), self._take_shown),
            ],
        )

    def _take_shown(self) -> None:
        self._columns = self._shown
        self._ask_path()

    def _ask_path(self) -> None:
        name = f"{self._query.spec.name}.csv"
        aid = Aid(path_completer(tuple(f".{ending}" for ending in FORMATS)))
        self._screen.ask(_("Export to (.csv .xlsx .json)"), name, self._path_given, aid=aid)

    def _path_given(self, text: str | None) -> None:
        if not text or not text.strip():
            self._screen.nothing_typed(text)
            return
        path = typed(text)
        format_of(path)
        if is_there(to_write(path, EXPORT)):
            self._screen.choose(
                _("{file} exists.").format(file=path.name),
                [
                    Choice("n", _("keep it"), lambda: None, default=True),
                    Choice("o", _("overwrite"), lambda: self._start(path, overwrite=True)),
                ],
            )
            return
        self._start(path, overwrite=False)

    def _start(self, path: Path, *, overwrite: bool) -> None:
        busy_with = _("{file} is being written.").format(file=shown(path.name))
        self._screen.shell.start(partial(self._write, path, overwrite=overwrite), busy_with)

    async def _write(self, path: Path, *, overwrite: bool) -> None:
        shell = self._screen.shell
        shell.say(_("Writing {file} …").format(file=path.name))
        written = await asyncio.to_thread(self._export, path, overwrite=overwrite)
        said = ngettext(
            "{count} row written to {file}", "{count} rows written to {file}", written, file=path
        )
        shell.say(said)

    def _export(self, path: Path, *, overwrite: bool) -> int:
        screen = self._screen

        def progress(rows: int) -> None:
            told = _("Writing {file}: {rows} rows …")
            screen.shell.say(told.format(file=path.name, rows=number(rows)))

        connection = screen.desk.store.connect()
        try:
            return export(
                connection, self._query, path,
                columns=chosen_columns(self._query.spec, self._columns),
                format=format_of(path), overwrite=overwrite, progress=progress,
            )  # fmt: skip
        finally:
            connection.close()
