"""The console in a test, without a terminal: press keys, and read the screen."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from textual.widgets import Static
from textual.worker import WorkerCancelled

from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from partnerdesk.models.session import AppSession


class Console:
    """The console under test."""

    def __init__(self, pilot: Pilot[None], app: ConsoleApp) -> None:
        self._pilot = pilot
        self.app = app

    async def press(self, *keys: str) -> None:
        """Press keys, after and before waiting until all work is done."""
        await self.settle()
        await self._pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, key by key."""
        names = {" ": "space", ":": "colon", ".": "full_stop", "/": "slash", "-": "minus"}
        await self.press(*[names.get(letter, letter) for letter in text])

    async def settle(self) -> None:
        """Wait until all work is done."""
        for worker in list(self.app.workers):
            with suppress(WorkerCancelled):  # a read that was replaced by a newer one
                await worker.wait()
        await self._pilot.pause()

    async def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait until `done()` is true: a posted message may not have started its work yet."""
        for _turn in range(100):
            await self.settle()
            if done():
                return
        raise AssertionError("It did not come.")

    @property
    def screen(self) -> AppScreen:
        assert isinstance(self.app.screen, AppScreen)
        return self.app.screen

    @property
    def said(self) -> str:
        """The message of the status line."""
        return self.screen.status.message

    @property
    def state(self) -> str:
        """The state of the list in the status line."""
        return self.screen.status.state

    @property
    def table(self) -> RecordTable:
        return self.screen.query_one(RecordTable)

    def lines(self) -> list[str]:
        """Return the lines of the table, else of the page."""
        shown = self.screen.query(RecordTable).first() if self.screen.query(RecordTable) else None
        widget = shown or self.screen.query_one(FieldPage)
        return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


@asynccontextmanager
async def running(desk: AppSession, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Console]:
    """Run the console over a session."""
    app = ConsoleApp(desk)
    async with app.run_test(size=size) as pilot:
        console = Console(pilot, app)
        await console.settle()
        yield console
    desk.close()


def remark(console: Console) -> str:
    return str(console.screen.prompt.query_one("#remark", Static).render())
