"""`partnerdesk subscriptions seats|auto-renew|schedule|rename|suspend|reactivate|cancel`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import add_view, chosen_query
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import add_plan_flags, apply_plan, plan_context
from partnerdesk.cli.shared.printing import tell
from partnerdesk.cli.shared.runs import ids_digest, run_over
from partnerdesk.cli.subscriptions.record import subscription_json
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from partnerdesk.cli.shared.runs import AccountRecords
    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.settings.model import Settings

SEVERAL = N_(
    "Several subscriptions are one run: each by a plan of its own. A run that was cut off is gone "
    "on with by the same command; exit code 3 where a row was refused, 5 where one failed."
)


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add the commands that change subscriptions."""
    seats = _add(parts, shared, "seats", _("change the number of seats"))
    seats.add_argument(
        "--to", metavar="NUMBER", required=True, help=_("the number of seats: 25, or +5, or -2")
    )
    seats.set_defaults(run=run_seats)

    renewal = _add(parts, shared, "auto-renew", _("let them renew themselves, or not"))
    renewal.add_argument("--set", choices=("on", "off"), required=True, help=_("on or off"))
    renewal.set_defaults(run=run_auto_renew)

    schedule = _add(parts, shared, "schedule", _("schedule what they renew with, or take it back"))
    schedule.add_argument("--seats", metavar="NUMBER", help=_("seats: 25, or +5, or -2"))
    schedule.add_argument("--term", choices=("P1M", "P1Y", "P3Y"), help=_("the term, ISO 8601"))
    cycles = ("monthly", "annual", "triennial")
    schedule.add_argument("--billing", choices=cycles, help=_("how often it is billed"))
    product = _("another product: product:SKU or product:SKU:availability")
    schedule.add_argument("--product", metavar="ID", help=product)
    as_it_is = _("take back what is scheduled: they renew as they are")
    schedule.add_argument("--as-it-is", action="store_true", help=as_it_is)
    schedule.set_defaults(run=run_schedule)

    naming = _add(parts, shared, "rename", _("give one another name of your own"))
    naming.add_argument("--name", metavar="TEXT", required=True, help=_("the new name"))
    naming.set_defaults(run=run_rename)

    for name, status, help_text in (
        ("suspend", "suspended", _("suspend active ones: users lose access, billing goes on")),
        ("reactivate", "active", _("reactivate suspended ones")),
        ("cancel", "deleted", _("cancel them, in the time in which that is possible")),
    ):
        command = _add(parts, shared, name, help_text)
        command.add_argument("--why", default="", metavar="TEXT", help=_("why, for the history"))
        command.set_defaults(run=run_status, status=status)


def add_customer(command: argparse.ArgumentParser) -> None:
    """Add the flag that chooses the subscriptions of one customer."""
    command.add_argument(
        "--customer", default="", metavar="ID|DOMAIN", help=_("only those of this customer")
    )


def _add(
    parts: Subcommands, shared: argparse.ArgumentParser, name: str, help_text: str
) -> argparse.ArgumentParser:
    command = parts.add_parser(name, parents=[shared], help=help_text, epilog=_(SEVERAL))
    ids = _("Microsoft ID, or number in the book; several make one run")
    command.add_argument("id", metavar="ID", nargs="*", help=ids)
    add_view(command)
    which = _("as in the list: words, renews<30d, auto:no, status:suspended")
    command.add_argument("--filter", default="", metavar="TEXT", help=which)
    add_customer(command)
    command.add_argument("--all", action="store_true", help=_("every row there is"))
    add_plan_flags(command)
    command.set_defaults(spec=SUBSCRIPTIONS)
    return command


