"""The lists other than the customers' that are imported, and what their rows are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.importing.delegated_admin_rows import DelegatedAdminBook
from partnerdesk.models.importing.invitation_rows import InvitationBook
from partnerdesk.models.importing.partner_rows import PartnerBook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.importing.record_rows import Book

BOOKS: Mapping[str, type[Book]] = {
    "delegated-admin": DelegatedAdminBook,
    "invitations": InvitationBook,
    "partners": PartnerBook,
}
"""What rows of each list are compared with."""
