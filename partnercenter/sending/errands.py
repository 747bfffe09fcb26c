"""A call on its way, and what a courier of an operation does with it.

A courier knows one operation. `look_up` says whether an attempt without an answer took effect;
only if it did not is the call sent again (`reference/protocol.md §7`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from partnerdesk.models.changes.history import as_object
from partnerdesk.models.core.errors import PartnerCenterError, RefusedError
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.sending.masking import answered, request_text
from partnerdesk.partnercenter.sending.results import Accepted, Repeat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.models.database.store import Store
    from partnerdesk.partnercenter.answers import Answer
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.sending.results import Clash, ReadBack


@dataclass(frozen=True, slots=True)
class Errand:
    """A call on its way: what it asks for, of whom, and over which client."""

    call: OutboxCall
    client: PartnerCenter
    microsoft_id: str
    """The customer's tenant as the book knows it now; empty if unknown."""
    keep_id: Callable[[str], None]
    """Stores the request id of an attempt before it is sent."""
    repeat: Repeat | None = None
    """How the call is repeated; None if it is sent for the first time."""
    trail: list[str] = field(default_factory=list)
    """The requests made for the call, as they may be kept; the last one is told with an error."""

    @property
    def request_id(self) -> str:
        """The request id of the next attempt; empty for a new one."""
        is_answered = self.call.http_status is not None
        if self.repeat is Repeat.NEW_ID or (self.repeat is Repeat.AS_ANSWERED and is_answered):
            return ""
        return self.call.request_id

    def ask(
        self, operation: str, path: Mapping[str, str] = MappingProxyType({}), **more: Any
    ) -> tuple[Answer, Exchange]:
        """Call an operation; return its answer, and both as they may be kept.

        Args:
            operation: the name in the table of operations.
            path: the names of its path with their values.
            more: further arguments of `PartnerCenter.call`.

        Raises: the errors of `PartnerCenter.call`.
        """
        self.trail.append(request_text(operation, path, more.get("body")))
        answer = self.client.call(operation, path, **more)
        return answer, answered(self.trail[-1], answer)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the call."""
        return as_object(self.call.arguments)

    @property
    def found(self) -> dict[str, Any]:
        """What was kept of the answer that accepted the call."""
        return as_object(self.call.found) if self.call.found else {}

    @property
    def customer(self) -> dict[str, str]:
        """The customer as the path of an operation names it.

        Raises:
            RefusedError: the book does not know the customer's Microsoft ID.
        """
        id = str(self.found.get("microsoft_id") or self.microsoft_id)
        if not id:
            raise RefusedError(
                _("The call needs the customer's Microsoft ID, which the book does not know."),
                _("Read the customers from Partner Center first: partnerdesk sync"),
            )
        return {"customer_id": id}


class Courier(Protocol):
    """Knows one operation."""

    def look_up(self, errand: Errand, /) -> Accepted | Repeat:
        """Return what an attempt without an answer did, or how to repeat one that did nothing.

        Raises: the errors of `PartnerCenter.call`.
        """
        ...

    def send(self, errand: Errand, /) -> Accepted | Clash:
        """Send the call.

        Raises:
            RefusedError: it cannot be sent as it is.
            The errors of `PartnerCenter.call`.
        """
        ...

    def read_back(self, errand: Errand, accepted: Mapping[str, Any], /) -> ReadBack | Clash:
        """Return what Partner Center has now, after it took the call.

        Raises:
            NotYetError: it does not show the result yet.
            The errors of `PartnerCenter.call`.
        """
        ...


def errand_of(
    store: Store, call: OutboxCall, client: PartnerCenter, keep_id: Callable[[str], None]
) -> Errand:
    """Return the errand of a call, with the customer's id as the book has it now."""
    microsoft_id = str(as_object(call.arguments).get("microsoft_id") or "")
    if call.customer_id is not None:
        with store.reading() as session:
            customer = session.get(Customer, call.customer_id)
        microsoft_id = (customer.microsoft_id if customer is not None else "") or microsoft_id
    return Errand(call, client, microsoft_id, keep_id)


def is_gone(error: PartnerCenterError) -> bool:
    """Return whether an error says that the thing does not exist (any more)."""
    return error.kind == ErrorKind.GONE or error.status == 404
