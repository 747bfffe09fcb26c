"""Fetching the partner's invitation link: it is the same for all customers and stays usable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.verdicts import is_refused, why_refused
from partnerdesk.models.languages import _
from partnerdesk.models.letters.links import check_link
from partnerdesk.partnercenter.sending.results import Accepted, ReadBack, Repeat
from partnerdesk.partnercenter.wire.customers import InvitationLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.partnercenter.sending.errands import Errand

_OPERATION = "get_invitation_link"


class LinkCourier:
    """Fetches the invitation link; a read, so every attempt may be repeated."""

    def look_up(self, _errand: Errand) -> Accepted | Repeat:
        """Return that it is repeated: a read has no effect."""
        return Repeat.NEW_ID

    def send(self, errand: Errand) -> Accepted:
        """Fetch the link.

        Raises:
            RefusedError: the answer holds no link, or one that is not this partner's.
        """
        answer, exchange = errand.ask(_OPERATION)
        url = InvitationLink.of(answer.body).url
        if not url:
            raise RefusedError(_("Partner Center answered without an invitation link."))
        connection = errand.client.connection
        reasons = check_link(url, connection.cloud, connection.tenant_id)
        if is_refused(reasons):
            raise RefusedError(why_refused(reasons))
        return Accepted(exchange, {"url": url})

    def read_back(self, _errand: Errand, accepted: Mapping[str, Any]) -> ReadBack:
        """Return the link for the account: it was read just now."""
        return ReadBack(account={"invitation_link": str(accepted["url"])})
