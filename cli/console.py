"""Starts the console, if the terminal can show it."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def run_console(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run the console and return its exit code.

    Raises:
        UsageError: stdin, stdout or stderr is no terminal, or `TERM` is a dumb one.
        StoreError: the book cannot be opened.
    """
    _check_terminal()
    from partnerdesk.cli.shared.open_book import book, open_book, open_with_progress
    from partnerdesk.tui.first_picture import picture_file, standing

    demo, cloud = getattr(arguments, "demo", False), str(_account_or_cloud(arguments))
    store = book(arguments, settings)
    pictures = picture_file(settings, store.database, cloud=cloud, demo=demo)
    picture = standing(pictures, settings, store.database, cloud, now())
    # A kept picture matches the schema of this program, so the book needs no upgrade then.
    if picture is None and not store.read_only and store.is_outdated():
        open_with_progress(store, settings)  # shows a progress line before the console opens
    with picture or nullcontext():
        if demo:
            store = open_book(arguments, settings)
        from partnerdesk.models.session import AppSession

        desk = AppSession(settings, store, wanted_cloud=cloud, demo=demo)
        desk.begin()
        from partnerdesk.tui.run import run

        try:
            return run(desk, mouse=_mouse(settings), last_picture=pictures, standing=picture)
        finally:
            for notice in desk.take_notices().splitlines():  # a later start would not show them
                tell(notice)


def _account_or_cloud(arguments: argparse.Namespace) -> object:
    return getattr(arguments, "account", None) or getattr(arguments, "cloud", "")


def _check_terminal() -> None:
    remedy = _("The commands work without one; see: partnerdesk --help")
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(_("The console needs a terminal."), remedy)
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        raise UsageError(
            _("This terminal (TERM={term}) cannot show the console.").format(
                term=os.environ.get("TERM", "")
            ),
            remedy,
        )


def _mouse(settings: Settings) -> bool:
    if settings.mouse == "auto":
        return not os.environ.get("SSH_CONNECTION")
    return settings.mouse == "on"
