"""What `add` commands share: rows from flags or a file, and what became of each, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from partnerdesk.cli.shared.open_book import given_path
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from enum import StrEnum

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.sheets.rows import GivenRow

MARKS = {"added": "✓", "would_add": "+", "exists": "=", "refused": "✗"}
"""What stands before a row, by its result."""

Field = TypeVar("Field", bound="StrEnum")
Row = TypeVar("Row", bound="Added")


class Added(Protocol):
    """What became of a row."""

    @property
    def number(self) -> int:
        """The row's number."""
        ...

    @property
    def reasons(self) -> Sequence[Reason]:
        """Why, and what to mind."""
        ...

    @property
    def result(self) -> str:
        """One of `MARKS`."""
        ...

    def as_json(self) -> dict[str, Any]:
        """Return the row as `--json` prints it."""
        ...


def given_rows(
    arguments: argparse.Namespace, fields: type[Field], *, both: str, nothing: UsageError
) -> list[GivenRow[Field]]:
    """Return the rows of `--file`, or the one that flags describe.

    Raises:
        UsageError: both are given (`both` says so), or neither (`nothing`).
        FileError: the file cannot be read.
    """
    from partnerdesk.models.sheets.rows import GivenRow, read_rows

    values = {
        field: text for field in fields if (text := getattr(arguments, f"of_{field}")) is not None
    }
    if arguments.file and values:
        raise UsageError(both)
    if arguments.file:
        return read_rows(given_path(arguments.file), fields)
    if not values:
        raise nothing
    return [GivenRow(1, values)]


def print_added(
    arguments: argparse.Namespace,
    results: Iterable[Row],
    name_of: Callable[[Row], str],
    *,
    alone: bool,
) -> ExitCode:
    """Print rows as they are done, and their counts; return what to tell the shell.

    `name_of` returns what a row is about, safe to print; `alone` leaves the row's number out.
    """
    printed = _print_json(results) if arguments.json else _print_words(results, name_of, alone)
    counts = {result: printed.count(result) for result in MARKS}
    tell(_summary(counts))
    if arguments.dry_run:
        tell(_("Nothing was written: this was a dry run."))
    return ExitCode.REFUSED if counts["refused"] else ExitCode.DONE


def print_reasons(reasons: Iterable[Reason], indent: str = "") -> None:
    """Print reasons with their sources, a line each."""
    for reason in reasons:
        mark = "✗" if reason.refuses else "!"
        source = f" ({reason.source})" if reason.source else ""
        print(f"{indent}{mark} {shown(reason.text)}{source}")


def _print_json(results: Iterable[Added]) -> list[str]:
    """Print the rows as they are done; the list is whole even where the book fails midway."""
    printed: list[str] = []
    print("[", end="")
    try:
        for row in results:
            print(",\n " if printed else "", json_text(row.as_json()), sep="", end="", flush=True)
            printed.append(row.result)
    finally:
        print("]")
    return printed


def _print_words(results: Iterable[Row], name_of: Callable[[Row], str], alone: bool) -> list[str]:
    said = {
        "added": _("added"), "would_add": _("would be added"),
        "exists": _("in the book already"), "refused": _("refused"),
    }  # fmt: skip
    printed: list[str] = []
    for row in results:
        place = "" if alone else _("row {row}: ").format(row=row.number)
        print(f"{MARKS[row.result]} {place}{name_of(row) or '–'}: {said[row.result]}")
        print_reasons(row.reasons, "    ")
        printed.append(row.result)
    return printed


def _summary(counts: dict[str, int]) -> str:
    told = {
        "added": ngettext("{count} added", "{count} added", counts["added"]),
        "would_add": ngettext("{count} would be added", "{count} would be added",
                              counts["would_add"]),
        "exists": ngettext("{count} in the book already", "{count} in the book already",
                           counts["exists"]),
        "refused": ngettext("{count} refused", "{count} refused", counts["refused"]),
    }  # fmt: skip
    return ", ".join(text for name, text in told.items() if counts[name]) or _("No rows.")
