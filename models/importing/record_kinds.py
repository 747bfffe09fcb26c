"""Joins the classes that read and plan the rows of the importable lists other than customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.importing.delegated_admin_rows import DelegatedAdminBook
from partnerdesk.models.importing.invitation_rows import InvitationBook
from partnerdesk.models.importing.partner_rows import PartnerBook
from partnerdesk.models.importing.subscription_rows import SubscriptionBook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.importing.record_rows import Book

BOOKS: Mapping[str, type[Book]] = {
    "delegated-admin": DelegatedAdminBook,
    "invitations": InvitationBook,
    "partners": PartnerBook,
    "subscriptions": SubscriptionBook,
}
"""The class that reads and plans the rows of each list, by the name of the list."""
