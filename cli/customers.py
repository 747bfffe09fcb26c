"""`partnerdesk customers`: list, show and export customers; import is in `cli/imports.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import customers_import
from cli.books import open_book, progress_line, scope
from models.account_list import ALL
from models.clock import now
from models.customer_export import chosen_columns, export, format_of, plain_value
from models.customer_list import CUSTOMERS
from models.errors import ExitCode, UsageError
from models.filters import parse
from models.languages import _, ngettext
from models.lists import Query, Sort, cell_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from models.lists import Column, Row
    from models.settings import Settings
    from models.store import Store


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `customers` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")

    listing = parts.add_parser("list", parents=[shared], help=_("list customers"))
    _add_choice(listing)
    form = listing.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    form.add_argument("--csv", action="store_true", help=_("CSV, values as stored"))
    form.add_argument("--plain", action="store_true",
                      help=_("values as stored, separated by tabs, no heading"))  # fmt: skip
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", parents=[shared], help=_("show one customer"))
    show.add_argument("customer", metavar="ID|DOMAIN", help=_("Microsoft ID or primary domain"))
    show.add_argument("--json", action="store_true", help=_("as one JSON object"))
    show.set_defaults(run=run_show)

    exporting = parts.add_parser(
        "export", parents=[shared],
        help=_("write customers to a CSV, XLSX or JSON file; by default the portal's columns"),
    )  # fmt: skip
    exporting.add_argument("file", type=Path)
    _add_choice(exporting)
    exporting.add_argument("--format", default="", metavar="csv|xlsx|json",
                           help=_("default: by the file's ending"))  # fmt: skip
    exporting.add_argument("--overwrite", action="store_true", help=_("replace an existing file"))
    exporting.set_defaults(run=run_export)

    customers_import.add_command(parts, shared)


def _add_choice(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--filter",
        default="",
        metavar="TEXT",
        help=_("as in the console: words, country:de, seen>30d, -tag:vip"),
    )
    command.add_argument(
        "--sort",
        default=CUSTOMERS.default_sort.column,
        metavar="COLUMN",
        help=_("sort by this column (default: %(default)s)"),
    )
    command.add_argument("--reverse", action="store_true", help=_("the other way round"))
    names = ", ".join(column.name for column in CUSTOMERS.columns)
    command.add_argument("--columns", metavar="A,B,…",
                         help=_("columns, of: {names}").format(names=names))  # fmt: skip


def _query(arguments: argparse.Namespace, settings: Settings, store: Store) -> Query:
    sortable = {
        name: column.name for column in CUSTOMERS.sortable()
        for name in (column.name, *column.aliases)
    }  # fmt: skip
    if arguments.sort not in sortable:
        raise UsageError(
            _("The list cannot be sorted by {name}.").format(name=arguments.sort),
            _("Sort by one of: {names}.").format(
                names=", ".join(column.name for column in CUSTOMERS.sortable())
            ),
        )
    return Query(
        CUSTOMERS,
        scope(arguments, settings, store, ALL).ids,
        parse(arguments.filter, CUSTOMERS, now()),
        Sort(sortable[arguments.sort], arguments.reverse),
    )


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print customers, one a line, or as JSON or CSV."""
    store = open_book(arguments, settings)
    query = _query(arguments, settings, store)
    names = arguments.columns.split(",") if arguments.columns else None
    everything = arguments.json or arguments.csv or arguments.plain
    default = [c.name for c in CUSTOMERS.columns if everything or not c.wide_only]
    columns = [column for column, _heading in chosen_columns(CUSTOMERS, names or default)]
    connection = store.connect()
    try:
        with connection.snapshot():
            rows = query.walk(connection)
            if arguments.json:
                _print_json(columns, rows)
            elif arguments.csv:
                _print_csv(columns, rows)
            elif arguments.plain:
                _print_plain(columns, rows)
            else:
                _print_table(columns, list(rows))
    finally:
        connection.close()
    return ExitCode.DONE


def _values(columns: list[Column], row: Row) -> list[Any]:
    return [row.values[CUSTOMERS.columns.index(column)] for column in columns]


