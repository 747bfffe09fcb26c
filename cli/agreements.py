"""`partnerdesk agreements list`: who accepted the customer agreement, how and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import add_formats, add_query_flags
from partnerdesk.cli.lists.options import run_list as print_list
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.settings.model import Settings

COLUMNS = "company,domain,id,relationship,agreement,signed,signer"
"""The columns of the list of customers that say it."""


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `agreements` and its part."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    listing = parts.add_parser(
        "list", parents=[shared], help=_("list customers with their acceptance of the agreement")
    )
    filter_help = _("as in the list of customers: words, agreement:never, signed:attested")
    add_query_flags(listing, CUSTOMERS, filter_help)
    add_formats(listing)
    listing.set_defaults(run=run_list)


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print customers with their acceptance."""
    if not arguments.columns and not arguments.view:
        arguments.columns = COLUMNS
    return print_list(arguments, settings, CUSTOMERS, _counted)


def _counted(count: int) -> str:
    return ngettext("{count} customer", "{count} customers", count)
