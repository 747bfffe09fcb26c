"""`partnerdesk board`: what waits for a person, for cron and monitoring; snoozing it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from partnerdesk.cli.board_mail import add_mail
from partnerdesk.cli.lists.exporting import add_export
from partnerdesk.cli.lists.options import (
    add_formats,
    add_query_flags,
    chosen_query,
    run_list,
)
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import add_plan_flags, apply_plan, plan_context
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.board.items import cut_kinds, cut_text
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, NotFoundError, UsageError
from partnerdesk.models.languages import _, ngettext, number

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `board` and its parts."""
    filter_help = _("as in the console: words, kind:renewal, due<7d, snoozed:yes")
    add_query_flags(command, BOARD, filter_help)
    add_formats(command)
    command.add_argument(
        "--exit-code",
        action="store_true",
        help=_("exit with 7 if anything is listed, and with 0 if nothing waits"),
    )
    command.set_defaults(run=run)
    parts = command.add_subparsers(metavar="WHAT")

    snooze = parts.add_parser(
        "snooze", parents=[shared], help=_("do not show items until a day, or show them again")
    )
    snooze.add_argument(
        "id", metavar="ID", nargs="+", type=int, help=_("the `id` of an item in `board --json`")
    )
    till = snooze.add_mutually_exclusive_group(required=True)
    till.add_argument(
        "--until", metavar="DAY", help=_("a day such as 2027-01-15, or 3d, 2w, 1m from now")
    )
    till.add_argument("--wake", action="store_true", help=_("show them again now"))
    snooze.add_argument("--why", default="", metavar="TEXT", help=_("why, for the history"))
    add_plan_flags(snooze)
    snooze.set_defaults(run=run_snooze)

    weeks = parts.add_parser(
        "weeks",
        parents=[shared],
        help=_("count what ends in each of the next 13 weeks: terms, and delegated admin"),
    )
    weeks.add_argument("--json", action="store_true", help=_("a JSON list, one object a week"))
    weeks.set_defaults(run=run_weeks)

    add_mail(parts, shared, filter_help)
    add_export(parts, shared, BOARD, filter_help, _("write what waits to a CSV, XLSX or JSON file"))


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print what waits; with `--exit-code` say by the exit code whether anything does."""
    code = run_list(arguments, settings, BOARD, _counted)
    if code is not ExitCode.DONE:
        return code
    store = open_book(arguments, settings)
    query = chosen_query(arguments, BOARD, scope(arguments, settings, store, ALL).ids)
    with closing(store.connect()) as book:
        if cut := cut_kinds(book, query.accounts, now()):
            tell(cut_text(cut))
        if not arguments.exit_code:
            return ExitCode.DONE
        return ExitCode.WAITING if query.count_to(book, 1) else ExitCode.DONE


def _counted(count: int) -> str:
    if not count:
        return _("Nothing waits for you.")
    return ngettext("{count} needs you", "{count} need you", count)


def run_weeks(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print how many terms and relationships end in each week of the quarter."""
    from partnerdesk.models.overview.charts import quarter

    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).accounts
    with closing(store.connect()) as book, book.snapshot():
        counted = [chart.bars(book) for chart in quarter(accounts, now())]
    weeks = list(zip(*counted, strict=True))
    if arguments.json:
        rows = [
            {"week": renewing.name, "renewals": renewing.count, "delegated_admin": ending.count}
            for renewing, ending in weeks
        ]
        print(json_text(rows, indent=2))
        return ExitCode.DONE
    for renewing, ending in weeks:
        print(
            _("{week}: terms {terms}, delegated admin {relationships}").format(
                week=renewing.label,
                terms=number(renewing.count),
                relationships=number(ending.count),
            )
        )
    return ExitCode.DONE


def run_snooze(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Snooze items of one account, or show them again."""
    from partnerdesk.models.board.items import read_items
    from partnerdesk.models.board.snooze import plan_snooze, plan_wake, snooze_end

    store, by = open_book(arguments, settings), plan_context(settings)
    accounts = scope(arguments, settings, store, ALL).ids
    with closing(store.connect()) as book:
        items = read_items(book, arguments.id, accounts, by.at)
    if missing := sorted(set(arguments.id) - {item.key for item in items}):
        raise NotFoundError(
            _("No item {id} waits.").format(id=missing[0]),
            _("Look for it with: partnerdesk board --json"),
        )
    if len({item.account_id for item in items}) > 1:
        raise UsageError(
            _("The items belong to several accounts."), _("Snooze those of one at a time.")
        )
    if arguments.wake:
        plan = plan_wake(items, by)
    else:
        plan = plan_snooze(items, snooze_end(arguments.until, by.at), arguments.why, by)
    return apply_plan(arguments, settings, store, plan, ("snoozed", "would_snooze"), None)
