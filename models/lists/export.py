"""Exports exactly the rows and columns of a list to CSV, XLSX or JSON, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core import stored
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.given_files import EXPORT, to_write
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import ListSpec

PORTAL_COLUMNS = {
    "id": N_("Microsoft ID"),
    "company": N_("Company name"),
    "domain": N_("Primary domain name"),
    "relationship": N_("Relationship"),
}
"""The columns of the portal's own export with their headings (`reference/rules.md §14`)."""

FORMATS = ("csv", "xlsx", "json")


def format_of(path: Path, wanted: str = "") -> str:
    """Return the format of an export: `wanted`, or else the ending of the file's name.

    Raises:
        UsageError: the format is unknown.
    """
    named = (wanted or path.suffix.removeprefix(".")).lower()
    if named in FORMATS:
        return named
    raise UsageError(
        _("The format of {file} is not known.").format(file=path.name),
        _("End its name in .csv, .xlsx or .json."),
    )


def chosen_columns(spec: ListSpec, names: Sequence[str] | None) -> list[tuple[Column, str]]:
    """Return the columns to export with their headings.

    Without `names`: the portal's columns, or all of a list that the portal does not export.

    Raises:
        UsageError: the list has no such column.
    """
    if names is None and has_portal_columns(spec):
        return [(spec.column(name), heading) for name, heading in PORTAL_COLUMNS.items()]
    if names is None:
        return [(column, column.label) for column in spec.columns]
    known = {name: column for column in spec.columns for name in (column.name, *column.aliases)}
    chosen = []
    for name in names:
        column = known.get(name.strip().lower())
        if column is None:
            raise UsageError(
                _("The list has no column {name}.").format(name=name),
                _("Columns: {names}.").format(names=", ".join(c.name for c in spec.columns)),
            )
        headings = PORTAL_COLUMNS if has_portal_columns(spec) else {}
        chosen.append((column, headings.get(column.name, column.label)))
    return chosen


def has_portal_columns(spec: ListSpec) -> bool:
    """Say whether the portal has an export of this list too."""
    return spec.name == "customers"


def export(
    connection: Connection,
    query: Query,
    path: Path,
    *,
    columns: list[tuple[Column, str]],
    format: str,  # noqa: A002 - the word the command line uses
    overwrite: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write the rows of `query` in its order to `path`, and return how many rows were written.

    The same rows give the same bytes: the file holds no time of writing and no host name.

    Raises:
        FileError: the file exists already, may not be replaced, or cannot be written.
        StoreError: the book cannot be read.
    """
    from partnerdesk.models import sheets

    to_write(path, EXPORT)
    written = 0

    def rows() -> Iterator[list[str]]:
        nonlocal written
        places = [(query.spec.columns.index(column), column) for column, _heading in columns]
        for row in query.walk(connection):
            yield [plain_value(column, row.values[place]) for place, column in places]
            written += 1
            if written % 1000 == 0:
                progress(written)

    headings = [column.json_name if format == "json" else _(heading) for column, heading in columns]
    write = {"csv": sheets.write_csv, "xlsx": sheets.write_xlsx, "json": sheets.write_json}[format]
    with connection.snapshot():
        write(rows(), headings, path, overwrite=overwrite)
    progress(written)
    return written


def plain_value(column: Column, value: object) -> str:
    """Return the text of a cell in a file: unshortened, moments in ISO 8601, choices as stored."""
    said = column.stored.get(str(value)) if column.stored else None
    if isinstance(said, str):
        return said
    match column.kind:
        case Kind.AGE | Kind.DATE | Kind.MOMENT | Kind.DEADLINE:
            moment = stored.moment(value)
            return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else str(value or "")
        case Kind.TAGS:
            return ", ".join(str(tag) for tag in value) if isinstance(value, list) else ""
        case _:
            return "" if value is None else str(value)
