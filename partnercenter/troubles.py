"""What an error or an attempt means for the header, whoever talks to Partner Center."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    SignInNeededError,
    ThrottledError,
)
from partnerdesk.models.syncing.progress import SyncTrouble

if TYPE_CHECKING:
    from partnerdesk.partnercenter.access import Heard

_OF_ERRORS: tuple[tuple[type[AppError], SyncTrouble], ...] = (
    (OfflineError, SyncTrouble.OFFLINE),
    (SignInNeededError, SyncTrouble.SIGN_IN),
    (ThrottledError, SyncTrouble.THROTTLED),
    (AppError, SyncTrouble.FAILED),
)
NO_ANSWER = 0
"""The status of an attempt without an answer."""
_THROTTLED = 429


def trouble_of(error: AppError) -> SyncTrouble:
    """Return what an error means for the header."""
    return next(trouble for kind, trouble in _OF_ERRORS if isinstance(error, kind))


def trouble_of_attempt(heard: Heard) -> SyncTrouble:
    """Return what holds the calls up after an attempt; none after any other answer."""
    if heard.status == NO_ANSWER:
        return SyncTrouble.OFFLINE
    return SyncTrouble.THROTTLED if heard.status == _THROTTLED else SyncTrouble.NONE
