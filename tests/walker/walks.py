"""Run several walks at once, each in its own process; the first failure stops all of them."""

from __future__ import annotations

import multiprocessing
import pickle
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from typing import TYPE_CHECKING

from tests.walker.catalogue import all_screens
from tests.walker.choosing import Chooser
from tests.walker.home import Home, make_book
from tests.walker.steps import Leave, Step, read_all
from tests.walker.walk import Outcome, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event as ProcessEvent

    Stop = Event | ProcessEvent

FRESH_SECONDS = 240.0
"""Seconds after which a walk starts with a fresh book: by then too many records have ended."""


@dataclass(frozen=True, slots=True)
class WalkRequest:
    """The options of a walk."""

    minutes: float = 1.0
    seed: int = 1
    walkers: int = 1
    size: tuple[int, int] | None = None
    language: str = ""
    keep_going: bool = False
    """Whether to count a failure and continue with a fresh book."""
    replay: Path | None = None
    """A log whose steps are repeated instead of random steps."""
    program: Path | None = None
    """A Python file to run instead of the watched console."""
    patience: float = 10.0
    """Seconds within which the console has to answer."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The result of all walks."""

    outcome: Outcome
    folder: Path
    """The folder of the logs and books; removed unless there was a failure."""
    seconds: float


def walk(request: WalkRequest) -> Walked:
    """Run the requested walks; keep the folder after a failure."""
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="partnerdesk-walk-"))
    total = Outcome()
    until = begun + request.minutes * 60
    try:
        with _interrupted_by_signals():
            book = make_book(folder / "demo.db")
            if request.walkers == 1:
                total.add(_walk_one(request, folder / "1", book, until, request.seed, Event()))
            else:
                _walk_in_processes(request, folder, book, until, total)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not total.failures:
        shutil.rmtree(folder, ignore_errors=True)
    return Walked(total, folder, time.monotonic() - begun)


def _walk_in_processes(
    request: WalkRequest, folder: Path, book: Path, until: float, total: Outcome
) -> None:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    walks = [
        context.Process(
            target=_walk_and_save,
            args=(request, folder / str(place), book, until, request.seed + place - 1, stop),
        )
        for place in range(1, request.walkers + 1)
    ]
    for process in walks:
        process.start()
    try:
        for process in walks:
            process.join()
    finally:
        for process in walks:
            process.terminate()  # raises KeyboardInterrupt there, which ends the console first
            process.join()
    for place, process in enumerate(walks, 1):
        if process.exitcode:
            raise RuntimeError(f"Walk {place} ended with {process.exitcode}.")
        total.add(pickle.loads((folder / str(place) / "outcome").read_bytes()))  # noqa: S301


def _walk_and_save(
    request: WalkRequest, folder: Path, book: Path, until: float, seed: int, stop: Stop
) -> None:
    outcome = _walk_one(request, folder, book, until, seed, stop)
    (folder / "outcome").write_bytes(pickle.dumps(outcome))


def _walk_one(
    request: WalkRequest, folder: Path, book: Path, until: float, seed: int, stop: Stop
) -> Outcome:
    """Walk once, until the time is over, a check fails, or another walk has failed."""
    folder.mkdir()
    walk = Walk(Home(folder, book), seed, program=request.program, patience=request.patience)
    with _interrupted_by_signals():
        try:
            if request.replay is not None:
                _replay(walk, request.replay)
            else:
                _take_random_steps(walk, request, seed, until, stop)
        finally:
            walk.close()
    if walk.outcome.failures and not request.keep_going:
        stop.set()
    return walk.outcome


def _replay(walk: Walk, log: Path) -> None:
    for step in read_all(log):
        if walk.take(step) is not None:
            return


def _take_random_steps(
    walk: Walk, request: WalkRequest, seed: int, until: float, stop: Stop
) -> None:
    random, coverage = Random(seed), walk.outcome.coverage  # noqa: S311 - repeatable by its seed
    chooser = Chooser(random, all_screens(), coverage, request.size, request.language)
    fresh_until = 0.0
    while time.monotonic() < until and not stop.is_set() and _is_wanted():
        if time.monotonic() >= fresh_until:
            fresh_until = time.monotonic() + FRESH_SECONDS
            step: Step = chooser.start(fresh=True)
        else:
            step = chooser.next(walk)
        if walk.take(step) is not None:
            if not request.keep_going:
                return
            fresh_until = 0.0
    if not stop.is_set():
        walk.take(Leave("signal"))


def _is_wanted() -> bool:
    """Return whether the parent process is still running."""
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt, so that the walk ends its console."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
