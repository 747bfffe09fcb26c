"""Syncs accounts with Partner Center beside the screens, in a process of its own.

No screen waits for it: screens read the book, as they do when another process syncs. It ends with
the console, whatever it is doing, and the next sync goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Awaitable, Callable, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.base_app import BaseApp

PROGRAM = ("-P", "-m", "partnerdesk.partnercenter.sync.apart")
"""What Python runs as the process of a sync; -P: never what lies in the folder one stands in."""


class BackgroundSync:
    """The syncs of this console, one after the other."""

    def __init__(
        self,
        app: BaseApp,
        desk: AppSession,
        reachable: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what a sync needs of the console.

        Args:
            app: works beside the screens, and says how a sync ended.
            desk: the open book.
            reachable: waits until calls can be made.
            look: shows what was written.
        """
        self._app = app
        self._desk = desk
        self._reachable = reachable
        self._look = look
        self._process: Process | None = None
        self._on_screen: tuple[int, ...] = ()
        self._is_leaving = False
        self._trouble = ""
        """Why the last sync stopped, as it was said; it is taken back once a sync gets through."""
        self.is_running = False
        """Whether this console syncs."""

    def begin(self, accounts: Sequence[Account]) -> None:
        """Begin to sync accounts; a sync that is going on stays the only one."""
        if self.is_running or self._is_leaving:
            return
        self.is_running = True
        self._app.start(partial(self._sync_all, accounts), goes_on=True)

    def show(self, customers: tuple[int, ...]) -> None:
        """Say which customers are open on the screen, by id: their details are read first."""
        if customers != self._on_screen:
            self._on_screen = customers
            self._send(f"{json.dumps(customers)}\n")

    def leave(self) -> None:
        """Stop, without waiting: the console is being left."""
        self._is_leaving = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def _sync_all(self, accounts: Sequence[Account]) -> None:
        try:
            await self._reachable()
            for account in accounts:
                if not self._is_leaving:
                    await self._sync(account)
        except AppError as error:
            self._trouble = str(error)
            raise
        finally:
            self.is_running = False
            if not self._is_leaving:
                await self._look()
        if not self._is_leaving:
            self._app.unsay(self._trouble)
            self._app.say(_("Synced with Partner Center."))

    async def _sync(self, account: Account) -> None:
        """Sync an account.

        Raises:
            AppError: the sync ended with it.
        """
        from partnerdesk.partnercenter.sync.apart import answered, order

        desk = self._desk
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, *PROGRAM, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        try:
            self._send(order(desk.store.database, desk.settings, account.id))
            self._send(f"{json.dumps(self._on_screen)}\n")
            answer = await process.stdout.readline() if process.stdout is not None else b""
            await process.wait()
        finally:
            self._process = None
            with suppress(ProcessLookupError):  # it has ended, as a rule
                process.terminate()
        if (
            error := answered(answer.decode(errors="replace"))
        ) is not None and not self._is_leaving:
            raise error

    def _send(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(line.encode())
