"""`partnerdesk demo`: makes a book of realistic customers for trying things out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import (
    DEMO_CUSTOMERS,
    DEMO_SEED,
    demo_database,
    fill_demo,
    judge_book,
    refuse_two_books,
    working_clouds,
)
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, RefusedError, UsageError
from partnerdesk.models.core.given_files import BOOK
from partnerdesk.models.database.store import Store, refuse_read_only
from partnerdesk.models.demo.rehearsal import forget
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.settings.database_url import SqliteFile, parse

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings

MOST_CUSTOMERS = 5_000_000


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `demo`."""
    command.description = _(
        "Makes a demo book; the same seed and number make the same customers. Without "
        "--database it is the book that `partnerdesk --demo` opens."
    )
    customers_help = _("how many customers (default: %(default)s)")
    command.add_argument(
        "--customers", type=int, default=DEMO_CUSTOMERS, metavar="N", help=customers_help
    )
    seed_help = _("which book of that size (default: %(default)s)")
    command.add_argument("--seed", type=int, default=DEMO_SEED, metavar="S", help=seed_help)
    command.add_argument(
        "--hostile",
        action="store_true",
        help=_("add names that try terminal, spreadsheet and database; their tag is hostile"),
    )
    command.add_argument("--replace", action="store_true", help=_("throw the old demo book away"))
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Make the demo book."""
    if not 1 <= arguments.customers <= MOST_CUSTOMERS:
        raise UsageError(_("--customers must be between 1 and {most}.").format(most=MOST_CUSTOMERS))
    refuse_read_only(read_only=settings.read_only)
    refuse_two_books(arguments)
    clouds = working_clouds(settings)
    own = hasattr(arguments, "database")  # the flag only: never fill the book of the settings
    database = parse(settings.database) if own else demo_database()
    if isinstance(database, SqliteFile) and database.path.exists() and not own:
        _make_room(database, replace=arguments.replace)
    judge_book(database, BOOK)
    store = Store(database)
    store.open([cloud.id for cloud in clouds])
    fill_demo(store, settings, arguments.customers, arguments.seed, hostile=arguments.hostile)
    text = ngettext(
        "{count} demo customer in {file}",
        "{count} demo customers in {file}",
        arguments.customers,
        file=database.name,
    )
    tell(text)
    if not own:
        tell(_("Open it with: partnerdesk --demo"))
    return ExitCode.DONE


def _make_room(database: SqliteFile, *, replace: bool) -> None:
    if not replace:
        raise RefusedError(
            _("There is a demo book already: {file}.").format(file=database.path),
            _("Open it with `partnerdesk --demo`, or make a new one in its place with --replace."),
        )
    forget()
    for suffix in ("", "-wal", "-shm"):
        database.path.with_name(database.path.name + suffix).unlink(missing_ok=True)
