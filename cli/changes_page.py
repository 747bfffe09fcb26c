"""Reads the change that a command names by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import scope
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.pages.change import ChangePage
    from partnerdesk.models.settings.model import Settings


def named_change(arguments: argparse.Namespace, settings: Settings, store: Store) -> ChangePage:
    """Return the change with the given number, if it is in scope of `--cloud`.

    Raises:
        NotFoundError: there is no such change, or it belongs to another cloud.
    """
    from partnerdesk.models.pages.change import read_change

    page = read_change(store, arguments.id)
    account = page.entry.account_id
    if account is not None and hasattr(arguments, "cloud"):
        chosen = scope(arguments, settings, store, ALL)
        if account not in chosen.ids:
            raise NotFoundError(
                _("Change {id} is of another cloud.").format(id=arguments.id),
                _("Leave out --cloud."),
            )
    return page
