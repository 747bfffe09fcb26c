"""`partnerdesk changes`: list, show and undo changes, and verify the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli import changes_undo
from partnerdesk.cli.changes_page import named_change
from partnerdesk.cli.lists import options
from partnerdesk.cli.lists.options import add_formats, add_query_flags
from partnerdesk.cli.shared.open_book import open_book, progress_line
from partnerdesk.cli.shared.plans import add_dry_run
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import print_fields
from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.text import listed, shown
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `changes` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")

    listing = parts.add_parser("list", parents=[shared], help=_("list changes, the newest first"))
    add_query_flags(
        listing, CHANGES, _("as in the console: words, what:noted, who:olga, when<7d, state:undone")
    )
    add_formats(listing)
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", parents=[shared], help=_("show one change"))
    _add_id(show)
    show.add_argument("--json", action="store_true", help=_("as one JSON object"))
    show.set_defaults(run=run_show)

    undo = parts.add_parser("undo", parents=[shared], help=_("take a change back"))
    _add_id(undo)
    undo.add_argument(
        "--why",
        metavar="TEXT",
        default="",
        help=_("the reason, for the history; needed to take a customer out"),
    )
    add_dry_run(undo, _("the plan as one JSON object"))
    undo.set_defaults(run=changes_undo.run)

    verify = parts.add_parser(
        "verify", parents=[shared], help=_("look whether somebody tampered with the history")
    )
    verify.add_argument("--json", action="store_true", help=_("as one JSON object"))
    known_help = _("a last hash that you kept: some entry must have it")
    verify.add_argument("--known", metavar="HASH", default="", help=known_help)
    verify.set_defaults(run=run_verify)


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", type=int, help=_("the number of the change"))


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list of changes."""
    return options.run_list(arguments, settings, CHANGES, _counted)


def _counted(count: int) -> str:
    return ngettext("{count} change", "{count} changes", count)


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one change."""
    from partnerdesk.models.changes.calls import describe_kept_calls
    from partnerdesk.models.pages.change import call_lines, change_json

    page = named_change(arguments, settings, open_book(arguments, settings))
    fields = change_json(page)
    if arguments.json:
        print(json_text(fields, indent=2))
        return ExitCode.DONE
    planned = describe_kept_calls(fields["plan"])
    fields["plan"]["calls"] = _numbered(" · ".join(words) for words in planned)
    calls = [call_lines(call) for call in page.calls]
    fields["calls"] = _numbered(" · ".join((channel, *lines)) for channel, lines in calls)
    print_fields(fields)
    return ExitCode.DONE


def _numbered(texts: Iterable[str]) -> dict[str, str]:
    return {str(number): text for number, text in enumerate(texts, 1)}


def _repair_undone_by(store: Store, behind: Sequence[int]) -> None:
    """Report changes whose stored `undone_by` contradicts the history; correct it if allowed.

    The value is derived from the undos in the history, so writing it anew is no tampering.
    """
    from partnerdesk.models.changes.verify import correct_undo_states

    tell(
        ngettext(
            "{count} change did not say rightly whether it was undone: {ids}.",
            "{count} changes did not say rightly whether they were undone: {ids}.",
            len(behind),
            ids=listed([str(id) for id in behind]),
        )
    )
    tell(_("An older partnerdesk that is still open leaves it so; else somebody changed it."))
    if store.foreign:
        return  # opening the book said so
    if store.read_only:
        tell(_("Without read-only mode the same command sets it right."))
        return
    correct_undo_states(store, behind)
    tell(_("It is set right by the undos of the history, which were not changed."))


def run_verify(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Look for tampering and print one line per finding."""
    from partnerdesk.models.changes.verify import verify

    store = open_book(arguments, settings)
    connection = store.connect()
    try:
        with progress_line(_("Reading the history")) as on_progress:
            verification = verify(connection, on_progress, known=arguments.known)
    finally:
        connection.close()
    if arguments.json:
        findings = [
            {"change": finding.change_id or None, "text": finding.text}
            for finding in verification.findings
        ]
        report = {
            "entries": verification.entries,
            "digest": verification.digest,
            "findings": findings,
            "behind": list(verification.behind),
        }
        print(json_text(report, indent=2))
    else:
        for finding in verification.findings:
            print(shown(finding.text))
    count = _counted(verification.entries)
    if verification.findings:
        tell(_("The history was changed behind the program's back ({count}).").format(count=count))
        return ExitCode.FAILED
    tell(_("The history is whole: {count}.").format(count=count))
    if verification.behind:
        _repair_undone_by(store, verification.behind)
    if verification.entries:
        tell(_("Keep its last hash in another place: {digest}").format(digest=verification.digest))
    return ExitCode.DONE