def _print_json(columns: list[Column], rows: Iterable[Row]) -> None:
    print("[", end="")
    for place, row in enumerate(rows):
        shown: dict[str, object] = {"id": row.key}
        for column, value in zip(columns, _values(columns, row), strict=True):
            shown[column.json_name] = _json_value(column, value)
        print(",\n " if place else "", json.dumps(shown, ensure_ascii=False), sep="", end="")
    print("]")


def _json_value(column: Column, value: Any) -> object:
    if isinstance(value, list):
        return value
    return plain_value(column, value) or None


def _print_csv(columns: list[Column], rows: Iterable[Row]) -> None:
    import csv

    from models.sheet_csv import guarded

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([column.json_name for column in columns])
    for row in rows:
        cells = zip(columns, _values(columns, row), strict=True)
        out.writerow([guarded(plain_value(column, value)) for column, value in cells])


def _print_plain(columns: list[Column], rows: Iterable[Row]) -> None:
    at = now()
    for row in rows:
        cells = zip(columns, _values(columns, row), strict=True)
        texts = (
            cell_text(column, value, at) if column.kind == "text" else plain_value(column, value)
            for column, value in cells
        )
        print("\t".join(texts))


def _print_table(columns: list[Column], rows: list[Row]) -> None:
    from rich.cells import cell_len, set_cell_size

    at = now()
    lines = [[_(column.label) for column in columns]]
    for row in rows:
        cells = zip(columns, _values(columns, row), strict=True)
        lines.append([cell_text(column, value, at) for column, value in cells])
    widths = [min(max(map(cell_len, cells)), 40) for cells in zip(*lines, strict=True)]
    for line in lines:
        texts = [
            set_cell_size(text if cell_len(text) <= width else text[: width - 1] + "…", width)
            for text, width in zip(line, widths, strict=True)
        ]
        print("  ".join(texts).rstrip())
    print(ngettext("{count} customer", "{count} customers", len(rows)), file=sys.stderr)


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one customer."""
    from models.customer_page import find_customer, read_customer

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).ids
    page = read_customer(store, find_customer(store, arguments.customer, accounts))
    shown = {
        "cloud": page.account.cloud,
        **page.customer.model_dump(mode="json", exclude={"search_text", "company_sort"}),
        "company_profile": page.company.model_dump(mode="json", exclude={"customer_id"}),
        "billing_profile": page.billing.model_dump(mode="json", exclude={"customer_id", "version"}),
        "tags": page.tags,
        "notes": [note.model_dump(mode="json", exclude={"customer_id"}) for note in page.notes],
        "changes": [
            entry.model_dump(mode="json", exclude={"before", "after"})
            | {"before": json.loads(entry.before), "after": json.loads(entry.after)}
            for entry in page.changes
        ],
    }
    if arguments.json:
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return ExitCode.DONE
    _print_fields(shown)
    return ExitCode.DONE


def _print_fields(shown: dict[str, Any], above: str = "") -> None:
    from models.plain import shown as safe

    for name, value in shown.items():
        if isinstance(value, dict):
            _print_fields(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, entry in enumerate(value, 1):
                _print_fields(entry, f"{above}{name}.{place}.")
        elif value not in (None, "", [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            print(f"{above}{name}: {safe(text)}")


def run_export(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write customers to a file."""
    store = open_book(arguments, settings)
    query = _query(arguments, settings, store)
    names = arguments.columns.split(",") if arguments.columns else None
    path = arguments.file.expanduser()
    connection = store.connect()
    try:
        total = query.count(connection)
        with progress_line(_("Writing {file}").format(file=path.name)) as told:
            written = export(
                connection, query, path,
                columns=chosen_columns(CUSTOMERS, names),
                format=format_of(path, arguments.format), overwrite=arguments.overwrite,
                progress=lambda rows: told(rows, total),
            )  # fmt: skip
    finally:
        connection.close()
    text = ngettext(
        "{count} row written to {file}", "{count} rows written to {file}", written, file=path
    )
    print(text, file=sys.stderr)
    return ExitCode.DONE
