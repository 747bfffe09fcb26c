"""Keeps who is signed in to an account: in the book, and of this person, on this computer.

No secret is among it. Signing in is no change of the book's content: it has no entry in the
history, as receiving a list of customers has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.own_sign_ins import OwnSignIn, SignInKey, keep_own, own_sign_in
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import SignInWay
    from partnerdesk.models.accounts.signing_in import SignedIn
    from partnerdesk.models.database.store import Store


def keep_signed_in(store: Store, account_id: int, way: SignInWay, signed_in: SignedIn) -> None:
    """Keep who has signed in, and how; whether with MFA is not known until Partner Center answers.

    Raises:
        NotFoundError: the account is not in the book any more.
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be written.
    """
    key = _keep(
        store,
        account_id,
        sign_in_way=way,
        signed_in_as=signed_in.who,
        signed_in_until=signed_in.until,
        mfa=None,
    )
    keep_own(key, OwnSignIn(signed_in.who).lasting(signed_in.until))


def keep_renewed(store: Store, account_id: int, until: datetime | None) -> None:
    """Keep that a sign-in was renewed. Raises: as `keep_signed_in`."""
    key = _keep(store, account_id, signed_in_until=until)
    if own := own_sign_in(key):
        keep_own(key, own.lasting(until))


def keep_signed_out(store: Store, account_id: int) -> None:
    """Keep that nobody is signed in. Raises: as `keep_signed_in`."""
    keep_own(_keep(store, account_id, signed_in_as="", signed_in_until=None, mfa=None), None)


def keep_sign_in_ended(store: Store, account_id: int, at: datetime) -> None:
    """Keep that Microsoft ended the sign-in at this moment. Raises: as `keep_signed_in`."""
    key = _keep(store, account_id, signed_in_until=at, mfa=None)
    if own := own_sign_in(key):
        keep_own(key, own.lasting(at).with_mfa(None))


def keep_mfa(store: Store, account_id: int, mfa: bool | None) -> None:
    """Keep what Partner Center said last of the sign-in (`isMfaCompliant`); None says nothing.

    Raises: as `keep_signed_in`.
    """
    if mfa is None:
        return
    key = _keep(store, account_id, mfa=mfa)
    if own := own_sign_in(key):
        keep_own(key, own.with_mfa(mfa))


def _keep(store: Store, account_id: int, **fields: Any) -> SignInKey:
    """Write fields of an account; return what tells its sign-in apart."""
    from partnerdesk.models.accounts.entities import PartnerAccount

    with store.writing() as session:
        account = session.get(PartnerAccount, account_id, with_for_update=True)
        if account is None:
            raise NotFoundError(_("This account is not in the book any more."))
        for name, value in fields.items():
            if getattr(account, name) != value:
                setattr(account, name, value)
        return SignInKey(account.cloud, account.tenant_id, account.client_id)
