"""Open the book in the background, then check at intervals whether others changed it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from partnerdesk.models.core.crash_report import written_by
from partnerdesk.models.core.errors import AppError
from partnerdesk.tui.base_app import SETTLE_SECONDS
from partnerdesk.tui.widgets.app_screen import AppScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.base_app import BaseApp

PAINT_SECONDS = 0.5
"""How long the import of further modules waits until the first rows are painted."""
PATIENCE_SECONDS = 1.0
"""How long the book may be opening until it is said that another process holds it."""
LOOK_SECONDS = 2.0
"""The interval of checks for changes; the database sends no notification."""


class BookWatch:
    """Opens the book and detects changes that others write to it.

    `catch_up` refreshes the screen on top; `tell_notices` reports damaged files.
    """

    def __init__(
        self,
        app: BaseApp,
        desk: AppSession,
        catch_up: Callable[[], None],
        tell_notices: Callable[[], None],
    ) -> None:
        self._app = app
        self._desk = desk
        self._catch_up = catch_up
        self._tell_notices = tell_notices
        self.imported = asyncio.Event()
        """Set when the modules of customer pages are imported. Until then other imports wait: two
        threads that import parts of one library at once can each get a half-initialised module."""
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self) -> None:
        """Open the book, refresh the first screen, and import the modules of further screens."""
        app = self._app
        try:
            await self._opened()
        except AppError as error:
            app.fail(error)
            return
        except Exception as error:  # noqa: BLE001 - the console cannot work without its book
            app.give_up(error)
            return
        self._catch_up()
        if isinstance(app.screen, AppScreen):
            with suppress(TimeoutError):
                await asyncio.wait_for(app.screen.answered(), SETTLE_SECONDS)
        app.unveil()  # from now on the screen shows current rows
        await app.settled()
        self._desk.take_first_views()  # drop them: they are outdated soon
        app.is_open.set()
        self._tell_notices()
        app.set_interval(LOOK_SECONDS, self._look_in_background)
        # The modules of a customer's page import slowly: import them before the person opens one,
        # but after the first rows are painted.
        painted = asyncio.Event()
        app.screen.call_after_refresh(painted.set)  # the app's own queue may be held by a key
        with suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), PAINT_SECONDS)
        try:
            await asyncio.to_thread(import_module, "partnerdesk.models.pages.customer")
        finally:
            self.imported.set()
        await asyncio.to_thread(written_by)

    async def _opened(self) -> None:
        """Wait until the book is open; say so if another process holds it.

        Raises:
            StoreError: the book cannot be opened.
        """
        opening = asyncio.ensure_future(self._desk.open())
        try:
            _done, late = await asyncio.wait([opening], timeout=PATIENCE_SECONDS)
            if late:
                self._tell_held()
            await opening
        finally:
            opening.cancel()

    def _tell_held(self) -> None:
        """Say that another process holds the book, if it is waited for: Esc leaves then."""
        app = self._app
        if self._desk.store.lock_waits.is_waiting:
            app.unveil()  # behind the picture of the last run nothing could be said
            if isinstance(app.screen, AppScreen):
                app.screen.takes_long()

    def _look_in_background(self) -> None:
        if self._idle.is_set():  # else the last check is still running
            self._app.start(self.look)

    async def look(self) -> None:
        """Check whether the book was changed, and refresh the screen on top."""
        self._tell_notices()
        self._idle.clear()
        try:
            self._desk.seen(await self._desk.reader.ask(self._desk.look))
        finally:
            self._idle.set()
        self._catch_up()