def run_seats(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Change the number of seats, to a number or by a difference."""
    return _run(arguments, settings, {"seats": _seats(arguments.to)})


def _seats(typed: str) -> str:
    text = typed.strip()
    if not (text.lstrip("+-").isdecimal() and len(text) < 9):
        raise UsageError(
            _("{text} is no number of seats.").format(text=shown(text[:40])),
            _("Write 25, or +5 for five more, or -2 for two fewer."),
        )
    return text


def run_schedule(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Schedule what subscriptions renew with, or take that back."""
    wish = {
        "renewal_seats": _seats(arguments.seats) if arguments.seats is not None else "",
        "renewal_term": arguments.term or "",
        "renewal_billing": arguments.billing or "",
        "renewal_offer": arguments.product or "",
    }
    wish = {name: text for name, text in wish.items() if text}
    if arguments.as_it_is is bool(wish):
        raise UsageError(
            _("Say what they renew with."),
            _("Give --seats, --term, --billing or --product; or --as-it-is to take it back."),
        )
    return _run(arguments, settings, wish or {"renewal": "as-it-is"})


def run_auto_renew(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Let subscriptions renew themselves, or not."""
    wish = "yes" if arguments.set == "on" else "no"
    return _run(arguments, settings, {"auto_renew": wish})


def run_rename(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Give one subscription another name."""
    return _run(arguments, settings, {"name": arguments.name})


def run_status(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Suspend, reactivate or cancel subscriptions."""
    why = {"why": arguments.why.strip()} if arguments.why.strip() else {}
    return _run(arguments, settings, {"status": arguments.status, **why})


def _run(arguments: argparse.Namespace, settings: Settings, wish: Mapping[str, str]) -> ExitCode:
    """Change the one subscription that is named, or all that are chosen, as a run."""
    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).accounts
    by_list = bool(
        arguments.filter.strip() or arguments.all or arguments.customer or arguments.view
    )
    if bool(arguments.id) is by_list:
        raise UsageError(
            _("Say which subscriptions."),
            _("Name one or several, or give --filter, --view, --customer or --all."),
        )
    if len(arguments.id) == 1:
        return _run_one(arguments, settings, store, accounts, wish)
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind

    chosen = _chosen(arguments, store, accounts)
    request = RunRequest(RunKind.SUBSCRIPTIONS, wish)
    digest = ids_digest(id for _account, ids in chosen for id in ids)
    words = " ".join(f"{name}={text}" for name, text in wish.items())
    run_key = f"{request.kind.value} {digest} {words}"
    return run_over(arguments, settings, store, accounts, request, chosen, run_key)


def _run_one(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    accounts: Sequence[Account],
    wish: Mapping[str, str],
) -> ExitCode:
    from partnerdesk.models.subscriptions.change import FEWER_LATER
    from partnerdesk.models.subscriptions.page import read_subscription, subscription_named
    from partnerdesk.models.subscriptions.wishes import plan_wish

    with store.reading() as session:
        ids = [account.id for account in accounts]
        id = subscription_named(session, arguments.id[0], ids).id or 0
    plan = plan_wish(read_subscription(store, id), wish, plan_context(settings))

    def record(_id: int | None) -> Fields:
        return subscription_json(read_subscription(store, id))

    code = apply_plan(arguments, settings, store, plan, ("changed", "would_change"), record)
    if any(reason.code == FEWER_LATER for reason in plan.reasons) and "seats" in wish:
        later = _("From the renewal on: partnerdesk subscriptions schedule {id} --seats {seats}")
        tell(later.format(id=arguments.id[0], seats=shown(wish["seats"])))
    return code


def _chosen(
    arguments: argparse.Namespace, store: Store, accounts: Sequence[Account]
) -> list[AccountRecords]:
    """Return the ids of the chosen subscriptions, by account."""
    from partnerdesk.models.subscriptions.page import subscription_named

    if arguments.id:
        ids = [account.id for account in accounts]
        with store.reading() as session:
            named = [subscription_named(session, text, ids) for text in arguments.id]
        return [
            (account, [one.id or 0 for one in named if one.account_id == account.id])
            for account in accounts
        ]
    arguments.sort, arguments.reverse = "", False
    found: dict[int, list[int]] = {account.id: [] for account in accounts}
    with closing(store.connect()) as connection:
        query = of_customer(arguments, store, chosen_query(arguments, SUBSCRIPTIONS, tuple(found)))
        for id in found:
            found[id] = [row.key for row in replace(query, accounts=(id,)).walk(connection)]
    return [(account, found[account.id]) for account in accounts]


def of_customer(arguments: argparse.Namespace, store: Store, query: Query) -> Query:
    """Return the query of those subscriptions that `--customer` chooses.

    Raises:
        NotFoundError: no customer in scope has this ID or domain.
    """
    if not arguments.customer:
        return query
    from partnerdesk.models.customers.page import customer_named
    from partnerdesk.models.subscriptions.page import subscriptions_of

    with store.reading() as session:
        customer = customer_named(session, arguments.customer, query.accounts)
        keys = tuple(one.id or 0 for one in subscriptions_of(session, customer.id or 0))
    return replace(query, keys=keys)
