"""Ending a relationship: what stands in the way is read first; nothing is touched while it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import PartnerCenterError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext
from partnerdesk.partnercenter.sending.errands import is_gone
from partnerdesk.partnercenter.sending.masking import refused, request_text
from partnerdesk.partnercenter.sending.preconditions import active_subscriptions
from partnerdesk.partnercenter.sending.results import Accepted, NotYetError, ReadBack, Repeat
from partnerdesk.partnercenter.wire.customers import Customer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.partnercenter.sending.errands import Errand

_BODY = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
NAMED = 5
"""How many subscriptions in the way are named."""


class EndCourier:
    """Ends the reseller relationship with a customer."""

    def look_up(self, errand: Errand) -> Accepted | Repeat:
        """Return that the attempt ended the relationship, unless it lasts."""
        try:
            answer, exchange = errand.ask("get_customer", errand.customer)
        except PartnerCenterError as error:
            if is_gone(error):
                return Accepted(refused(errand.trail[-1], error))
            raise
        if Customer.of(answer.body).relationship_to_partner.lower() == "none":
            return Accepted(exchange)
        return Repeat.AS_ANSWERED

    def send(self, errand: Errand) -> Accepted:
        """Look what is active, then end the relationship.

        Raises:
            RefusedError: something is active: nothing was changed.
        """
        errand.trail.append(request_text("list_subscriptions", errand.customer))
        active = active_subscriptions(errand.client, errand.customer["customer_id"])
        if active:
            names = ", ".join(shown(one.name) for one in active[:NAMED])
            text = ngettext(
                "Stopped before anything was changed: {count} subscription is active: {names}.",
                "Stopped before anything was changed: {count} subscriptions are active: {names}.",
                len(active),
                names=names,
            )
            raise RefusedError(
                text, _("Suspend or cancel them in Partner Center, then send again.")
            )
        _answer, exchange = errand.ask(
            "remove_reseller_relationship",
            errand.customer,
            body=_BODY,
            request_id=errand.request_id,
            before_send=errand.keep_id,
        )
        return Accepted(exchange)

    def read_back(self, errand: Errand, _accepted: Mapping[str, Any]) -> ReadBack:
        """Return that the customer is gone; what the book keeps of it stays."""
        if isinstance(self.look_up(errand), Repeat):
            raise NotYetError
        return ReadBack()
