"""Calls to Partner Center for a list or a page: what each asks, how far it is, and how to go on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Channel, describe_call
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.changes.waiting_calls import OPEN, call_of
from partnerdesk.models.operations.sent_calls import conflict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store

_FIRST = (
    "id",
    "change_id",
    "account_id",
    "customer_id",
    "operation",
    "state",
    "attempts",
    "answer",
)
_LAST = (
    "request_id",
    "correlation_id",
    "http_status",
    "code",
    "changed_at",
    "not_before",
    "request",
    "response",
)
LONGEST_LIST = 10_000
"""How many calls a list holds at most; the latest of all calls."""


@dataclass(frozen=True)
class CallView:
    """A call with the names of what it is about, detached from the store."""

    call: OutboxCall
    cloud: str
    subject: str
    """The name of the customer or account, as the history has it."""

    @property
    def title(self) -> str:
        """What is called, and its subject."""
        return describe_call(self.call.channel, self.call.operation, self.call.about)[1]

    def as_json(self) -> dict[str, Any]:
        """Return the call as `--json` prints it. Scripts rely on the fields."""
        call = self.call
        dumped = call.model_dump(mode="json")
        return {
            **{name: dumped[name] for name in _FIRST},
            "cloud": self.cloud,
            "subject": self.subject,
            "arguments": as_object(call.arguments),
            **{name: dumped[name] for name in _LAST},
            "conflict": [asdict(field) for field in conflict_of(call)],
        }


def read_calls(
    store: Store, account_ids: Sequence[int], *, settled: bool = False
) -> list[CallView]:
    """Return the calls of some accounts to Partner Center, in their order.

    Args:
        store: the book.
        account_ids: the accounts.
        settled: whether confirmed calls and those given up are among them.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        found = select(OutboxCall).where(
            OutboxCall.channel == Channel.PARTNER_CENTER,
            col(OutboxCall.account_id).in_(list(account_ids)),
        )
        if not settled:
            found = found.where(col(OutboxCall.state).in_(OPEN))
        latest = session.exec(found.order_by(col(OutboxCall.id).desc()).limit(LONGEST_LIST))
        return [_view(session, call) for call in reversed(latest.all())]


def read_call_view(store: Store, id: int) -> CallView:
    """Return one call.

    Raises:
        NotFoundError: there is no such call to Partner Center.
    """
    with store.reading() as session:
        return _view(session, call_of(session, id))


def _view(session: Session, call: OutboxCall) -> CallView:
    change = session.get(Change, call.change_id)
    account = session.get(PartnerAccount, call.account_id)
    return CallView(
        call, account.cloud if account is not None else "", change.subject if change else ""
    )
