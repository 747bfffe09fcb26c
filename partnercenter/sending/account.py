"""Sends what waits for Partner Center in one account of the book."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    SignInNeededError,
    ThrottledError,
)
from partnerdesk.models.syncing.progress import SyncTrouble
from partnerdesk.partnercenter.retry import PATIENCE
from partnerdesk.partnercenter.sending.results import Sending
from partnerdesk.partnercenter.troubles import trouble_of, trouble_of_attempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.access import Heard

_HELD_UP = (OfflineError, SignInNeededError, ThrottledError)
"""The errors after which calls wait until Partner Center is reached, or somebody signs in."""


def send_account(
    store: Store,
    settings: Settings,
    account_id: int,
    actor: Actor,
    clock: Callable[[], datetime] = now,
    *,
    only: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
    patience: float = PATIENCE,
    heard: Callable[[Heard], None] = lambda _heard: None,
) -> Sending:
    """Send what waits for Partner Center in an account; nobody is asked where nothing waits.

    What holds it up is noted in the book, beside what holds the account's sync up.

    Args: as for `sender.send_waiting` and `account_client`.

    Raises: as `account_client` and `sender.send_waiting`.
    """
    from partnerdesk.models.changes.waiting_calls import next_call
    from partnerdesk.partnercenter.account_client import account_client
    from partnerdesk.partnercenter.sending.sender import send_waiting

    if next_call(store, account_id, clock(), customer_id=only) is None:
        return Sending()
    noted = _Noted(store, account_id, heard)
    try:
        with account_client(
            store, settings, account_id, clock, patience=patience, heard=noted.heard
        ) as client:
            sending = send_waiting(store, client, actor, clock, only=only, may_go_on=may_go_on)
    except AppError as error:
        noted.met(error)
        raise
    if sending.error is not None:
        noted.met(sending.error)
    elif sending.calls:
        noted.answered()
    return sending


class _Noted:
    """Notes in the book whether Partner Center answers, each time that becomes otherwise.

    Whoever else wants to hear of each attempt is told.
    """

    def __init__(self, store: Store, account_id: int, tell: Callable[[Heard], None]) -> None:
        self._store, self._account_id, self._tell = store, account_id, tell
        self._last: SyncTrouble | None = None

    def heard(self, heard: Heard) -> None:
        """Note what an attempt met."""
        self._note(trouble_of_attempt(heard), heard.problem)
        self._tell(heard)

    def met(self, error: AppError) -> None:
        """Note the error that ended the sending, if it holds calls up."""
        if isinstance(error, _HELD_UP):
            self._note(trouble_of(error), error.message)

    def answered(self) -> None:
        """Note that nothing holds the calls up."""
        self._note(SyncTrouble.NONE, "")

    def _note(self, trouble: SyncTrouble, words: str) -> None:
        from partnerdesk.models.syncing.lease import note_trouble

        if trouble is self._last:
            return
        with suppress(AppError):  # a busy book must not cost the answer that just came
            note_trouble(self._store, self._account_id, trouble, words)
            self._last = trouble
