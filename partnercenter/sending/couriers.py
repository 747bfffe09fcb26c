"""Which courier sends which operation."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.sending.create import CreateCourier
from partnerdesk.partnercenter.sending.edit import EditCourier
from partnerdesk.partnercenter.sending.end import EndCourier
from partnerdesk.partnercenter.sending.invitation_link import LinkCourier
from partnerdesk.partnercenter.sending.subscription import SubscriptionCourier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.partnercenter.sending.errands import Courier

COURIERS: Mapping[str, Courier] = MappingProxyType(
    {
        Operation.CREATE_CUSTOMER: CreateCourier(),
        Operation.UPDATE_BILLING_PROFILE: EditCourier(),
        Operation.REMOVE_RESELLER_RELATIONSHIP: EndCourier(),
        Operation.GET_INVITATION_LINK: LinkCourier(),
        Operation.UPDATE_SUBSCRIPTION: SubscriptionCourier(),
    }
)
"""The courier of each operation, by its stored name."""


def courier_of(operation: str) -> Courier:
    """Return the courier of an operation.

    Raises:
        RefusedError: this version of the program does not know the operation.
    """
    courier = COURIERS.get(operation)
    if courier is None:
        raise RefusedError(_("This version of the program cannot send it."))
    return courier
