"""A client for an account of the book, and the sending of what waits in it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.partnercenter.sending.results import Sending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.access import Heard
    from partnerdesk.partnercenter.client import PartnerCenter


@contextmanager
def account_client(
    store: Store,
    settings: Settings,
    account_id: int,
    clock: Callable[[], datetime] = now,
    *,
    patience: float | None = None,
    heard: Callable[[Heard], None] | None = None,
) -> Iterator[PartnerCenter]:
    """Open a client for an account during the block; what it heard of MFA is kept at the end.

    `patience` is the seconds that a call may wait between its attempts; None for the client's own.
    `heard` is told of every attempt.

    Raises:
        NotFoundError: there is no such account, or its cloud is not in the settings.
        SignInNeededError: the account is kept by hand.
        SettingsError: the file of certificates cannot be used.
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.accounts.sign_ins import keep_mfa
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.http import http_client
    from partnerdesk.partnercenter.limiter import shared_limiter
    from partnerdesk.partnercenter.retry import PATIENCE
    from partnerdesk.partnercenter.sign_in.accounts import account_connection, signed_in_tokens

    connection = account_connection(store, settings, account_id)
    with closing(http_client(settings.tls)) as http, closing(shared_limiter()) as limiter:
        tokens = signed_in_tokens(store, connection, http, clock)
        wait_at_most = PATIENCE if patience is None else patience
        client = PartnerCenter(
            connection, tokens, http, limiter, clock, heard=heard, patience=wait_at_most
        )
        try:
            yield client
        finally:
            if not store.read_only:
                keep_mfa(store, account_id, client.mfa)


def send_account(
    store: Store,
    settings: Settings,
    account_id: int,
    actor: Actor,
    clock: Callable[[], datetime] = now,
    *,
    only: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
    patience: float | None = None,
    heard: Callable[[Heard], None] | None = None,
) -> Sending:
    """Send what waits for Partner Center in an account; nobody is asked where nothing waits.

    Args: as for `sender.send_waiting` and `account_client`.

    Raises: as `account_client` and `sender.send_waiting`.
    """
    from partnerdesk.models.changes.waiting_calls import next_call
    from partnerdesk.partnercenter.sending.sender import send_waiting

    if next_call(store, account_id, clock(), customer_id=only) is None:
        return Sending()
    with account_client(
        store, settings, account_id, clock, patience=patience, heard=heard
    ) as client:
        return send_waiting(store, client, actor, clock, only=only, may_go_on=may_go_on)
