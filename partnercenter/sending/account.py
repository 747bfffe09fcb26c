"""Sends what waits for Partner Center in one account of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.partnercenter.retry import PATIENCE
from partnerdesk.partnercenter.sending.results import Sending

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.access import Heard


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
    heard: Callable[[Heard], None] | None = None,
) -> Sending:
    """Send what waits for Partner Center in an account; nobody is asked where nothing waits.

    Args: as for `sender.send_waiting` and `account_client`.

    Raises: as `account_client` and `sender.send_waiting`.
    """
    from partnerdesk.models.changes.waiting_calls import next_call
    from partnerdesk.partnercenter.account_client import account_client
    from partnerdesk.partnercenter.sending.sender import send_waiting

    if next_call(store, account_id, clock(), customer_id=only) is None:
        return Sending()
    with account_client(
        store, settings, account_id, clock, patience=patience, heard=heard
    ) as client:
        return send_waiting(store, client, actor, clock, only=only, may_go_on=may_go_on)
