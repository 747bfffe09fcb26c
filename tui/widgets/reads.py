"""What a screen or a table reads: begun here alone, shown in its own queue, ended with it.

A handler never waits, and an answer comes as a message: a queue that is being closed takes none,
and while one is handled nothing of the screen can go. So no answer finds a screen that is not
composed yet, or whose parts are gone, and none is shown where something newer was asked.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual.widget import Widget

from partnerdesk.models.core.errors import AppError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.worker import Worker

Answer = TypeVar("Answer")


class Reading:
    """A question that was asked, until its answer is shown or nobody wants it any more."""

    def __init__(self, *, beside: bool) -> None:
        self.beside = beside
        """Whether nobody waits for it: what it shows comes when it comes."""
        self.is_over = asyncio.Event()

    @property
    def is_waited_for(self) -> bool:
        """Whether a key waits for it."""
        return not self.beside and not self.is_over.is_set()


class Reads(Widget):
    """A part of the screen that asks for what it shows.

    It stands behind Textual's class among the bases: styles and keys come from the first of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._readings: dict[str, Reading] = {}
        """By group, what was asked last and is not shown yet."""

    def read(
        self,
        question: Callable[[], Awaitable[Answer]],
        show: Callable[[Answer], None],
        failed: Callable[[AppError], None] | None = None,
        *,
        group: str = "read",
        beside: bool = False,
    ) -> None:
        """Find something out beside the event loop, and show it.

        Args:
            question: finds it out; it touches nothing on the screen.
            show: shows it, in the queue of this screen or table; not called where that is gone by
                then, or where something newer was asked in the same group.
            failed: what to do where it could not be found out; else `reading_failed`.
            group: what is asked under one name replaces what was asked before.
            beside: whether no key waits for it.
        """
        self.stop_reading(group)
        reading = self._readings[group] = Reading(beside=beside)
        failed = failed or self.reading_failed
        work = partial(self._find_out, group, reading, question, show, failed)
        _worker: Worker[None] = self.run_worker(work, group=group)

    def stop_reading(self, group: str) -> None:
        """Want no answer any more to what was asked last in a group."""
        if reading := self._readings.pop(group, None):
            self.workers.cancel_group(self, group)
            reading.is_over.set()

    def reading_failed(self, error: AppError) -> None:
        """Say that something could not be read."""
        raise NotImplementedError

    async def answered(self) -> None:
        """Wait until all answers came to what was asked here; they may not be painted yet."""
        while waited := [one for one in self._readings.values() if one.is_waited_for]:
            await waited[0].is_over.wait()

    async def settled(self) -> None:
        """Wait until all that was asked here is shown.

        For what a person does: a handler of this screen would wait for itself.
        """
        await self.answered()
        for widget in self._way_up():
            await drained(widget)

    @property
    def is_reading(self) -> bool:
        """Whether something that keys wait for is not shown yet."""
        return any(reading.is_waited_for for reading in self._readings.values())

    async def read_out(self, group: str) -> None:
        """Wait until what was asked in a group is shown, also where no key waits for it."""
        while (reading := self._readings.get(group)) and not reading.is_over.is_set():
            await reading.is_over.wait()

    def on_unmount(self) -> None:
        """Let nobody wait for answers that will not come."""
        for reading in self._readings.values():
            reading.is_over.set()
        self._readings.clear()

    async def _find_out(
        self,
        group: str,
        reading: Reading,
        question: Callable[[], Awaitable[Answer]],
        show: Callable[[Answer], None],
        failed: Callable[[AppError], None],
    ) -> None:
        try:
            answer = await question()
        except AppError as error:
            act = partial(failed, error)
        else:
            act = partial(show, answer)
        if not self.call_later(self._reading_answered, group, reading, act):
            reading.is_over.set()

    def _reading_answered(self, group: str, reading: Reading, act: Callable[[], None]) -> None:
        if self._readings.get(group) is not reading:
            return  # something newer was asked
        del self._readings[group]
        act()
        reading.is_over.set()

    def _way_up(self) -> Iterator[Widget]:
        """Return whose queues the word of an answer goes through."""
        for node in self.ancestors_with_self:
            if isinstance(node, Widget):
                yield node


async def drained(widget: Widget) -> None:
    """Wait until all is handled that waits in a queue, which may be about to begin.

    One that came to its end handles nothing any more.
    """
    done = asyncio.Event()
    is_over = widget.is_mounted and not widget.is_running
    if not is_over and widget.call_later(done.set):
        await done.wait()
