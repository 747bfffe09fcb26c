"""The lifecycles of invitations and relationships: their states, events and transitions.

    INVITATION.after(InvitationState.SENT, InvitationEvent.REMIND)   # REMINDED
    INVITATION.after(InvitationState.ACCEPTED, InvitationEvent.REMIND)   # None: not possible

Pure, and without SQLModel, because the lists use the titles of the states.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from partnerdesk.models.core.stored import Titles
from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[State, Event]):
    """A state machine as data."""

    transitions: Mapping[State, Mapping[Event, State]]
    """The state after each event, by state and event; a missing event cannot happen."""

    def after(self, state: State, event: Event) -> State | None:
        """Return the state after an event; None if the event cannot happen in `state`."""
        return self.transitions.get(state, {}).get(event)

    def events(self, state: State) -> list[Event]:
        """Return the events that can happen in a state; empty for a final state."""
        return list(self.transitions.get(state, {}))


class InvitationState(StrEnum):
    """The state of an invitation. The names are this program's, because Microsoft has none."""

    DRAFT = "draft"
    SENT = "sent"
    REMINDED = "reminded"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    """No answer for `LAPSE_AFTER_DAYS`; never stored, computed from the day of the last letter."""
    WITHDRAWN = "withdrawn"


class InvitationEvent(StrEnum):
    """An event in the life of an invitation."""

    SEND = "send"
    REMIND = "remind"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    """Time passes without an answer."""
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
        _I.LAPSED: _ANSWERS,  # the link never expires, so the customer can still accept
    }
)
"""The lifecycle of an invitation; its link never expires (`reference/rules.md §7`)."""

OPEN_INVITATIONS = (_I.SENT, _I.REMINDED)
"""The stored states of invitations that wait for an answer."""

INVITATION_TITLES: Titles[str] = Titles(
    {
        _I.DRAFT: N_("draft"),
        _I.SENT: N_("sent"),
        _I.REMINDED: N_("reminded"),
        _I.ACCEPTED: N_("accepted"),
        _I.DECLINED: N_("declined"),
        _I.LAPSED: N_("lapsed"),
        _I.WITHDRAWN: N_("withdrawn"),
    }
)
"""The title of each state of an invitation."""


class RelationshipState(StrEnum):
    """The state of the relationship between a customer and the partner."""

    NONE = "none"
    """The customer is in the book without a relationship."""
    ACTIVE = "active"
    ENDED = "ended"


class RelationshipEvent(StrEnum):
    """An event in the life of a reseller relationship."""

    ESTABLISH = "establish"
    """The customer accepts an invitation, or Partner Center lists a relationship."""
    END = "end"


_R, _RE = RelationshipState, RelationshipEvent
RELATIONSHIP: Lifecycle[RelationshipState, RelationshipEvent] = Lifecycle(
    {
        _R.NONE: {_RE.ESTABLISH: _R.ACTIVE, _RE.END: _R.ENDED},
        _R.ACTIVE: {_RE.END: _R.ENDED},
        _R.ENDED: {_RE.ESTABLISH: _R.ACTIVE},
    }
)
"""The lifecycle of a reseller relationship, which can begin again (`reference/rules.md §9`)."""


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
    """An event in the life of a delegated-admin relationship."""

    REQUEST = "request"
    """The partner locks it for approval and sends its link to the customer."""
    APPROVE = "approve"
    """The customer's global admin approves it; Microsoft then activates it."""
    EXTEND = "extend"
    EXPIRE = "expire"
    """Its end is reached, or nobody approved it within 90 days."""
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
"""The lifecycle of a delegated-admin relationship (`rules.md §10`; `resources.md`, *GDAP*).

Only an active relationship is extended. A termination starts from active, expiring or a state of a
termination that Microsoft has not finished.
"""

DELEGATED_ADMIN_TITLES: Titles[str] = Titles(
    {
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
)
"""The title of each state of a delegated-admin relationship."""
