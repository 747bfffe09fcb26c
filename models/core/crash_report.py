"""Reports of unexpected errors and of hangs: the places in the code, never any values."""

from __future__ import annotations

import asyncio
import platform
import sys
import threading
import traceback
from functools import cache
from typing import TYPE_CHECKING

from partnerdesk.models.core import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import CodeType, FrameType


def write_report(error: BaseException, at: datetime) -> Path | None:
    """Write a report of `error` and return its path; None if it cannot be written.

    The report holds the kinds of the errors and the places in the code. It leaves out the texts of
    errors and the values of variables: both may hold customers' data or secrets.
    """
    lines: list[str] = []
    chain: BaseException | None = error
    while chain is not None:
        lines.append(f"\n{type(chain).__module__}.{type(chain).__qualname__}")
        lines.extend(
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            for frame in traceback.extract_tb(chain.__traceback__)
        )
        chain = chain.__cause__ or chain.__context__
    return _write("crash", lines, at)


def hanging_places(loop: asyncio.AbstractEventLoop) -> list[str]:
    """Return the stacks of the main thread and of the tasks of its event loop, as lines.

    Another thread calls this while the main thread does not answer.
    """
    main = threading.main_thread().ident or 0
    lines = ["\nThe main thread is in"]
    lines += _frame_lines(traceback.walk_stack(sys._current_frames().get(main)))  # noqa: SLF001 - the one documented way to see another thread
    for task in asyncio.all_tasks(loop):
        lines.append("\nA task waits in")
        lines += _frame_lines(_awaited_frames(task))
    return lines


def write_hang_report(places: Iterable[str], at: datetime) -> Path | None:
    """Write the lines of `hanging_places` to a report and return its path; None if that fails."""
    return _write("hang", places, at)


@cache
def written_by() -> tuple[str, str]:
    """Return the first lines of every report: the versions and the operating system.

    The first call is slow, and very slow while an event loop spins, so the console makes it before
    anything hangs.
    """
    from importlib.metadata import version

    return (
        f"partnerdesk {version('partnerdesk')}",
        f"Python {platform.python_version()}, Textual {version('textual')}, {platform.system()}",
    )


def _frame_lines(frames: Iterable[tuple[FrameType, int]]) -> Iterator[str]:
    for frame, line in frames:
        code: CodeType = frame.f_code
        yield f'  File "{code.co_filename}", line {line}, in {code.co_name}'


def _awaited_frames(task: asyncio.Task[object]) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames in which a task waits, the outermost first."""
    waiting: object = task.get_coro()
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None)
        if frame is not None:
            yield frame, frame.f_lineno
        waiting = getattr(waiting, "cr_await", None)


def _write(kind: str, lines: Iterable[str], at: datetime) -> Path | None:
    head = [*written_by(), f"{at:%Y-%m-%dT%H:%M:%SZ}"]
    stem = f"{kind}-{at:%Y%m%dT%H%M%S}"
    try:
        folder = paths.private_folder(paths.state_folder())
        number, file = 1, folder / f"{stem}.txt"
        while not _claimed(file):  # reports of the same second get numbers
            number += 1
            file = folder / f"{stem}-{number}.txt"
        with paths.written_whole(file) as out:
            out.write("\n".join([*head, *lines, ""]).encode())
    except OSError:
        return None
    return file


def _claimed(file: Path) -> bool:
    """Make an empty file, unless there is one: of two processes at once, one alone does."""
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True
