"""Asks Partner Center whether domains are free, for a form that is being filled in."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.database.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.session import AppSession

FRESH = timedelta(minutes=2)
"""How long an answer is good: a free domain may be taken by somebody meanwhile."""
PATIENCE = 2.0
"""The seconds that a question may wait between its attempts; nobody waits for it."""


class DomainChecks:
    """The questions of this console about domains, each asked once in a while."""

    def __init__(self, desk: AppSession, ready: Callable[[], Awaitable[None]]) -> None:
        """Take the open book, and what waits until imports no longer stand in the way."""
        self._desk = desk
        self._ready = ready
        self._answers: dict[tuple[int, str], tuple[Reason | None, datetime]] = {}

    async def ask(self, account_id: int, domain: str) -> Reason | None:
        """Return the refusal of a domain that is taken; None for a free one, or without an answer.

        Without a sign-in or a network nothing is known, and sending asks again.
        """
        key, now = (account_id, domain), self._desk.clock()
        if key in self._answers:
            reason, asked_at = self._answers[key]
            if now - asked_at < FRESH:
                return reason
        await self._ready()
        reader = Reader(self._desk.store)
        try:
            with suppress(AppError):
                reason = await reader.aside(partial(self._answer, account_id, domain))
                self._answers[key] = (reason, now)
                return reason
        finally:
            reader.stop()
        return None

    def _answer(self, account_id: int, domain: str) -> Reason | None:
        from partnerdesk.partnercenter.sending.account import account_client
        from partnerdesk.partnercenter.sending.checks import OnlineChecks

        desk = self._desk
        with account_client(
            desk.store, desk.settings, account_id, desk.clock, patience=PATIENCE
        ) as client:
            return OnlineChecks(client).domain(domain)
