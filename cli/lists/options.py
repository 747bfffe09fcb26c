"""The flags that choose rows and columns of a list, shared by all commands with a list."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.listing import Listing
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import now, to_millis
from partnerdesk.models.core.errors import ExitCode, FilterError, UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.lists.export import chosen_columns
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.saved_views import both
from partnerdesk.models.lists.spec import Sort

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.filter_parser import Filter
    from partnerdesk.models.lists.saved_views import SavedView
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.settings.model import Settings


def add_query_flags(command: argparse.ArgumentParser, spec: ListSpec, filter_help: str) -> None:
    """Add the flags for the rows, their order and the columns."""
    add_view(command)
    command.set_defaults(spec=spec)  # read by the shell completion
    command.add_argument("--filter", default="", metavar="TEXT", help=filter_help)
    sort_help = _("sort by this column (default: {sorts})").format(sorts=spec.default_sort.column)
    command.add_argument("--sort", default="", metavar="COLUMN", help=sort_help)
    command.add_argument("--reverse", action="store_true", help=_("the other way round"))
    names = ", ".join(column.name for column in spec.columns)
    command.add_argument(
        "--columns", metavar="A,B,…", help=_("columns, of: {names}").format(names=names)
    )


def add_view(command: argparse.ArgumentParser) -> None:
    """Add the flag that names a saved view."""
    command.add_argument(
        "--view",
        metavar="NAME",
        help=_("rows, order and columns of a saved view; --filter narrows it (see `views list`)"),
    )


def add_formats(command: argparse.ArgumentParser) -> None:
    """Add `--json`, `--csv` and `--plain`."""
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    form.add_argument("--csv", action="store_true", help=_("CSV, values as stored"))
    form.add_argument(
        "--plain", action="store_true", help=_("values as stored, separated by tabs, no heading")
    )


def chosen_query(arguments: argparse.Namespace, spec: ListSpec, accounts: tuple[int, ...]) -> Query:
    """Return the query for the flags of `add_query_flags`.

    Raises:
        FilterError: the filter cannot be read.
        UsageError: the column is not sortable, or the list has no such view.
    """
    at = now()
    chosen, view = filter_of(arguments, spec, at), chosen_view(arguments, spec)
    usual = spec.default_sort
    if view is not None:
        chosen = both(parse(view.filter, spec, at), chosen)
        usual = view.sort_of(spec)
    sort = chosen_sort(arguments.sort, spec, usual)
    if arguments.reverse:
        sort = replace(sort, descending=not sort.descending)
    return Query(spec, accounts, chosen, sort, at=to_millis(at))


def filter_of(arguments: argparse.Namespace, spec: ListSpec, at: datetime) -> Filter:
    """Return the filter of `--filter`.

    Raises:
        FilterError: the filter cannot be read.
    """
    if not _is_text(arguments.filter):
        raise FilterError(_("The filter cannot be read."))
    return parse(arguments.filter, spec, at)


def chosen_view(arguments: argparse.Namespace, spec: ListSpec) -> SavedView | None:
    """Return the view of `--view`; None without that flag.

    Raises:
        UsageError: the list has no such view; the message names the nearest and all others.
        FileError: the file of the person's own views cannot be read.
    """
    name = getattr(arguments, "view", None)
    if name is None:
        return None
    from partnerdesk.models.lists.saved_views_file import read_views

    reading = read_views()
    if reading.notice:
        tell(reading.notice)
    return reading.kept.find(spec.name, name)


def chosen_sort(word: str, spec: ListSpec, usual: Sort) -> Sort:
    """Return the sort by the column `word`; `usual` if `word` is empty.

    Raises:
        UsageError: the column is not sortable.
    """
    if not word:
        return usual
    sortable = {
        name: column.name for column in spec.sortable() for name in (column.name, *column.aliases)
    }
    if word not in sortable:
        raise UsageError(
            _("The list cannot be sorted by {name}.").format(name=word),
            _("Sort by one of: {names}.").format(
                names=", ".join(column.name for column in spec.sortable())
            ),
        )
    name, default = sortable[word], spec.default_sort
    return Sort(name, name == default.column and default.descending)


def column_names(arguments: argparse.Namespace, spec: ListSpec) -> Sequence[str] | None:
    """Return the columns of `--columns`, else of the view; None if neither names any."""
    if arguments.columns is not None:
        return list(arguments.columns.split(","))
    view = chosen_view(arguments, spec)
    return (view.column_names(spec) or None) if view is not None else None


def run_list(
    arguments: argparse.Namespace,
    settings: Settings,
    spec: ListSpec,
    counted: Callable[[int], str],
    narrowed: Callable[[Store, Query], Query] = lambda _store, query: query,
) -> ExitCode:
    """Print a list of the book as a table, tab-separated lines, JSON or CSV.

    Args:
        arguments: the flags of `add_query_flags` and `add_formats`.
        settings: the book and the clouds.
        spec: the list.
        counted: returns the text below a table for the number of its rows.
        narrowed: returns the query of those rows that further flags choose.
    """
    store = open_book(arguments, settings)
    query = chosen_query(arguments, spec, scope(arguments, settings, store, ALL).ids)
    query = narrowed(store, query)
    with closing(store.connect()) as connection:
        count = _print_list(arguments, query, connection)
    if count is not None:
        tell(counted(count))
    return ExitCode.DONE


def _print_list(arguments: argparse.Namespace, query: Query, connection: Connection) -> int | None:
    """Print a list in the chosen format; return the number of rows of a table, else None."""
    spec = query.spec
    everything = arguments.json or arguments.csv or arguments.plain
    default = [column.name for column in spec.columns if everything or not column.wide_only]
    columns = chosen_columns(spec, column_names(arguments, spec) or default)
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
    """Return whether an argument is valid UTF-8: Python passes other bytes as surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
