"""What became of calls that were sent: for the person, and for the next step."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.models.core.errors import AppError


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The first administrator of a new tenant. Partner Center tells the password this once.

    Whoever gets this shows it until the person dismisses it; it is never stored or logged.
    """

    company: str
    user_name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What Partner Center answered to a call that it took."""

    exchange: Exchange
    found: Mapping[str, Any] = field(default_factory=dict)
    """What is needed to read the result back, such as the id of a new customer; kept."""
    first_admin: FirstAdmin | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What reading back showed, and what of it becomes part of the book."""

    customer: Fields = field(default_factory=dict)
    billing: Fields = field(default_factory=dict)
    account: Fields = field(default_factory=dict)
    subscription: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else changed the same fields at Partner Center."""

    exchange: Exchange
    theirs: Fields
    """The fields that both changed, with their values at Partner Center."""


class Repeat(Enum):
    """How to repeat a call that surely had no effect yet (`reference/protocol.md §7`)."""

    NEW_ID = "new_id"
    """With a new request id."""
    AS_ANSWERED = "as_answered"
    """With the same request id where no answer came at all, with a new one after an answer."""
    SAME_ID = "same_id"
    """With the same request id: only its answer proves whether the first attempt took effect."""


class NotYetError(Exception):
    """Partner Center took the call, but what it did cannot be read yet."""


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call after an attempt to send it."""

    call: OutboxCall
    error: AppError | None = None
    """Why it is not confirmed; None if it is, or its result cannot be read yet."""
    first_admin: FirstAdmin | None = field(default=None, repr=False)

    @property
    def state(self) -> CallState:
        """How far the call is."""
        return CallState(self.call.state)


@dataclass(frozen=True, slots=True)
class Sending:
    """The result of sending the waiting calls of an account."""

    calls: tuple[SentCall, ...] = ()
    """The calls that were tried, in their order."""
    left: int = 0
    """How many calls still wait."""
    is_busy: bool = False
    """Whether another process is sending for this account; then nothing was tried."""
    halted: AppError | None = None
    """Why nothing could be tried at all; None if something could."""

    @property
    def error(self) -> AppError | None:
        """The first error; None if there was none."""
        errors = (sent.error for sent in self.calls if sent.error is not None)
        return self.halted or next(errors, None)

    @property
    def first_admins(self) -> tuple[FirstAdmin, ...]:
        """The credentials to show, once."""
        return tuple(sent.first_admin for sent in self.calls if sent.first_admin is not None)

    @property
    def text(self) -> str:
        """The result in a few sentences, for the person."""
        if self.is_busy:
            return _("Another process is sending to Partner Center right now.")
        confirmed = sum(sent.state is CallState.CONFIRMED for sent in self.calls)
        taken = sum(sent.state is CallState.SENT for sent in self.calls)
        sentences = []
        if confirmed:
            text = ngettext(
                "Partner Center has confirmed {count} change.",
                "Partner Center has confirmed {count} changes.",
                confirmed,
            )
            sentences.append(text)
        if taken:
            text = ngettext(
                "{count} change is accepted and will be read back.",
                "{count} changes are accepted and will be read back.",
                taken,
            )
            sentences.append(text)
        if self.error is not None:
            sentences.append(str(self.error))
        if self.left:
            sentences.append(ngettext("{count} call waits.", "{count} calls wait.", self.left))
        return " ".join(sentences) or _("Nothing waits for Partner Center.")
