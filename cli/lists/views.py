"""`partnerdesk views`: list, save and delete saved views, which belong to a person, not a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.cli.lists.options import chosen_sort, filter_of
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ConflictError, ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _
from partnerdesk.models.lists.export import chosen_columns
from partnerdesk.models.lists.saved_views import ChosenColumn, SavedView, own_name
from partnerdesk.models.operations.registry import LISTS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from partnerdesk.models.lists.saved_views_file import Reading
    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `views` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    listing = parts.add_parser("list", parents=[shared], help=_("list the views of all lists"))
    listing.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    listing.set_defaults(run=run_list)

    saving = parts.add_parser("save", parents=[shared], help=_("save a view under a name"))
    _add_name(saving)
    saving.add_argument("--filter", default="", metavar="TEXT", help=_("as in the console"))
    saving.add_argument("--sort", default="", metavar="COLUMN", help=_("sort by this column"))
    saving.add_argument("--reverse", action="store_true", help=_("the other way round"))
    saving.add_argument("--columns", metavar="A,B,…", help=_("columns of the list, in this order"))
    saving.add_argument("--wide", action="store_true", help=_("with the further columns"))
    saving.add_argument("--overwrite", action="store_true", help=_("replace a view of that name"))
    saving.set_defaults(run=run_save)

    deleting = parts.add_parser("delete", parents=[shared], help=_("delete a view of your own"))
    _add_name(deleting)
    deleting.set_defaults(run=run_delete)


def _add_name(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME")
    list_help = _("which list (default: %(default)s)")
    command.add_argument("--list", choices=tuple(LISTS), default=CUSTOMERS.name, help=list_help)


def run_list(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Print the views of all lists, one per line, or as JSON."""
    from partnerdesk.models.lists.saved_views_file import read_views

    saved = _with_notice(read_views()).kept
    views = [view for name in LISTS for view in saved.of(name)]
    if arguments.json:
        print(json_text([_json(view) for view in views], indent=2))
        return ExitCode.DONE
    for view in views:
        title = f" ({view.name})" if view.id else ""
        parts = [f"{view.list_name}: {view.word}{title}", view.filter or "–", *_flags_of_view(view)]
        print(shown(" · ".join(parts)))
    return ExitCode.DONE


def run_save(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Save a view in the file of the person's own views."""
    from partnerdesk.models.lists.saved_views_file import keep_view

    spec = LISTS[arguments.list]
    filter_of(arguments, spec, now())
    sort = chosen_sort(arguments.sort, spec, spec.default_sort)
    names = arguments.columns.split(",") if arguments.columns is not None else []
    columns = dict.fromkeys(column.name for column, _heading in chosen_columns(spec, names))
    view = SavedView(
        spec.name,
        own_name(spec.name, arguments.name),
        " ".join(arguments.filter.splitlines()),
        sort.column,
        descending=sort.descending is not arguments.reverse,
        columns=tuple(map(ChosenColumn, columns)),
        wide=arguments.wide,
    )
    try:
        _with_notice(keep_view(view, over=arguments.overwrite))
    except ConflictError as error:
        raise ConflictError(error.message, _("--overwrite replaces it.")) from None
    tell(_("The view {name} is kept.").format(name=shown(view.name)))
    return ExitCode.DONE


def run_delete(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Delete a view of the person's own."""
    from partnerdesk.models.lists.saved_views_file import read_views, remove_view

    view = _with_notice(read_views()).kept.find(arguments.list, arguments.name)
    if view.id:
        raise UsageError(_("{name} comes with the program.").format(name=view.name))
    remove_view(view)
    tell(_("The view {name} is deleted.").format(name=shown(view.name)))
    return ExitCode.DONE


def _flags_of_view(view: SavedView) -> Iterator[str]:
    """Return sort and columns of a view as the flags of `views save`."""
    usual = LISTS[view.list_name].default_sort
    if view.sort and (view.sort, view.descending) != (usual.column, usual.descending):
        falls = view.sort == usual.column and usual.descending
        yield f"--sort {view.sort}" + (" --reverse" if view.descending is not falls else "")
    if view.columns:
        yield "--columns " + ",".join(column.name for column in view.columns)
    if view.wide:
        yield "--wide"


def _with_notice(reading: Reading) -> Reading:
    if reading.notice:
        tell(reading.notice)
    return reading


def _json(view: SavedView) -> dict[str, Any]:
    return {
        "list": view.list_name,
        "name": view.word,
        "title": view.name,
        "own": not view.id,
        "filter": view.filter,
        "sort": view.sort or None,
        "descending": view.descending,
        "columns": [
            {"name": column.name, "width": column.width or None} for column in view.columns
        ],
        "wide": view.wide,
    }
