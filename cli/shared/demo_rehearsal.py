"""What commands need of the rehearsal behind the demo book: it runs while one of them needs it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import demo_database
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import OfflineError
from partnerdesk.models.demo.rehearsal import (
    RehearsalProcess,
    at_rehearsal,
    is_installed,
    is_served,
    last_line,
    not_installed,
)
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sign_in.attempt import Secrets


@contextmanager
def reachable(
    arguments: argparse.Namespace, settings: Settings, store: Store
) -> Iterator[Settings]:
    """Yield settings with which Partner Center can be called during the block.

    For the demo book a rehearsal is served as long, its account is connected, and somebody is
    signed in; any other book needs nothing.

    Raises:
        RefusedError: the rehearsal is not installed.
        OfflineError: it does not start.
        AppError: the account cannot be connected.
    """
    if not getattr(arguments, "demo", False) or settings.read_only:
        yield settings
        return
    if not is_installed():
        raise not_installed()
    from partnerdesk.partnercenter.demo_account import connect, hand_over, home_account

    account = home_account(store)
    if account is None:
        yield settings
        return
    hand_over(store, account)
    with RehearsalProcess() as process:
        line = process.line()
        reached = at_rehearsal(settings, line)
        connect(store, reached, line, now())
        yield reached


def rehearsed_secrets(arguments: argparse.Namespace) -> Secrets | None:
    """Return how the demo's rehearsal is signed in to, which nobody types; None elsewhere."""
    line = last_line() if getattr(arguments, "demo", False) else None
    if line is None:
        return None
    from partnerdesk.partnercenter.sign_in.attempt import Secrets
    from partnerdesk.partnercenter.sign_in.token_store import Credential

    return Secrets(Credential(line.client_secret), line.refresh_token)


def unserved(store: Store) -> OfflineError | None:
    """Return why calls of the demo book wait; None where they can be sent, or for another book."""
    if store.database != demo_database() or is_served():
        return None
    return OfflineError(
        _("The rehearsal of the demo book runs only while the console is open."),
        _("Send it with: {command}").format(command="partnerdesk outbox send --demo"),
    )
