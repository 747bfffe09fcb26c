"""The flags that choose rows and columns of a list: the same in every command that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.listing import Listing
from models.clock import now, to_millis
from models.customer_export import chosen_columns
from models.errors import FilterError, UsageError
from models.filters import parse
from models.languages import _
from models.lists import Query, Sort

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from models.connection import Connection
    from models.lists import ListSpec


def add_choice(command: argparse.ArgumentParser, spec: ListSpec, filter_help: str) -> None:
    """Add the flags that choose rows, their order and columns."""
    command.add_argument("--filter", default="", metavar="TEXT", help=filter_help)
    command.add_argument(
        "--sort",
        default=spec.default_sort.column,
        metavar="COLUMN",
        help=_("sort by this column (default: %(default)s)"),
    )
    command.add_argument("--reverse", action="store_true", help=_("the other way round"))
    names = ", ".join(column.name for column in spec.columns)
    command.add_argument("--columns", metavar="A,B,…",
                         help=_("columns, of: {names}").format(names=names))  # fmt: skip


def add_forms(command: argparse.ArgumentParser) -> None:
    """Add the flags that say in which form a list is printed."""
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    form.add_argument("--csv", action="store_true", help=_("CSV, values as stored"))
    form.add_argument("--plain", action="store_true",
                      help=_("values as stored, separated by tabs, no heading"))  # fmt: skip


def chosen_query(arguments: argparse.Namespace, spec: ListSpec, accounts: tuple[int, ...]) -> Query:
    """Return the query that the flags of `add_choice` mean.

    Raises:
        FilterError: the filter cannot be read.
        UsageError: the list cannot be sorted so.
    """
    if not _is_text(arguments.filter):
        raise FilterError(_("The filter cannot be read."))
    sortable = {
        name: column.name for column in spec.sortable()
        for name in (column.name, *column.aliases)
    }  # fmt: skip
    if arguments.sort not in sortable:
        raise UsageError(
            _("The list cannot be sorted by {name}.").format(name=arguments.sort),
            _("Sort by one of: {names}.").format(
                names=", ".join(column.name for column in spec.sortable())
            ),
        )
    name, usual = sortable[arguments.sort], spec.default_sort
    descending = name == usual.column and usual.descending
    sort = Sort(name, descending is not arguments.reverse)
    at = now()
    return Query(spec, accounts, parse(arguments.filter, spec, at), sort, at=to_millis(at))


def column_names(arguments: argparse.Namespace) -> Sequence[str] | None:
    """Return the names of `--columns`; None where it is not given."""
    return arguments.columns.split(",") if arguments.columns else None


def print_list(arguments: argparse.Namespace, query: Query, connection: Connection) -> int | None:
    """Print a list in the form that the flags say; return the rows of a table that was printed."""
    spec = query.spec
    everything = arguments.json or arguments.csv or arguments.plain
    default = [column.name for column in spec.columns if everything or not column.wide_only]
    columns = chosen_columns(spec, column_names(arguments) or default)
    with connection.snapshot():
        listing = Listing(spec, [column for column, _heading in columns], query.walk(connection))
        if arguments.json:
            listing.print_json()
        elif arguments.csv:
            listing.print_csv()
        elif arguments.plain:
            listing.print_plain()
        else:
            return listing.print_table(now())
    return None


def _is_text(word: str) -> bool:
    """Say whether a word of the command line is text, not bytes that are no UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
