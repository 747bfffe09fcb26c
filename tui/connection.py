"""Lets a screen sign in to Partner Center, of which screens know nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import SignInWay
    from partnerdesk.models.accounts.signing_in import SignInAttempt, SignInProgress, WatchedSignIn
    from partnerdesk.models.session import AppSession
    from partnerdesk.partnercenter.sign_in.attempt import Attempt

TICK_SECONDS = 1.0
"""How often a screen that counts down is told."""


async def begin_sign_in(desk: AppSession, account_id: int, way: SignInWay) -> WatchedSignIn:
    """Begin to sign in to an account in a thread of its own.

    Raises:
        AppError: the account is kept by hand, or gone.
    """

    def attempt() -> Attempt:
        from partnerdesk.partnercenter.sign_in.accounts import attempt_to_sign_in

        return attempt_to_sign_in(desk.store, desk.settings, account_id, way, desk.clock)

    tried = await asyncio.to_thread(attempt)
    watched = Watched(tried)
    tried.start()
    return watched


class Watched:
    """An attempt whose changes wake the event loop."""

    def __init__(self, attempt: SignInAttempt) -> None:
        """Follow an attempt; called in the event loop, before it starts."""
        self._attempt = attempt
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        attempt.listen(self._wake)
        self.paste, self.cancel, self.listen = attempt.paste, attempt.cancel, attempt.listen

    @property
    def way(self) -> SignInWay:
        """How it is tried."""
        return self._attempt.way

    @property
    def progress(self) -> SignInProgress:
        """Where it stands now."""
        return self._attempt.progress

    async def next_progress(self) -> SignInProgress:
        """Return where it stands after the next change, or after a second that it lasts."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), TICK_SECONDS)
        self._changed.clear()
        return self.progress

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the console has been left meanwhile
            self._loop.call_soon_threadsafe(self._changed.set)
