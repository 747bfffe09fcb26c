"""`partnerdesk sync`: reads the customers of connected accounts from Partner Center."""

from __future__ import annotations

import sys
import time
from collections import Counter
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.cli.shared.demo_rehearsal import reachable
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import (
    AppError,
    BusyError,
    ExitCode,
    OfflineError,
    PartnerCenterError,
    SignInNeededError,
)
from partnerdesk.models.core.text import listed, shown
from partnerdesk.models.languages import _, ngettext, number
from partnerdesk.models.syncing.progress import COUNTS, SyncProgress, read_progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings

LOOK_SECONDS = 1.0
"""The time between two looks at a sync that another process does."""
DRAW_SECONDS = 0.1
"""The least time between two drawings of the progress."""
MINUTE = 60
_PASSING = (OfflineError, SignInNeededError, PartnerCenterError, BusyError)
"""Errors that do not end `--watch`, nor the sync of the next account."""


class _Done(NamedTuple):
    """How the syncs of some accounts ended."""

    counts: Counter[str]
    seconds: float
    code: ExitCode


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `sync`."""
    command.description = _(
        "Reads the customers of every connected account from Partner Center, or of one (--account, "
        "--cloud): new ones come into the book, changed ones are brought up to date, those that "
        "are gone are marked. Tags, notes and invitations stay as they are. A sync that was cut "
        "off goes on where it was."
    )
    command.epilog = _("Exit code 6 where Partner Center was not reached or nobody is signed in.")
    command.add_argument(
        "--full", action="store_true", help=_("read the whole list, however new the last one is")
    )
    command.add_argument(
        "--watch",
        action="store_true",
        help=_("sync again after some minutes (sync.minutes of the settings), until Ctrl-C"),
    )
    command.add_argument(
        "--json", action="store_true", help=_("the counts of each sync as a JSON object, a line")
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Sync the accounts in scope, once or again and again."""
    store = open_book(arguments, settings)
    with reachable(arguments, settings, store) as reached:
        while True:
            done = _sync_all(arguments, reached, store, _connected(arguments, reached, store))
            _print(arguments, done)
            if not arguments.watch:
                return done.code
            time.sleep(settings.sync.minutes * MINUTE)


def _connected(
    arguments: argparse.Namespace, settings: Settings, store: Store
) -> Sequence[Account]:
    """Return the accounts to sync.

    Raises:
        SignInNeededError: none of those in scope is connected.
    """
    accounts = scope(arguments, settings, store, ALL).accounts
    connected = [account for account in accounts if account.connected]
    if not connected:
        raise SignInNeededError(
            _("No account is connected to Partner Center."),
            _("Connect one: partnerdesk accounts add --cloud {cloud} …").format(
                cloud=accounts[0].cloud.id
            ),
        )
    return connected


def _sync_all(
    arguments: argparse.Namespace, settings: Settings, store: Store, accounts: Sequence[Account]
) -> _Done:
    """Sync accounts one after the other; an error is told, and the next account goes on.

    Raises:
        AppError: the error of the only account, if nothing is to be done after it.
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    code = ExitCode.DONE
    began = monotonic()
    for account in accounts:
        try:
            progress = _sync(arguments, settings, store, account)
        except _PASSING as error:
            if len(accounts) == 1 and not arguments.watch:
                raise
            tell(f"{account.title}: {error}")
            code = max(code, error.exit_code)
        else:
            counts.update({name: getattr(progress, name) for name in COUNTS})
            _tell_unmatched(store, account)
    return _Done(counts, monotonic() - began, code)


def _sync(
    arguments: argparse.Namespace, settings: Settings, store: Store, account: Account
) -> SyncProgress:
    """Sync an account, or wait until the process that does so is done; return how it ended."""
    from partnerdesk.models.syncing.lease import LeaseHeldError
    from partnerdesk.partnercenter.sync.service import Sync

    with _ProgressLine(store, account) as line:
        asked_at = now()
        while True:
            sync = Sync(store, settings, account.id, full=arguments.full, on_written=line.draw)
            try:
                sync.run()
            except LeaseHeldError as error:
                line.tell_held(error)
                time.sleep(LOOK_SECONDS)
            else:
                return line.progress
            ended_at = line.progress.finished_at
            if ended_at is not None and ended_at > asked_at and not arguments.full:
                return line.progress


class _ProgressLine:
    """How far a sync is, as one line on stderr if that is a terminal."""

    def __init__(self, store: Store, account: Account) -> None:
        self._store = store
        self._account = account
        self._shown = sys.stderr.isatty()
        self._drawn_at = 0.0
        self._told_held = False

    @property
    def progress(self) -> SyncProgress:
        """How far the sync is now."""
        connection = self._store.connect()
        try:
            return read_progress(connection)[self._account.id]
        finally:
            connection.close()

    def tell_held(self, error: AppError) -> None:
        """Say once that another process syncs, and how far it is."""
        if not self._told_held:
            self._told_held = True
            tell(f"{error.message} " + _("Waiting until it is done."))
        self.draw()

    def draw(self) -> None:
        """Draw the line anew, but not more often than anybody can read."""
        if not self._shown or monotonic() - self._drawn_at < DRAW_SECONDS:
            return
        self._drawn_at = monotonic()
        progress = self.progress
        parts = [progress.words(now()), ngettext("{count} page", "{count} pages", progress.pages)]
        if progress.calls_left is not None:
            left = progress.calls_left
            text = ngettext("{count} call left this minute", "{count} calls left this minute", left)
            parts.append(text)
        line = f"{self._account.title}: {' · '.join(filter(None, parts))}"
        print(f"\r{shown(line)}", end="\033[K", file=sys.stderr, flush=True)

    def __enter__(self) -> _ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _tell_unmatched(store: Store, account: Account) -> None:
    """Tell of the customers that are kept by hand and that Partner Center did not name."""
    from partnerdesk.models.syncing.lookup import unmatched

    left = unmatched(store, account.id)
    if left.number:
        text = ngettext(
            "{count} customer kept by hand is not known to Partner Center; it stays: {names}",
            "{count} customers kept by hand are not known to Partner Center; they stay: {names}",
            left.number,
            names=listed(left.names),
        )
        tell(f"{account.title}: {text}")


def _print(arguments: argparse.Namespace, done: _Done) -> None:
    counts = done.counts
    if arguments.json:
        print(json_text({**counts, "seconds": round(done.seconds, 3)}), flush=True)
        return
    texts = {
        "received": _("{count} received"),
        "new": _("{count} new"),
        "changed": _("{count} changed"),
        "gone": _("{count} gone"),
    }
    found = ", ".join(text.format(count=number(counts[name])) for name, text in texts.items())
    calls = ngettext("{count} call", "{count} calls", counts["calls"])
    print(f"{found} · {calls}, {done.seconds:.1f} s", flush=True)
