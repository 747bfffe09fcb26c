"""`partnerdesk subscriptions`: list, show, import and export; changes have their own file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.lists import options
from partnerdesk.cli.lists.exporting import add_export
from partnerdesk.cli.lists.options import add_formats, add_query_flags
from partnerdesk.cli.shared.import_file import add_import
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import json_text
from partnerdesk.cli.shared.records import print_fields
from partnerdesk.cli.subscriptions import changes
from partnerdesk.cli.subscriptions.record import subscription_json
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `subscriptions` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    filter_help = _("as in the console: words, renews<30d, auto:no, status:suspended")

    listing = parts.add_parser("list", parents=[shared], help=_("list subscriptions"))
    add_query_flags(listing, SUBSCRIPTIONS, filter_help)
    changes.add_customer(listing)
    add_formats(listing)
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", parents=[shared], help=_("show one subscription"))
    show.add_argument("id", metavar="ID", help=_("Microsoft ID, or number in the book"))
    show.add_argument("--json", action="store_true", help=_("as one JSON object"))
    show.set_defaults(run=run_show)

    add_export(
        parts, shared, SUBSCRIPTIONS, filter_help, _("write them to a CSV, XLSX or JSON file")
    )
    changes.add_commands(parts, shared)
    import_help = _("read a list of the portal or of a distributor, for an account kept by hand")
    add_import(parts, shared, "subscriptions", import_help)


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list of subscriptions."""
    narrowed = partial(changes.of_customer, arguments)
    return options.run_list(arguments, settings, SUBSCRIPTIONS, _counted, narrowed)


def _counted(count: int) -> str:
    return ngettext("{count} subscription", "{count} subscriptions", count)


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one subscription with its customer and changes."""
    from partnerdesk.models.core.clock import now
    from partnerdesk.models.pages.change import entry_json
    from partnerdesk.models.pages.subscription import read_whole_subscription
    from partnerdesk.models.subscriptions.page import subscription_named

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).ids
    with store.reading() as session:
        id = subscription_named(session, arguments.id, accounts).id or 0
    page = read_whole_subscription(store, id, now())
    fields = {**subscription_json(page), "changes": [entry_json(entry) for entry in page.changes]}
    if arguments.json:
        print(json_text(fields, indent=2))
    else:
        print_fields(fields)
    return ExitCode.DONE
