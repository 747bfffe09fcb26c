"""Syncs accounts with Partner Center beside the screens, in a thread of its own.

No screen waits for it: screens read the book, as they do when another process syncs. It ends with
the console, whatever it is doing, and the next sync goes on where it was.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.database.reader import Reader
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.session import AppSession
    from partnerdesk.partnercenter.sync.service import Sync
    from partnerdesk.tui.base_app import BaseApp


class BackgroundSync:
    """The syncs of this console, one after the other."""

    def __init__(
        self,
        app: BaseApp,
        desk: AppSession,
        ready: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what a sync needs of the console.

        Args:
            app: works beside the screens, and says how a sync ended.
            desk: the open book.
            ready: waits until imports no longer stand in the way.
            look: shows what was written.
        """
        self._app = app
        self._desk = desk
        self._ready = ready
        self._look = look
        self._sync: Sync | None = None
        self._is_leaving = False
        self.is_running = False
        """Whether this console syncs."""
        self.on_screen: tuple[int, ...] = ()
        """The ids of the customers that are open on the screen: their details are read first."""

    def begin(self, accounts: Sequence[Account]) -> None:
        """Begin to sync accounts; a sync that is going on stays the only one."""
        if self.is_running or self._is_leaving:
            return
        self.is_running = True
        self._app.start(partial(self._sync_all, accounts), goes_on=True)

    def leave(self) -> None:
        """Stop, without waiting: the console is being left."""
        self._is_leaving = True
        if self._sync is not None:
            self._sync.stop()

    async def _sync_all(self, accounts: Sequence[Account]) -> None:
        reader = Reader(self._desk.store)
        try:
            await self._ready()
            for account in accounts:
                if not self._is_leaving:
                    await reader.aside(self._begun(account).run)
        finally:
            reader.stop()
            self.is_running, self._sync = False, None
            if not self._is_leaving:
                await self._look()
        if not self._is_leaving:
            self._app.say(_("Synced with Partner Center."))

    def _begun(self, account: Account) -> Sync:
        from partnerdesk.partnercenter.sync.service import Sync

        desk = self._desk
        self._sync = Sync(
            desk.store, desk.settings, account.id, desk.clock, on_screen=lambda: self.on_screen
        )
        return self._sync
