"""How long a sign-in lasts before a person has to sign in again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import SignInWay

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESH_TOKEN_DAYS = 90
"""How long a refresh token lasts that is not used (learn.microsoft.com/entra/identity-platform/
refresh-tokens); each use begins the time anew, and a policy of the tenant may end it earlier."""


def lasts_until(way: SignInWay, answer: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return when a person has to sign in again after the answer with tokens; None for no end.

    An application renews its tokens by its own secret, whose end nothing tells.
    """
    if way is SignInWay.APP:
        return None
    seconds = answer.get("refresh_token_expires_in")
    if isinstance(seconds, (int, str)) and str(seconds).isdecimal():
        return at + timedelta(seconds=int(seconds))
    if not answer.get("refresh_token"):
        return at + timedelta(seconds=int(answer.get("expires_in", 0)))
    return at + timedelta(days=REFRESH_TOKEN_DAYS)
