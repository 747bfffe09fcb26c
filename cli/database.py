"""`partnerdesk database`: upgrade, check, back up and restore the book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import (
    book,
    open_with_progress,
    tell_unfinished_copies,
)
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, RefusedError
from partnerdesk.models.core.given_files import expanded
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `database` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    upgrade = parts.add_parser(
        "upgrade",
        parents=[shared],
        help=_("bring the book's schema up to date (every start does this, too)"),
    )
    upgrade.set_defaults(run=run_upgrade)
    check = parts.add_parser("check", parents=[shared], help=_("look for damage"))
    check.set_defaults(run=run_check)
    backup = parts.add_parser(
        "backup", parents=[shared], help=_("copy the book, also while others use it")
    )
    backup.add_argument("file", type=Path, help=_("the copy; must not exist yet"))
    backup.set_defaults(run=run_backup)
    restore = parts.add_parser(
        "restore", parents=[shared], help=_("put a copy in the book's place; the old one is kept")
    )
    restore.add_argument("file", type=Path, help=_("a copy made by backup"))
    restore.set_defaults(run=run_restore)


def run_upgrade(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Upgrade the schema and build a missing word index."""
    from partnerdesk.models.database.search_index import add_missing_index

    store = book(arguments, settings)
    open_with_progress(store, settings)
    add_missing_index(store)
    tell(_("{name} is up to date.").format(name=store.database.name))
    return ExitCode.DONE


def run_check(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Look for damage and print one line per finding."""
    from partnerdesk.models.database.maintenance import check
    from partnerdesk.models.operations.registry import tables

    store = book(arguments, settings)
    findings = check(store, tables())
    for finding in findings:
        print(shown(finding))
    tell_unfinished_copies(store)
    if findings:
        tell(_("Restore a copy with: partnerdesk database restore FILE"))
        return ExitCode.FAILED
    tell(_("{name} is whole.").format(name=store.database.name))
    return ExitCode.DONE


def run_backup(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Copy the book to a new file."""
    from partnerdesk.models.database.maintenance import back_up

    back_up(book(arguments, settings), expanded(arguments.file).absolute())
    tell(_("Copied to {file}.").format(file=arguments.file))
    return ExitCode.DONE


def run_restore(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Replace the book by a copy; the old book is kept under another name."""
    from partnerdesk.models.database.maintenance import restore

    if settings.restricted:
        raise RefusedError(
            _("A copy is not put in the book's place in restricted mode."),
            _("Ask whoever set up this console."),
        )
    old_book = restore(book(arguments, settings), expanded(arguments.file).absolute())
    tell(_("Restored from {file}.").format(file=arguments.file))
    if old_book is not None:
        tell(_("The book as it was is kept in {file}.").format(file=old_book))
    return ExitCode.DONE
