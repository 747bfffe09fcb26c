"""The accounts as the book stores them, whether their clouds are on or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store


def stored_accounts(store: Store) -> list[PartnerAccount]:
    """Return all accounts, in the order of their ids.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        return list(session.exec(select(PartnerAccount).order_by(col(PartnerAccount.id))))


def stored_account(store: Store, id: int) -> PartnerAccount:
    """Return an account.

    Raises:
        NotFoundError: there is no such account.
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        account = session.get(PartnerAccount, id)
    if account is None:
        raise NotFoundError(_("There is no account {id}.").format(id=id))
    return account
