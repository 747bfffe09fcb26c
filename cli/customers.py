"""`partnerdesk customers`: list, show and export customers; import has a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import customers_import
from cli.books import given_path, open_book, progress_line, scope
from cli.listing import Listing
from cli.printing import json_text, tell
from models.account_list import ALL
from models.clock import now
from models.customer_export import chosen_columns, export, format_of
from models.customer_list import CUSTOMERS
from models.errors import ExitCode, FilterError, UsageError
from models.filters import parse
from models.languages import _, ngettext
from models.lists import Query, Sort
from models.plain import shown

if TYPE_CHECKING:
    import argparse

    from sqlmodel import SQLModel

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
    if not _is_text(arguments.filter):
        raise FilterError(_("The filter cannot be read."))
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


def _is_text(word: str) -> bool:
    """Say whether a word of the command line is text, not bytes that are no UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


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
            listing = Listing(CUSTOMERS, columns, query.walk(connection))
            if arguments.json:
                listing.print_json()
            elif arguments.csv:
                listing.print_csv()
            elif arguments.plain:
                listing.print_plain()
            else:
                count = listing.print_table(now())
                tell(ngettext("{count} customer", "{count} customers", count))
    finally:
        connection.close()
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one customer."""
    from models.customer_page import find_customer, read_customer

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).ids
    page = read_customer(store, find_customer(store, arguments.customer, accounts))
    fields = {
        "cloud": page.account.cloud,
        **_fields(page.customer, "search_text", "company_sort"),
        "company_profile": _fields(page.company, "customer_id"),
        "billing_profile": _fields(page.billing, "customer_id", "version"),
        "tags": page.tags,
        "notes": [_fields(note, "customer_id") for note in page.notes],
        "changes": [
            {
                **_fields(entry, "before", "after"),
                "before": json.loads(entry.before),
                "after": json.loads(entry.after),
            }
            for entry in page.changes
        ],
    }
    if arguments.json:
        print(json_text(fields, indent=2))
        return ExitCode.DONE
    _print_fields(fields)
    return ExitCode.DONE


def _fields(entity: SQLModel, *without: str) -> dict[str, Any]:
    """Return the fields of a record as JSON has them, in the order of its class."""
    dumped = entity.model_dump(mode="json", exclude=set(without))
    return {name: dumped[name] for name in type(entity).model_fields if name in dumped}


def _print_fields(fields: dict[str, Any], above: str = "") -> None:
    for name, value in fields.items():
        if isinstance(value, dict):
            _print_fields(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, entry in enumerate(value, 1):
                _print_fields(entry, f"{above}{name}.{place}.")
        elif value not in (None, "", [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            print(f"{above}{name}: {shown(text)}")


def run_export(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write customers to a file."""
    store = open_book(arguments, settings)
    query = _query(arguments, settings, store)
    names = arguments.columns.split(",") if arguments.columns else None
    columns = chosen_columns(CUSTOMERS, names)
    path = given_path(arguments.file)
    format_ = format_of(path, arguments.format)
    connection = store.connect()
    try:
        total = query.count(connection)
        with progress_line(_("Writing {file}").format(file=path.name)) as told:
            written = export(
                connection, query, path,
                columns=columns, format=format_, overwrite=arguments.overwrite,
                progress=lambda rows: told(rows, total),
            )  # fmt: skip
    finally:
        connection.close()
    text = ngettext(
        "{count} row written to {file}", "{count} rows written to {file}", written, file=path
    )
    tell(text)
    return ExitCode.DONE
