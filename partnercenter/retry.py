"""When a call is sent again: with back-off and jitter, as long as the service asks, or never.

Each failed attempt says by itself whether another one is allowed (`reference/protocol.md §7`).
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tenacity import RetryCallState, Retrying

    from partnerdesk.models.core.errors import AppError

ATTEMPTS = 7
"""How often a call is sent at most."""
PATIENCE = 300.0
"""Seconds that a call may spend waiting between its attempts."""
FIRST_WAIT, LONGEST_WAIT, JITTER = 0.5, 30.0, 0.5
"""Seconds of the back-off without `Retry-After`: it doubles; the jitter comes on top."""
BARE_THROTTLE = 2.0
"""Seconds to wait for a 429 that does not say how long, before the back-off."""


class AgainError(Exception):
    """An attempt failed, and the call may be sent again."""

    def __init__(self, error: AppError, seconds: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        """What to raise where no attempt is left."""
        self.seconds = seconds
        """The least time to wait, which the service asked for."""


def retrying(wait: Callable[[float], None], patience: float = PATIENCE) -> Retrying:
    """Return the loop over the attempts of one call; `wait` waits some seconds, or raises."""
    import tenacity

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(AgainError),
        wait=_seconds,
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(patience),
        sleep=wait,
        reraise=True,
    )


def _seconds(state: RetryCallState) -> float:
    """Return how long to wait: what the service asked for, with the back-off on top."""
    import tenacity

    backoff = tenacity.wait_exponential_jitter(
        multiplier=FIRST_WAIT, max=LONGEST_WAIT, jitter=JITTER
    )
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.seconds if isinstance(error, AgainError) else 0.0
    return asked + backoff(state)


def retry_after(headers: Mapping[str, str], at: datetime) -> float:
    """Return the seconds of `Retry-After`, given as a number or as a date; 0 without it."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text) if text else 0.0
    except ValueError:
        seconds = _until(text, at)
    return seconds if 0.0 <= seconds < inf else 0.0


def _until(text: str, at: datetime) -> float:
    """Return the seconds until a moment as HTTP writes it; 0 if it is none."""
    try:
        return (parsedate_to_datetime(text) - at).total_seconds()
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return 0.0
