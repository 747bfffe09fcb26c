"""The connection of an account of the book, and a sign-in to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.own_sign_ins import SignInKey, keep_own
from partnerdesk.models.core.clock import from_millis, now
from partnerdesk.models.core.errors import AppError, NotFoundError, SignInNeededError
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.connection import AccountConnection

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import httpx

    from partnerdesk.models.accounts.accounts import SignInWay
    from partnerdesk.models.accounts.signing_in import SignedIn
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sign_in.attempt import Attempt, Secrets
    from partnerdesk.partnercenter.sign_in.tokens import SignedInTokens


def account_connection(store: Store, settings: Settings, account_id: int) -> AccountConnection:
    """Return what is needed to talk to Partner Center for an account.

    Raises:
        NotFoundError: there is no such account, or its cloud is not in the settings.
        SignInNeededError: the account is kept by hand.
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.accounts.stored import stored_account

    account = stored_account(store, account_id)
    cloud = settings.all_clouds().get(account.cloud)
    if cloud is None:
        raise NotFoundError(_("There is no account {id}.").format(id=account_id))
    if not account.connected or not account.client_id:
        raise SignInNeededError(
            _("The account is kept by hand, not connected to Partner Center."),
            _("Connect it: partnerdesk accounts add --cloud {cloud} …").format(cloud=cloud.id),
        )
    return AccountConnection(
        account_id, cloud, account.tenant_id, account.client_id, account.sign_in_way, account.kind
    )


def signed_in_tokens(
    store: Store,
    connection: AccountConnection,
    http: httpx.Client,
    clock: Callable[[], datetime] = now,
) -> SignedInTokens:
    """Return the tokens of an account; each renewal, and its end, is kept in the book.

    `http` is the program's HTTP client, which the caller closes.
    """
    from partnerdesk.models.accounts.sign_ins import keep_renewed, keep_sign_in_ended
    from partnerdesk.partnercenter.sign_in.tokens import SignedInTokens

    def renewed(until: datetime | None) -> None:
        with suppress(AppError):  # the token is good, whatever the book says of it
            keep_renewed(store, connection.account_id, until)

    def ended(at: datetime) -> None:
        with suppress(AppError):  # in read-only mode
            keep_sign_in_ended(store, connection.account_id, at)

    return SignedInTokens(connection, http, clock, renewed=renewed, ended=ended)


def attempt_to_sign_in(
    store: Store,
    settings: Settings,
    account_id: int,
    way: SignInWay,
    clock: Callable[[], datetime] = now,
    *,
    secrets: Secrets | None = None,
) -> Attempt:
    """Return a try to sign in, not begun yet; its result is kept in the book.

    Raises: as `account_connection`.
    """
    from partnerdesk.models.accounts.sign_ins import keep_signed_in
    from partnerdesk.models.syncing.lease import forget_trouble
    from partnerdesk.models.syncing.progress import SyncTrouble
    from partnerdesk.partnercenter.sign_in.attempt import Attempt

    connection = replace(account_connection(store, settings, account_id), way=way)

    def keep(signed_in: SignedIn) -> None:
        keep_signed_in(store, account_id, way, signed_in)
        forget_trouble(store, account_id, SyncTrouble.SIGN_IN)

    return Attempt(connection, settings.tls, clock, secrets, keep=keep)


def tokens_end(connection: AccountConnection) -> datetime | None:
    """Return when the last of an account's kept access tokens ends; None if none is kept here."""
    from partnerdesk.partnercenter.sign_in.library import msal
    from partnerdesk.partnercenter.sign_in.token_store import TokenStore

    store = TokenStore(connection)
    if not store.has_tokens:
        return None
    with suppress(AppError, OSError):  # a store that cannot be opened says nothing
        kind = msal().TokenCache.CredentialType.ACCESS_TOKEN
        ends = [int(entry["expires_on"]) for entry in store.cache().search(kind)]
        return from_millis(max(ends) * 1000) if ends else None
    return None


def sign_out(connection: AccountConnection) -> None:
    """Remove the sign-in of an account from this computer.

    Raises:
        OSError: a file cannot be removed.
    """
    from partnerdesk.partnercenter.sign_in.token_store import TokenStore

    TokenStore(connection).forget()
    keep_own(SignInKey(connection.cloud.id, connection.tenant_id, connection.client_id), None)
