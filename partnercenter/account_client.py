"""Opens a client for an account of the book; what it heard of MFA is kept at the end."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.partnercenter.retry import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.access import Heard
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.connection import AccountConnection


def account_client(
    store: Store,
    settings: Settings,
    account_id: int,
    clock: Callable[[], datetime] = now,
    *,
    patience: float = PATIENCE,
    heard: Callable[[Heard], None] | None = None,
) -> AbstractContextManager[PartnerCenter]:
    """Return a client for an account, open during a `with` block.

    `patience` is the seconds that a call may wait between its attempts. `heard` is told of every
    attempt.

    Raises:
        NotFoundError: there is no such account, or its cloud is not in the settings.
        SignInNeededError: the account is kept by hand.
        StoreError: the book cannot be read.
        SettingsError: on entry: the file of certificates cannot be used.
    """
    from partnerdesk.partnercenter.sign_in.accounts import account_connection

    connection = account_connection(store, settings, account_id)
    return connected_client(store, settings, connection, clock, patience=patience, heard=heard)


@contextmanager
def connected_client(
    store: Store,
    settings: Settings,
    connection: AccountConnection,
    clock: Callable[[], datetime] = now,
    *,
    wait: Callable[[float], None] = time.sleep,
    heard: Callable[[Heard], None] | None = None,
    urgent: bool = True,
    patience: float = PATIENCE,
) -> Iterator[PartnerCenter]:
    """Open a client over a connection that was read already; arguments as for `PartnerCenter`.

    Raises:
        SettingsError: the file of certificates cannot be used.
    """
    from partnerdesk.models.accounts.sign_ins import keep_mfa
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.http import http_client
    from partnerdesk.partnercenter.limiter import shared_limiter
    from partnerdesk.partnercenter.sign_in.accounts import signed_in_tokens

    with closing(http_client(settings.tls)) as http, closing(shared_limiter()) as limiter:
        client = PartnerCenter(
            connection,
            signed_in_tokens(store, connection, http, clock),
            http,
            limiter,
            clock,
            wait=wait,
            heard=heard,
            urgent=urgent,
            patience=patience,
        )
        try:
            yield client
        finally:
            if not store.read_only:
                keep_mfa(store, connection.account_id, client.mfa)
