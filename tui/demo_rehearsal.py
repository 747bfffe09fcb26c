"""Starts the rehearsal behind the demo book beside the screens, and joins the book to it.

It begins when the console is ready for work, so the first frame and the first rows never wait for
it, and it ends with the console, however that ends.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.demo.rehearsal import HOME
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.accounts.signing_in import SignInAttempt
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.demo.rehearsal import Line, RehearsalProcess
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.base_app import BaseApp


APPROVE_SECONDS = 3.0
"""How long a code is to be seen before it is typed."""


class DemoRehearsal:
    """The rehearsal of this console; nothing at all for a book that is not the demo book."""

    def __init__(
        self,
        app: BaseApp,
        desk: AppSession,
        ready: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what is needed of the console.

        Args:
            app: works beside the screens, and says what is wrong.
            desk: the open book; its settings are turned to the rehearsal.
            ready: waits until imports no longer stand in the way.
            look: shows what was written.
        """
        self._app = app
        self._desk = desk
        self._ready = ready
        self._look = look
        self._process: RehearsalProcess | None = None
        self._line: Line | None = None
        self._is_leaving = False
        self._checked_pulse: tuple[int, ...] = ()
        """The state of the book after which the rehearsal was last told who is invited."""
        self._invited: list[dict[str, str]] = []
        self.settled = asyncio.Event()
        """Set when the rehearsal is served, or will not be: calls to it need not wait any more."""
        self._follow: Callable[[], object] | None = None
        """What a person asked for while it starts."""

    def begin(self) -> None:
        """Begin to start it, if the book is the demo book."""
        desk = self._desk
        if desk.demo and not desk.settings.read_only:
            self._app.start(self._begin, goes_on=True)
        else:
            self.settled.set()

    def is_for(self, accounts: Iterable[Account]) -> bool:
        """Return whether it stands, or is to stand, behind one of some accounts."""
        return self._desk.demo and any(account.cloud.id == HOME for account in accounts)

    def when_served(self, do: Callable[[], object]) -> None:
        """Do what a person asked for once it is served; what was asked last counts."""
        self._follow = do

    async def approve(self, attempt: SignInAttempt) -> None:
        """Do what a person does at the sign-in page: type the code, a moment after it is shown."""
        from partnerdesk.partnercenter.demo_account import approve_code

        reader = Reader(self._desk.store)
        try:
            while not attempt.progress.is_over and not self._is_leaving:
                await asyncio.sleep(APPROVE_SECONDS)
                code, line = attempt.progress.code, self._line
                if code and line is not None and not attempt.progress.is_over:
                    await reader.aside(partial(approve_code, self._desk.settings, line, code))
                    return
        finally:
            reader.stop()

    def leave(self) -> None:
        """End it, without waiting: the console is being left."""
        self._is_leaving = True
        self._stop_if_left()

    def wake(self) -> None:
        """Tell it who is invited, if the book changed; called at each look at the book."""
        if self._line is None or self._is_leaving or self._desk.pulse == self._checked_pulse:
            return
        self._checked_pulse = self._desk.pulse
        self._app.start(partial(self._tell_invited, self._line))

    async def _begin(self) -> None:
        from partnerdesk.models.demo.rehearsal import INSTALL, is_installed

        reader = Reader(self._desk.store)
        try:
            await self._ready()
            line = await reader.aside(self._started)
            if line is not None:
                await self._joined(reader, line)
            elif not is_installed():
                self._app.say(_("No rehearsal; install it: {command}").format(command=INSTALL))
        except (AppError, OSError) as error:
            if not self._is_leaving:
                self._app.say(str(error), error=True)
        finally:
            reader.stop()
            self.settled.set()

    def _started(self) -> Line | None:
        """Start it and wait until it is served; None where it is not installed or not wanted.

        Raises:
            OfflineError: it does not start.
            OSError: its folder cannot be written.
        """
        from partnerdesk.models.demo.rehearsal import RehearsalProcess, is_installed
        from partnerdesk.partnercenter.demo_account import hand_over, home_account

        account = home_account(self._desk.store)
        if account is None or self._is_leaving or not is_installed():
            return None
        hand_over(self._desk.store, account)
        self._process = process = RehearsalProcess()
        self._stop_if_left()
        return process.line()

    def _stop_if_left(self) -> None:
        """End the process if the console was left while it was being started."""
        if self._is_leaving and self._process is not None:
            self._process.stop()

    async def _joined(self, reader: Reader, line: Line) -> None:
        from partnerdesk.models.demo.rehearsal import at_rehearsal
        from partnerdesk.partnercenter.demo_account import connect

        desk = self._desk
        desk.settings = at_rehearsal(desk.settings, line)
        await reader.aside(partial(connect, desk.store, desk.settings, line, desk.clock()))
        self._line = line
        self.settled.set()
        await self._look()
        if self._follow is not None and not self._is_leaving:
            self._follow()

    async def _tell_invited(self, line: Line) -> None:
        reader = Reader(self._desk.store)
        try:
            self._invited = await reader.aside(partial(self._newly_invited, self._desk.store, line))
        finally:
            reader.stop()

    def _newly_invited(self, store: Store, line: Line) -> list[dict[str, str]]:
        from partnerdesk.partnercenter.demo_account import (
            home_account,
            invited_lately,
            tell_invited,
        )

        account, desk = home_account(store), self._desk
        invited = invited_lately(store, account.id or 0, desk.clock()) if account else []
        if invited == self._invited or not invited:
            return invited
        return invited if tell_invited(desk.settings, line, invited) else []
