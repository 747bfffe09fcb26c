"""The lives of invitations and relationships: which states there are, and what leads where.

    INVITATION.after(InvitationState.SENT, InvitationEvent.REMIND)   # REMINDED
    INVITATION.after(InvitationState.ACCEPTED, InvitationEvent.REMIND)   # None: it cannot be

Pure, and without SQLModel, since the lists name their states by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[State, Event]):
    """A state machine as data."""

    ways: Mapping[State, Mapping[Event, State]]
    """From each state, where each event leads; what is not here cannot be."""

    def after(self, state: State, event: Event) -> State | None:
        """Return the state after an event; None where it cannot happen in `state`."""
        return self.ways.get(state, {}).get(event)

    def events(self, state: State) -> list[Event]:
        """Return what can happen in a state; nothing in one that is final."""
        return list(self.ways.get(state, {}))


class InvitationState(StrEnum):
    """How far an invitation is; the ledger's own words, since Microsoft tells of none."""

    DRAFT = "draft"
    SENT = "sent"
    REMINDED = "reminded"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    """No answer for long; never stored, but counted from the last letter."""
    WITHDRAWN = "withdrawn"


class InvitationEvent(StrEnum):
    """What can happen to an invitation."""

    SEND = "send"
    REMIND = "remind"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    """Time passes; nobody does it."""
    WITHDRAW = "withdraw"


_I, _IE = InvitationState, InvitationEvent
_ANSWERS = {
    _IE.REMIND: _I.REMINDED,
    _IE.ACCEPT: _I.ACCEPTED,
    _IE.DECLINE: _I.DECLINED,
    _IE.WITHDRAW: _I.WITHDRAWN,
}
INVITATION: Lifecycle[InvitationState, InvitationEvent] = Lifecycle(
    {
        _I.DRAFT: {_IE.SEND: _I.SENT, _IE.WITHDRAW: _I.WITHDRAWN},
        _I.SENT: {**_ANSWERS, _IE.LAPSE: _I.LAPSED},
        _I.REMINDED: {**_ANSWERS, _IE.LAPSE: _I.LAPSED},
        _I.LAPSED: _ANSWERS,  # the link never ends, so the customer may still accept
    }
)
"""An invitation's life. The link is reusable and has no end (`reference/rules.md §7`)."""

OPEN_INVITATIONS = (_I.SENT, _I.REMINDED)
"""The stored states in which an answer is awaited."""

INVITATION_TITLES: Mapping[str, str] = {
    _I.DRAFT: N_("draft"),
    _I.SENT: N_("sent"),
    _I.REMINDED: N_("reminded"),
    _I.ACCEPTED: N_("accepted"),
    _I.DECLINED: N_("declined"),
    _I.LAPSED: N_("lapsed"),
    _I.WITHDRAWN: N_("withdrawn"),
}
"""What each state of an invitation is called."""


class RelationshipState(StrEnum):
    """How customer and partner stand to each other."""

    NONE = "none"
    """In the book, without a relationship."""
    ACTIVE = "active"
    ENDED = "ended"


class RelationshipEvent(StrEnum):
    """What can happen to a reseller relationship."""

    ESTABLISH = "establish"
    """An invitation is accepted, or Partner Center says there is one."""
    END = "end"


_R, _RE = RelationshipState, RelationshipEvent
RELATIONSHIP: Lifecycle[RelationshipState, RelationshipEvent] = Lifecycle(
    {
        _R.NONE: {_RE.ESTABLISH: _R.ACTIVE, _RE.END: _R.ENDED},
        _R.ACTIVE: {_RE.END: _R.ENDED},
        _R.ENDED: {_RE.ESTABLISH: _R.ACTIVE},
    }
)
"""A reseller relationship's life: it can be requested again (`reference/rules.md §9`)."""


class DelegatedAdminState(StrEnum):
    """`status` of a delegated-admin relationship, as Graph writes it (`resources.md`, *GDAP*)."""

    CREATED = "created"
    APPROVAL_PENDING = "approvalPending"
    APPROVED = "approved"
    ACTIVATING = "activating"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    TERMINATION_REQUESTED = "terminationRequested"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


class DelegatedAdminEvent(StrEnum):
    """What can happen to a delegated-admin relationship."""

    REQUEST = "request"
    """It is locked for approval, and its link goes to the customer."""
    APPROVE = "approve"
    """The customer's global admin approves; Microsoft then activates it by itself."""
    EXTEND = "extend"
    EXPIRE = "expire"
    """Time passes: its end has come, or nobody approved it in 90 days."""
    TERMINATE = "terminate"


_D, _DE = DelegatedAdminState, DelegatedAdminEvent
_ENDING = {_DE.TERMINATE: _D.TERMINATED}
DELEGATED_ADMIN: Lifecycle[DelegatedAdminState, DelegatedAdminEvent] = Lifecycle(
    {
        _D.CREATED: {_DE.REQUEST: _D.APPROVAL_PENDING},
        _D.APPROVAL_PENDING: {_DE.APPROVE: _D.ACTIVE, _DE.EXPIRE: _D.EXPIRED},
        _D.APPROVED: {_DE.APPROVE: _D.ACTIVE},
        _D.ACTIVATING: {_DE.APPROVE: _D.ACTIVE},
        _D.ACTIVE: {_DE.EXTEND: _D.ACTIVE, _DE.EXPIRE: _D.EXPIRED, **_ENDING},
        _D.EXPIRING: {_DE.EXPIRE: _D.EXPIRED, **_ENDING},
        _D.TERMINATION_REQUESTED: _ENDING,
        _D.TERMINATING: _ENDING,
    }
)
"""A delegated-admin relationship's life (`reference/rules.md §10`, `resources.md`, *GDAP*).

`autoExtendDuration` can be changed while it is active only, and only an active one is terminated.
"""

DELEGATED_ADMIN_TITLES: Mapping[str, str] = {
    _D.CREATED: N_("created"),
    _D.APPROVAL_PENDING: N_("approval pending"),
    _D.APPROVED: N_("approved"),
    _D.ACTIVATING: N_("activating"),
    _D.ACTIVE: N_("active"),
    _D.EXPIRING: N_("expiring"),
    _D.EXPIRED: N_("expired"),
    _D.TERMINATION_REQUESTED: N_("termination requested"),
    _D.TERMINATING: N_("terminating"),
    _D.TERMINATED: N_("terminated"),
}
"""What each state of a delegated-admin relationship is called."""
