"""The `export` commands of lists: rows of a filter to a CSV, XLSX or JSON file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import add_query_flags, chosen_query, column_names
from partnerdesk.cli.shared.open_book import open_book, progress_line, scope
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.given_files import expanded
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.export import chosen_columns, export, format_of

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.settings.model import Settings


def add_export(
    parts: Subcommands,
    shared: argparse.ArgumentParser,
    spec: ListSpec,
    filter_help: str,
    help_text: str,
) -> None:
    """Add `export` for a list."""
    exporting = parts.add_parser("export", parents=[shared], help=help_text)
    exporting.add_argument("file", type=Path)
    add_query_flags(exporting, spec, filter_help)
    exporting.add_argument(
        "--format", default="", metavar="csv|xlsx|json", help=_("default: by the file's ending")
    )
    exporting.add_argument("--overwrite", action="store_true", help=_("replace an existing file"))
    exporting.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write rows of the list to a file."""
    spec = arguments.spec
    store = open_book(arguments, settings)
    query = chosen_query(arguments, spec, scope(arguments, settings, store, ALL).ids)
    columns = chosen_columns(spec, column_names(arguments, spec))
    path = expanded(arguments.file)
    format_ = format_of(path, arguments.format)
    with closing(store.connect()) as connection:
        total = query.count(connection)
        with progress_line(_("Writing {file}").format(file=path.name)) as on_progress:
            written = export(
                connection,
                query,
                path,
                columns=columns,
                format=format_,
                overwrite=arguments.overwrite,
                progress=lambda rows: on_progress(rows, total),
            )
    text = ngettext(
        "{count} row written to {file}", "{count} rows written to {file}", written, file=path
    )
    tell(text)
    return ExitCode.DONE
