"""`partnerdesk customers`: list, show and export; changing commands have their own files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.customers import add as customers_add
from partnerdesk.cli.customers import edit as customers_edit
from partnerdesk.cli.customers.record import customer_json
from partnerdesk.cli.lists import options
from partnerdesk.cli.lists.exporting import add_export
from partnerdesk.cli.lists.options import add_formats, add_query_flags
from partnerdesk.cli.shared.import_file import add_import
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import print_fields, record_fields
from partnerdesk.cli.subscriptions.record import subscription_fields
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.given_files import expanded
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.relationships.of_customer import RelationshipRecords
    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `customers` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")

    listing = parts.add_parser("list", parents=[shared], help=_("list customers"))
    filter_help = _("as in the console: words, country:de, seen>30d, -tag:vip")
    add_query_flags(listing, CUSTOMERS, filter_help)
    add_formats(listing)
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", parents=[shared], help=_("show one customer"))
    show.add_argument("customer", metavar="ID|DOMAIN", help=_("Microsoft ID or primary domain"))
    show.add_argument("--json", action="store_true", help=_("as one JSON object"))
    show.set_defaults(run=run_show)

    add_export(
        parts,
        shared,
        CUSTOMERS,
        filter_help,
        _("write customers to a CSV, XLSX or JSON file; by default the portal's columns"),
    )

    evidence = parts.add_parser(
        "evidence",
        parents=[shared],
        help=_("write all that the book knows of a customer into one file that proves itself"),
        description=_(
            "Writes a ZIP file with profile, relationships, invitations, delegated admin, "
            "subscriptions, and all changes with who and why; evidence verify checks it."
        ),
    )
    evidence.add_argument("customer", metavar="ID|DOMAIN", help=_("Microsoft ID or primary domain"))
    evidence.add_argument("--out", type=Path, metavar="FILE.zip", required=True, help=_("the file"))
    evidence.set_defaults(run=run_evidence)

    customers_add.add_command(parts, shared)
    customers_edit.add_commands(parts, shared)
    add_import(
        parts,
        shared,
        "customers",
        _("read the portal's customer export, or any CSV, XLSX or JSON file"),
    )


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list of customers."""
    return options.run_list(arguments, settings, CUSTOMERS, _counted)


def _counted(count: int) -> str:
    return ngettext("{count} customer", "{count} customers", count)


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one customer with relationships and changes."""
    from partnerdesk.models.customers.page import find_customer
    from partnerdesk.models.pages.change import entry_json
    from partnerdesk.models.pages.customer import read_whole_customer

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).ids
    page = read_whole_customer(store, find_customer(store, arguments.customer, accounts))
    fields: dict[str, Any] = {
        **customer_json(page),
        **_relationship(page.relationship),
        "subscriptions": [subscription_fields(one) for one in page.subscriptions],
        "changes": [entry_json(entry) for entry in page.changes],
    }
    fields["billing_profile"]["address"] = page.address  # the address lines in the country's format
    if arguments.json:
        print(json_text(fields, indent=2))
        return ExitCode.DONE
    print_fields(fields)
    return ExitCode.DONE


def run_evidence(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the evidence pack of a customer."""
    from partnerdesk.models.customers.page import find_customer
    from partnerdesk.models.pages.evidence import write_evidence

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).ids
    path = expanded(arguments.out)
    changes = write_evidence(store, find_customer(store, arguments.customer, accounts), path)
    text = ngettext(
        "{count} change written to {file}", "{count} changes written to {file}", changes, file=path
    )
    tell(text)
    return ExitCode.DONE


def _relationship(records: RelationshipRecords) -> dict[str, list[dict[str, Any]]]:
    """Return invitations, relationships and delegated admin, with their states as of now."""
    from partnerdesk.models.core.clock import now

    at = now()
    without = ("customer_id", "account_id", "name_sort", "search_text", "ends_sort", "version")
    return {
        "invitations": [
            record_fields(invitation, *without) | {"state": invitation.state_at(at).value}
            for invitation in records.invitations
        ],
        "relationships": [
            record_fields(relationship, *without) | {"state": relationship.state.value}
            for relationship in records.relationships
        ],
        "delegated_admin": [
            record_fields(delegation, *without) | {"status": delegation.status_at(at).value}
            for delegation in records.delegated_admin
        ],
    }
