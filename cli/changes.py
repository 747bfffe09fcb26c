"""`partnerdesk changes`: list, show and undo changes, and verify the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from partnerdesk.cli.lists.options import add_choice, add_forms, chosen_query, print_list
from partnerdesk.cli.shared.open_book import open_book, progress_line, scope
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import print_fields
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, NotFoundError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.pages.change import ChangePage
    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `changes` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")

    listing = parts.add_parser("list", parents=[shared], help=_("list changes, the newest first"))
    add_choice(
        listing, CHANGES, _("as in the console: words, what:noted, who:olga, when<7d, state:undone")
    )
    add_forms(listing)
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", parents=[shared], help=_("show one change"))
    _add_id(show)
    show.add_argument("--json", action="store_true", help=_("as one JSON object"))
    show.set_defaults(run=run_show)

    undo = parts.add_parser("undo", parents=[shared], help=_("take a change back"))
    _add_id(undo)
    undo.add_argument(
        "--why", metavar="TEXT", default="",
        help=_("the reason, for the history; needed to take a customer out"),
    )  # fmt: skip
    undo.add_argument("--dry-run", action="store_true", help=_("only say what would be done"))
    undo.add_argument("--json", action="store_true", help=_("the plan as one JSON object"))
    undo.set_defaults(run=run_undo)

    verify = parts.add_parser(
        "verify", parents=[shared], help=_("look whether somebody tampered with the history")
    )
    verify.add_argument("--json", action="store_true", help=_("as one JSON object"))
    verify.add_argument("--known", metavar="HASH", default="",
                        help=_("a last hash that you kept: some entry must have it"))  # fmt: skip
    verify.set_defaults(run=run_verify)


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", type=int, help=_("the number of the change"))


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print changes, one a line, or as JSON or CSV."""
    store = open_book(arguments, settings)
    query = chosen_query(arguments, CHANGES, scope(arguments, settings, store, ALL).ids)
    connection = store.connect()
    try:
        count = print_list(arguments, query, connection)
    finally:
        connection.close()
    if count is not None:
        tell(ngettext("{count} change", "{count} changes", count))
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one change."""
    from partnerdesk.models.pages.change import change_json

    store = open_book(arguments, settings)
    fields = change_json(_page(arguments, settings, store))
    if arguments.json:
        print(json_text(fields, indent=2))
    else:
        print_fields(fields)
    return ExitCode.DONE


def _page(arguments: argparse.Namespace, settings: Settings, store: Store) -> ChangePage:
    """Return the change that is named, where it is one of the clouds that are meant.

    Raises:
        NotFoundError: there is no such change, or it is another cloud's.
    """
    from partnerdesk.models.pages.change import read_change

    page = read_change(store, arguments.id)
    account = page.entry.account_id
    if account is not None and hasattr(arguments, "cloud"):
        chosen = scope(arguments, settings, store, ALL)
        if account not in chosen.ids:
            raise NotFoundError(
                _("Change {id} is of another cloud.").format(id=arguments.id),
                _("Leave out --cloud."),
            )
    return page


def run_undo(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the plan that takes a change back, and carry it out."""
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import By
    from partnerdesk.models.core.verdicts import Verdict
    from partnerdesk.models.operations.carry_out import carry_out
    from partnerdesk.models.operations.undo import plan_undo

    store = open_book(arguments, settings)
    _page(arguments, settings, store)
    plan = plan_undo(store, arguments.id, By(Actor.present(), now(), str(uuid4())))
    if plan.verdict is Verdict.REFUSED:
        _print_plan(plan, settings, arguments, {"result": "refused"})
        for reason in plan.reasons:
            tell(reason.text)
        return ExitCode.REFUSED
    if arguments.dry_run:
        _print_plan(plan, settings, arguments, {"result": "would_undo"})
        tell(_("Nothing was written: this was a dry run."))
        return ExitCode.DONE
    if plan.asks_why and not arguments.why.strip():
        raise UsageError(
            _("To take a customer out of the book needs a reason."), _("Give it with --why TEXT.")
        )
    outcome = carry_out(store, plan, arguments.why)
    _print_plan(plan, settings, arguments, {"result": "undone", "change_id": outcome.change_id})
    tell(_("Change {id} is undone.").format(id=arguments.id))
    return ExitCode.DONE


def _print_plan(
    plan: Plan, settings: Settings, arguments: argparse.Namespace, result: dict[str, Any]
) -> None:
    from partnerdesk.models.operations.describe_plan import plan_text

    if arguments.json:
        print(json_text({**plan.as_json(), **result}, indent=2))
    else:
        print(plan_text(plan, settings.all_clouds()))


def run_verify(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Look for tampering; every finding is a line on stdout."""
    from partnerdesk.models.changes.verify import verify

    store = open_book(arguments, settings)
    connection = store.connect()
    try:
        with progress_line(_("Reading the history")) as told:
            found = verify(connection, told, known=arguments.known)
    finally:
        connection.close()
    if arguments.json:
        findings = [
            {"change": finding.change_id or None, "text": finding.text}
            for finding in found.findings
        ]
        report = {"entries": found.entries, "digest": found.digest, "findings": findings}
        print(json_text(report, indent=2))
    else:
        for finding in found.findings:
            print(shown(finding.text))
    count = ngettext("{count} change", "{count} changes", found.entries)
    if found.findings:
        tell(_("The history was changed behind the program's back ({count}).").format(count=count))
        return ExitCode.FAILED
    tell(_("The history is whole: {count}.").format(count=count))
    if found.entries:
        tell(_("Keep its last hash in another place: {digest}").format(digest=found.digest))
    return ExitCode.DONE
