"""The question for the file to import into a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.given_files import typed
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.completion import path_completer
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.prompt import Aid

if TYPE_CHECKING:
    from partnerdesk.tui.widgets.app_screen import AppScreen

ENDINGS = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".json", ".jsonl", ".ndjson",
)  # fmt: skip
"""Endings of the files that the completion offers; any other name can be typed."""


def import_action(name: str, *, bar: bool = False) -> Action:
    """Return the action that imports a file into the list called `name`."""
    return Action(
        f"{name}.import", "I", N_("Import"),
        N_("Import the portal's export, or any CSV, XLSX or JSON file"), "I", changes=True, bar=bar,
    )  # fmt: skip


def ask_import(screen: AppScreen, name: str) -> None:
    """Ask for a file, and show the planned import into the list called `name`.

    A file whose import was not finished is proposed again.
    """

    async def answered(text: str | None) -> None:
        if text and text.strip():
            screen.desk.unfinished_import = text.strip()
            await screen.shell.show("import", typed(text), name)

    aid = Aid(path_completer(ENDINGS))
    screen.ask(_("Import file"), screen.desk.unfinished_import, answered, aid=aid)
