"""The account of the record or customer that a command names."""

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
    """Return the account with this id, if it is in scope of the command.

    Raises:
        NotFoundError: the account belongs to another cloud than `--cloud`, or its cloud is off.
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
        NotFoundError: no customer in scope has this ID or domain.
        UsageError: several customers have this domain.
    """
    from partnerdesk.models.customers.page import customer_named

    chosen = scope(arguments, settings, store, ALL)
    with store.reading() as session:
        customer = customer_named(session, text, chosen.ids)
    account = next(account for account in chosen.accounts if account.id == customer.account_id)
    return account, customer.id or 0
