"""The book below the console: opened beside the first screen, then looked at again and again."""

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
"""How long the first rows have to be painted before the rest is imported beside them."""
LOOK_SECONDS = 2.0
"""How often the app looks whether somebody else changed the book; it sends nothing by itself."""


class BookWatch:
    """Opens the book, and sees what somebody else changes in it.

    `catch_up` lets the screen on top show what changed; `tell_notices` tells of damaged files.
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
        """Whether what the pages of customers need is imported: two threads that import parts of
        one library at once can each get it half-made."""
        self._looked = asyncio.Event()
        self._looked.set()

    async def open(self) -> None:
        """Open the book, let the first screen show it, and import what further screens need."""
        app = self._app
        try:
            await self._desk.open()
        except AppError as error:
            app.fail(error)
            return
        except Exception as error:  # noqa: BLE001 - there is no console without its book
            app.give_up(error)
            return
        self._catch_up()
        if isinstance(app.screen, AppScreen):
            with suppress(TimeoutError):
                await asyncio.wait_for(app.screen.answered(), SETTLE_SECONDS)
        app.unveil()  # what is painted next is true
        await app.settled()
        self._desk.take_first_views()  # for the first screen only: they are old soon
        app.is_open.set()
        self._tell_notices()
        app.set_interval(LOOK_SECONDS, self._look_beside)
        # What a customer's page needs takes a while to import: do it before somebody waits for it,
        # but not before what they see already.
        painted = asyncio.Event()
        app.screen.call_after_refresh(painted.set)  # not by the app: a key may be waiting for it
        with suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), PAINT_SECONDS)
        try:
            await asyncio.to_thread(import_module, "partnerdesk.models.pages.customer")
        finally:
            self.imported.set()
        await asyncio.to_thread(written_by)

    def _look_beside(self) -> None:
        if self._looked.is_set():  # else the last look is not over yet
            self._app.start(self.look)

    async def look(self) -> None:
        """Look whether the book was changed, and let the screen on top show it."""
        self._tell_notices()
        self._looked.clear()
        try:
            looked = await self._desk.reader.ask(self._desk.look)
            if looked is not None:
                self._desk.seen(*looked)
        finally:
            self._looked.set()
        self._catch_up()
