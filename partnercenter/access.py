"""The way to the API for one account: who signs in, over which connection, at which pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import httpx

    from partnerdesk.partnercenter.connection import AccountConnection, Tokens
    from partnerdesk.partnercenter.limiter import Limiter


@dataclass(slots=True)
class Counts:
    """What a client has done so far."""

    calls: int = 0
    """HTTP requests, repeated ones too."""
    retries: int = 0
    """Those of them that repeated another."""
    thrown_away: int = 0
    """Answers that were about something else than what was asked, or a page that came twice."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One attempt, as `Access.heard` is told of it. It holds no token and no body."""

    operation: str
    method: str
    target: str
    """Path and query."""
    status: int
    """0 where no answer came."""
    request_id: str
    correlation_id: str
    problem: str = ""
    """What was wrong with it, translated; empty if nothing was."""


@dataclass(slots=True)
class Access:
    """What every call of one account needs; `PartnerCenter` explains the parts."""

    connection: AccountConnection
    tokens: Tokens
    http: httpx.Client
    limiter: Limiter
    clock: Callable[[], datetime]
    wait: Callable[[float], None]
    heard: Callable[[Heard], None]
    urgent: bool
    patience: float
    locale: str
    counts: Counts = field(default_factory=Counts)
    mfa: bool | None = None
    """Whether the last answer that told called the sign-in MFA; None: not known yet."""
