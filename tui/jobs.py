"""Background work of the app: it touches no screen, and leaving knows what it would cut off."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from partnerdesk.models.core.errors import AppError
from partnerdesk.tui.surviving import Surviving
from partnerdesk.tui.widgets.reads import drained

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from textual.worker import Worker

SMALL_SECONDS, LATE_SECONDS = 0.5, 0.2
"""How long leaving waits until the last input is saved; and if leaving is late already."""


@dataclass(eq=False)
class Job:
    """Background work."""

    busy_with: str = ""
    """Text for the person: long work that leaving the console would cut off; else empty."""
    keeps: str = ""
    """Text for the person: what is lost if this short work is cut off; else empty."""
    goes_on: bool = False
    """Whether nothing is lost if this long work is cut off, because it goes on the next time."""


class WithJobs(Surviving):
    """An app that does background work; no key waits for it."""

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        super().__init__(clock, terminal_palette=terminal_palette)
        self._jobs: dict[asyncio.Task[object] | None, Job] = {}
        """The background work, by its tasks."""

    @property
    def is_late(self) -> bool:
        """Whether the console has little time left to be left in order."""
        return False

    def start(
        self,
        work: Callable[[], Awaitable[object]],
        busy_with: str = "",
        *,
        keeps: str = "",
        goes_on: bool = False,
    ) -> None:
        """Start background work; it continues when the screen that started it is left.

        Args:
            work: the work.
            busy_with: text for the person, if leaving the console would cut off long work.
            keeps: text for the person about what is lost if short work is cut off; leaving waits
                a moment for short work.
            goes_on: whether nothing is lost if long work is cut off; leaving does not wait for it.
        """
        job = partial(self._job, work, Job(busy_with, keeps, goes_on))
        _worker: Worker[None] = self.run_worker(job, group="jobs")

    async def _job(self, work: Callable[[], Awaitable[object]], job: Job) -> None:
        task = asyncio.current_task()
        self._jobs[task] = job
        try:
            await work()
        except AppError as error:
            self.say(str(error), error=True)
        finally:
            del self._jobs[task]

    @contextmanager
    def busy(self, busy_with: str) -> Iterator[None]:
        """Say during the block that leaving the console would cut off long work.

        Args:
            busy_with: text for the person, as for `start`; the job of this task gets it.
        """
        job = self._jobs[asyncio.current_task()]
        before, job.busy_with = job.busy_with, busy_with
        try:
            yield
        finally:
            job.busy_with = before

    @property
    def would_be_lost(self) -> Job | None:
        """A job that leaving the console would cut off; None if there is none."""
        jobs = self._jobs.values()
        return next((job for job in jobs if job.busy_with or job.keeps), None)

    async def finish_small_jobs(self) -> None:
        """Wait a moment until the last input is saved and short jobs have ended."""
        own = asyncio.current_task()

        async def finished() -> None:
            for node in self.focused.ancestors_with_self if self.focused else ():
                if isinstance(node, Widget):
                    await drained(node)
            jobs = self._jobs.items()
            small = [
                task
                for task, job in jobs
                if task and task is not own and not (job.busy_with or job.goes_on)
            ]
            if small:
                await asyncio.wait(small)

        with suppress(TimeoutError):
            await asyncio.wait_for(finished(), LATE_SECONDS if self.is_late else SMALL_SECONDS)
