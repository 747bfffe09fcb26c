"""Reads of a screen or a table: they run in workers, and the widget's own queue shows the result.

An event handler never waits; a result arrives as a message. A closed queue takes no messages, and
while a message is handled no widget of the screen is removed. Therefore a result never meets a
screen that is not composed yet or has lost widgets, and a newer read replaces an older one.
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
    """A running read, until its result is shown or the read is replaced."""

    def __init__(self, *, beside: bool) -> None:
        self.beside = beside
        """Whether keys do not wait for this read."""
        self.is_over = asyncio.Event()

    @property
    def is_waited_for(self) -> bool:
        """Whether keys wait for this read."""
        return not self.beside and not self.is_over.is_set()


class Reads(Widget):
    """A screen or widget that reads its content.

    List this class after Textual's class among the bases: styles and keys come from the first base.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._readings: dict[str, Reading] = {}
        """The latest unfinished read of each group."""

    def read(
        self,
        question: Callable[[], Awaitable[Answer]],
        show: Callable[[Answer], None],
        failed: Callable[[AppError], None] | None = None,
        *,
        group: str = "read",
        beside: bool = False,
    ) -> None:
        """Start a read in a worker, and show its result.

        Args:
            question: the read; it must not touch the screen.
            show: shows the result, in the queue of this widget; not called if the widget is gone
                or a newer read of the same group was started.
            failed: handles the error of the read; the default is `reading_failed`.
            group: a new read replaces the running read of the same group.
            beside: keys do not wait for this read.
        """
        self.stop_reading(group)
        reading = self._readings[group] = Reading(beside=beside)
        failed = failed or self.reading_failed
        work = partial(self._run_read, group, reading, question, show, failed)
        _worker: Worker[None] = self.run_worker(work, group=group)

    def stop_reading(self, group: str) -> None:
        """Cancel the running read of a group."""
        if reading := self._readings.pop(group, None):
            self.workers.cancel_group(self, group)
            reading.is_over.set()

    def reading_failed(self, error: AppError) -> None:
        """Show the error of a read."""
        raise NotImplementedError

    async def answered(self) -> None:
        """Wait until all reads that keys wait for are handled; they may not be painted yet."""
        while waited := [read for read in self._readings.values() if read.is_waited_for]:
            await waited[0].is_over.wait()

    async def settled(self) -> None:
        """Wait until all reads that keys wait for are shown.

        Only actions may call this method: an event handler of this screen would wait for itself.
        """
        await self.answered()
        for widget in self._with_ancestors():
            await drained(widget)

    @property
    def is_reading(self) -> bool:
        """Whether a read that keys wait for is not shown yet."""
        return any(reading.is_waited_for for reading in self._readings.values())

    async def read_out(self, group: str) -> None:
        """Wait until the read of a group is shown, even if keys do not wait for it."""
        while (reading := self._readings.get(group)) and not reading.is_over.is_set():
            await reading.is_over.wait()

    def on_unmount(self) -> None:
        """Release all that wait for reads, because no results will arrive."""
        for reading in self._readings.values():
            reading.is_over.set()
        self._readings.clear()

    async def _run_read(
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
            return  # a newer read was started
        del self._readings[group]
        act()
        reading.is_over.set()

    def _with_ancestors(self) -> Iterator[Widget]:
        """Yield the widgets through whose queues a message of this widget goes."""
        for node in self.ancestors_with_self:
            if isinstance(node, Widget):
                yield node


async def drained(widget: Widget) -> None:
    """Wait until a widget has handled all messages in its queue, even if not started yet.

    Return at once if the widget's queue is closed.
    """
    done = asyncio.Event()
    is_over = widget.is_mounted and not widget.is_running
    if not is_over and widget.call_later(done.set):
        await done.wait()
