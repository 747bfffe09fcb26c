"""`partnerdesk relationships extend|reseller|go-on`: runs over many records."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import chosen_query
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import add_dry_run
from partnerdesk.cli.shared.runs import run_over, tell_resuming
from partnerdesk.cli.shared.sent_calls import send_now
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.settings.model import Settings


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `extend`, `reseller` and `go-on`."""
    on = _(
        "A run that was cut off is gone on with by the same command. Exit code 3 where a row "
        "was refused, 5 where one failed; the other rows are done all the same."
    )
    extending = parts.add_parser(
        "extend",
        parents=[shared],
        help=_("extend many delegated-admin relationships"),
        description=_(
            "Moves the end of every delegated-admin relationship that the filter finds, each by a "
            "plan of its own. In all clouds, or that of --cloud. One with Global Administrator is "
            "set apart: it cannot be extended."
        ),
        epilog=on,
    )
    _add_rows(extending, _("as in the list: words, ends<30d, status:active, -role:global"))
    far = extending.add_mutually_exclusive_group(required=True)
    far.add_argument(
        "--by",
        metavar="P180D",
        default="",
        help=_("by how long, ISO 8601; Partner Center itself knows P180D"),
    )
    far.add_argument("--to", metavar="DAY", default="", help=_("until which day: 2027-06-30"))
    extending.set_defaults(run=run_extend)

    naming = parts.add_parser(
        "reseller",
        parents=[shared],
        help=_("name the indirect reseller of many customers"),
        description=_(
            "Names the indirect reseller of every customer that the filter finds, each by a plan "
            "of its own. In all clouds, or that of --cloud."
        ),
        epilog=on,
    )
    _add_rows(naming, _("as in the customer list: words, country:de, -tag:vip"))
    naming.add_argument(
        "--partner",
        metavar="NAME|MPN",
        required=True,
        help=_("one of your resellers by name, MPN ID or Microsoft ID; empty takes the name away"),
    )
    naming.set_defaults(run=run_reseller)

    going = parts.add_parser(
        "go-on",
        parents=[shared],
        help=_("go on with a run that was cut off, and try its failed rows again"),
    )
    going.add_argument("id", metavar="RUN", type=int, help=_("the number of the run"))
    going.add_argument("--json", action="store_true", help=_("the rows as one JSON object"))
    going.set_defaults(run=run_go_on)


def _add_rows(command: argparse.ArgumentParser, filter_help: str) -> None:
    which = command.add_mutually_exclusive_group()
    which.add_argument("--filter", default="", metavar="TEXT", help=filter_help)
    which.add_argument("--all", action="store_true", help=_("every row there is"))
    add_dry_run(command, _("the rows as one JSON object"))


def run_extend(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Extend the delegated-admin relationships that the filter matches."""
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.relationships.delegated_admin import parse_extension

    text_given = arguments.by or arguments.to
    extension = parse_extension(text_given)
    if extension is None or not (extension.by if arguments.by else extension.until):
        text = _("{text} is no duration such as P180D.")
        if not arguments.by:
            text = _("{text} is no day such as 2027-06-30.")
        raise UsageError(text.format(text=shown(text_given[:40])))
    flag = "--by" if arguments.by else "--to"
    request = RunRequest(RunKind.EXTEND, {"by": extension.text})
    return _run(arguments, settings, request, DELEGATED_ADMIN, f"{flag} {extension.text}")


def run_reseller(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Set the indirect reseller of the customers that the filter matches."""
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind

    partner = " ".join(without_nul(arguments.partner).split())
    request = RunRequest(RunKind.NAME_RESELLER, {"reseller": partner})
    return _run(arguments, settings, request, CUSTOMERS, f"--partner {partner}")


def _run(
    arguments: argparse.Namespace,
    settings: Settings,
    request: RunRequest,
    spec: ListSpec,
    flags: str,
) -> ExitCode:
    """Do a run over the rows of the filter, or continue the unfinished run of the same flags."""
    if not (arguments.filter.strip() or arguments.all):
        raise UsageError(
            _("That would be every row there is."), _("Give a --filter, or say so with --all.")
        )
    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).accounts
    run_key = f"{request.kind.value} {' '.join(arguments.filter.split())} {flags}"
    records = _matching_records(arguments, store, accounts, spec)  # raises on a wrong filter
    return run_over(arguments, settings, store, accounts, request, records, run_key)


def _matching_records(
    arguments: argparse.Namespace, store: Store, accounts: tuple[Account, ...], spec: ListSpec
) -> list[tuple[Account, list[int]]]:
    """Return the ids of the matching rows, by account."""
    arguments.sort, arguments.reverse = "", False
    with closing(store.connect()) as connection:
        queries = [(account, chosen_query(arguments, spec, (account.id,))) for account in accounts]
        return [
            (account, [row.key for row in query.walk(connection)]) for account, query in queries
        ]


def run_go_on(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do the remaining rows of a run, and its failed rows again."""
    from partnerdesk.cli.shared.rows import PrintedRows
    from partnerdesk.models.operations.bulk import read_run

    store = open_book(arguments, settings)
    view = read_run(store, arguments.id)
    account = account_of(arguments, settings, store, view.account_id)
    tell_resuming(view, again=True)
    send = partial(send_now, settings, store)
    with PrintedRows(arguments, view.wish.kind, send=send) as printed:
        printed.follow(store, account, view.id, {}, again=True)
    return printed.exit_code
