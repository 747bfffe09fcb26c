"""`partnerdesk relationships`: the lists; changing commands have their own files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.lists import options
from partnerdesk.cli.lists.options import add_formats, add_query_flags, add_view, column_names
from partnerdesk.cli.relationships import (
    answers,
    bulk,
    delegated_admin,
    end,
    invitation,
    invite,
    partners,
    send,
)
from partnerdesk.cli.shared.import_file import add_import
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.relationships.lists import TABS

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.settings.model import Settings

NUMBER = "number"
"""The column with the ID that other commands take; printed tables always have it."""


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `relationships` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    _add_list(parts, shared)
    invitation.add_command(parts, shared)
    invite.add_command(parts, shared)
    answers.add_commands(parts, shared)
    end.add_command(parts, shared)
    bulk.add_commands(parts, shared)

    of_others = parts.add_parser(
        "partners", parents=[shared], help=_("indirect providers and resellers")
    )
    of_partners = of_others.add_subparsers(required=True, metavar="WHAT")
    _add_tab(of_partners, shared, "partners", _("list the partners on the other side"))
    partners.add_commands(of_partners, shared)
    add_import(of_partners, shared, "partners", _("read partners from a table file"))

    invited = parts.add_parser(
        "invitations", parents=[shared], help=_("invitations that were made elsewhere")
    )
    of_invited = invited.add_subparsers(required=True, metavar="WHAT")
    _add_tab(of_invited, shared, "invitations", _("list all invitations"))
    import_help = _("record the invitations of a table file as made in the portal")
    add_import(of_invited, shared, "invitations", import_help)

    delegated = parts.add_parser(
        "delegated-admin",
        parents=[shared],
        help=_("delegated-admin relationships: keep, request, approve, terminate"),
    )
    of_delegated = delegated.add_subparsers(required=True, metavar="WHAT")
    _add_tab(of_delegated, shared, "delegated-admin", _("list them, of all customers"))
    delegated_admin.add_commands(of_delegated, shared)
    import_help = _("read the portal's export of relationships, or any table file")
    add_import(of_delegated, shared, "delegated-admin", import_help)

    send.add_command(parts, shared)


def _add_list(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    columns = "; ".join(
        f"{tab}: " + ", ".join(column.name for column in spec.columns) for tab, spec in TABS.items()
    )
    sorts = ", ".join(f"{tab}: {spec.default_sort.column}" for tab, spec in TABS.items())
    listing = parts.add_parser(
        "list",
        parents=[shared],
        help=_("list invitations, partners, delegated admin or ended customers"),
        epilog=_("The columns: {columns}.").format(columns=columns),
    )
    tab_help = _("which list (default: %(default)s)")
    listing.add_argument("--tab", choices=tuple(TABS), default="invitations", help=tab_help)
    add_view(listing)
    listing.add_argument(
        "--filter",
        default="",
        metavar="TEXT",
        help=_("as in the console: words, state:sent, ends<30d, -auto:yes, agreement:no"),
    )
    sort_help = _("sort by this column (default: {sorts})").format(sorts=sorts)
    listing.add_argument("--sort", default="", metavar="COLUMN", help=sort_help)
    listing.add_argument("--reverse", action="store_true", help=_("the other way round"))
    listing.add_argument("--columns", metavar="A,B,…", help=_("columns of the list, see below"))
    add_formats(listing)
    listing.set_defaults(run=run_list)


def _add_tab(parts: Subcommands, shared: argparse.ArgumentParser, tab: str, help_text: str) -> None:
    listing = parts.add_parser("list", parents=[shared], help=help_text)
    add_query_flags(listing, TABS[tab], _("as in the console: words, field:value, -field:value"))
    add_formats(listing)
    listing.set_defaults(run=run_list, tab=tab)


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list of a tab."""
    spec = TABS[arguments.tab]
    machine = arguments.json or arguments.csv or arguments.plain
    if not (machine or column_names(arguments, spec)):
        arguments.columns = ",".join(_table(spec))
    return options.run_list(arguments, settings, spec, partial(_count, arguments.tab))


def _table(spec: ListSpec) -> list[str]:
    """Return the columns of a printed table: the number, then the narrow columns of the screen."""
    names = [column.name for column in spec.columns if not column.wide_only]
    return [NUMBER, *names] if any(column.name == NUMBER for column in spec.columns) else names


def _count(tab: str, count: int) -> str:
    return {
        "invitations": ngettext("{count} invitation", "{count} invitations", count),
        "partners": ngettext("{count} partner", "{count} partners", count),
        "delegated-admin": ngettext(
            "{count} delegated-admin relationship", "{count} delegated-admin relationships", count
        ),
        "ended": ngettext("{count} customer", "{count} customers", count),
    }[tab]
