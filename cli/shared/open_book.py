"""Opens the book of a command and chooses the accounts in scope; progress on stderr."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.accounts.accounts import (
    ALL,
    Account,
    Scope,
    choose,
    read_accounts,
    shown_titles,
)
from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import NotFoundError, SettingsError, UsageError
from partnerdesk.models.core.given_files import (
    BOOK,
    DOOR,
    SETTINGS_BOOK,
    Kind,
    to_read,
)
from partnerdesk.models.core.permissions import all_accounts
from partnerdesk.models.core.text import shown
from partnerdesk.models.database.foreign import why_read_only
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, number
from partnerdesk.models.settings.database_url import Database, SqliteFile, parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.models.settings.clouds import Cloud
    from partnerdesk.models.settings.model import Settings

DEMO_CUSTOMERS, DEMO_SEED = 2_000, 1
"""Size and seed of the demo book that `--demo` makes."""


def book(arguments: argparse.Namespace, settings: Settings) -> Store:
    """Return the store that flags and settings name, not opened yet.

    Raises:
        UsageError: both `--demo` and `--database` are given, or the address is of no known kind.
    """
    refuse_two_books(arguments)
    if getattr(arguments, "demo", False):
        database: Database = demo_database()
    else:
        database = parse(settings.database)
    judge_book(database, SETTINGS_BOOK if not hasattr(arguments, "database") else BOOK)
    return Store(database, read_only=settings.read_only)


def judge_book(database: Database, kind: Kind) -> None:
    """Judge the file of a book, and guard it against every other file that a person names.

    Raises:
        AppError: the file may be no book (`models.core.given_files`).
    """
    DOOR.guard(None)
    if isinstance(database, SqliteFile):
        path = to_read(database.path, kind)
        DOOR.guard(path)


def refuse_two_books(arguments: argparse.Namespace) -> None:
    """Check that flags name at most one book.

    Raises:
        UsageError: both `--demo` and `--database` are given.
    """
    if getattr(arguments, "demo", False) and hasattr(arguments, "database"):
        raise UsageError(_("--demo and --database name two different books."))


def demo_database() -> SqliteFile:
    """Return the file of the demo book."""
    return SqliteFile(paths.data_folder() / "demo.db")


def open_book(arguments: argparse.Namespace, settings: Settings) -> Store:
    """Return the opened store; an empty demo book is filled first.

    Raises:
        SettingsError: no cloud is turned on, so no account is in scope.
        StoreError: the book cannot be opened.
    """
    store = book(arguments, settings)
    open_with_progress(store, settings)
    if getattr(arguments, "demo", False):
        _fill_demo(store, settings)
    return store


def open_with_progress(store: Store, settings: Settings) -> None:
    """Open a store; show the progress of an upgrade on stderr, then notices of unfinished copies.

    Raises:
        SettingsError: no cloud is turned on, so no account is in scope.
        StoreError: the book cannot be opened.
    """
    clouds = [cloud.id for cloud in working_clouds(settings)]
    was_outdated = store.is_outdated()
    label = _("Upgrading the book") if was_outdated else _("Preparing the book")
    with progress_line(label) as on_progress:
        store.open(clouds, on_progress)
    if store.foreign:
        tell(why_read_only(store.foreign))
    if was_outdated:
        tell_unfinished_copies(store)


def tell_unfinished_copies(store: Store) -> None:
    """Tell of what a killed upgrade or backup left beside the book."""
    if isinstance(store.database, SqliteFile):
        from partnerdesk.models.database.leftovers import notices

        for notice in notices(store.database.path):
            tell(notice)


def working_clouds(settings: Settings) -> list[Cloud]:
    """Return the clouds that are on.

    Raises:
        SettingsError: all clouds are off.
    """
    clouds = settings.enabled_clouds()
    if not clouds:
        raise SettingsError(
            _("No cloud is turned on, so there is no account to work in."),
            _("Turn one on in your settings; `partnerdesk info` names the file."),
        )
    return clouds


def _fill_demo(store: Store, settings: Settings) -> None:
    connection = store.connect()
    try:
        filled = connection.rows("SELECT 1 FROM customers LIMIT 1")
    finally:
        connection.close()
    if not filled:
        fill_demo(store, settings, DEMO_CUSTOMERS, DEMO_SEED)


def fill_demo(
    store: Store, settings: Settings, customers: int, seed: int, *, hostile: bool = False
) -> None:
    """Fill an empty book with demo customers and show the progress on stderr."""
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.core.clock import now
    from partnerdesk.models.demo.fill import fill

    with progress_line(_("Making a demo book")) as on_progress:
        fill(
            Store(store.database),
            customers=customers,
            seed=seed,
            as_of=now().replace(microsecond=0),
            actor=Actor.present(),
            clouds=settings.enabled_clouds(),
            hostile=hostile,
            on_progress=on_progress,
        )


def scope(arguments: argparse.Namespace, settings: Settings, store: Store, default: str) -> Scope:
    """Return the accounts in scope of a command: `--account`, of `--cloud`, else of `default`.

    An empty `default` means the first cloud that is on.

    Raises:
        NotFoundError: there is no account of that id, or it is of another cloud than `--cloud`.
    """
    connection = store.connect()
    try:
        accounts = read_accounts(connection, settings.enabled_clouds())
    finally:
        connection.close()
    wanted = getattr(arguments, "cloud", default)
    if (id := getattr(arguments, "account", None)) is not None:
        return choose([_of_id(accounts, id, wanted)], str(id))
    if wanted == ALL:
        return choose(accounts, ALL)
    return choose(accounts, wanted or accounts[0].cloud.id)


def _of_id(accounts: Sequence[Account], id: int, cloud: str) -> Account:
    for account in accounts:
        if account.id == id and cloud in ("", ALL, account.cloud.id):
            return account
    raise NotFoundError(
        _("There is no account {id} here.").format(id=id),
        _("See them with: partnerdesk accounts list"),
    )


def one_account(arguments: argparse.Namespace, settings: Settings, store: Store) -> Account:
    """Return the account that a change goes to.

    It is the one of `--account` or `--cloud`, else of the first cloud that is on.

    Raises:
        UsageError: several accounts are meant, but a change needs one.
        NotFoundError: there is no account of that id.
    """
    chosen = scope(arguments, settings, store, "")
    if chosen.account is not None:
        return chosen.account
    if chosen.cloud is None:
        raise UsageError(all_accounts().text, _("Name it, for example: --cloud global"))
    titles = shown_titles(chosen.accounts)
    named = ", ".join(f"{id} ({title})" for id, title in titles.items())
    raise UsageError(
        _("{cloud} has several accounts: {accounts}.").format(
            cloud=_(chosen.cloud.short_name), accounts=named
        ),
        _("Name one, for example: --account {id}").format(id=chosen.accounts[0].id),
    )


class progress_line:  # noqa: N801 - used like a function
    """Shows the progress of a long task as one line on stderr; silent if that is no terminal."""

    def __init__(self, label: str) -> None:
        self._label = shown(label)
        self._shown = sys.stderr.isatty()
        self._began = monotonic()

    def __enter__(self) -> progress_line:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Redraw the line: `done` of `total` steps are finished."""
        if self._shown:
            share = done / total if total else 1
            bar = "█" * int(share * 20) + "░" * (20 - int(share * 20))
            text = f"\r{self._label} {bar} {share:4.0%}  {number(done)}"
            if (seconds := int(monotonic() - self._began)) > 1:
                text += f"  {seconds} s"
            print(text, end="\033[K", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
