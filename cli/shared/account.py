"""Which account a command of `relationships` works in: that of the record it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import scope
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings


def account_of(
    arguments: argparse.Namespace, settings: Settings, store: Store, account_id: int
) -> Account:
    """Return the account of a record, where it is of a cloud that is meant.

    Raises:
        NotFoundError: it is of another cloud than `--cloud` says, or of one that is turned off.
    """
    for account in scope(arguments, settings, store, ALL).accounts:
        if account.id == account_id:
            return account
    number = getattr(arguments, "id", "")
    if hasattr(arguments, "cloud"):
        raise NotFoundError(
            _("{id} is of another cloud.").format(id=number), _("Leave out --cloud.")
        )
    raise NotFoundError(
        _("{id} is of a cloud that is turned off.").format(id=number),
        _("Turn it on in your settings; `partnerdesk info` names the file."),
    )


def named_customer(
    arguments: argparse.Namespace, settings: Settings, store: Store, text: str
) -> tuple[Account, int]:
    """Return the account and the id of the customer whose Microsoft ID or domain is `text`.

    Raises:
        NotFoundError: nobody has it in the clouds that are meant.
        UsageError: several have it.
    """
    from partnerdesk.models.customers.page import customer_named

    there = scope(arguments, settings, store, ALL)
    with store.reading() as session:
        customer = customer_named(session, text, there.ids)
    own = next(account for account in there.accounts if account.id == customer.account_id)
    return own, customer.id or 0
