"""What a rehearsal keeps in its folder beside its state: its line, its ports, and whose turn it is.

Several processes may be told to serve from one folder. One does; the others say the same line and
wait, and the next one goes on at the same addresses when it ends, however it ends.
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from partnerdesk.models.core.paths import opened_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from partnerdesk.rehearsal.state import State

LINE = "line.json"
"""The file of the line with the addresses: of the one that serves, else of the last one."""
_LOOK_SECONDS = 0.25
_CHUNK = 4096
_PORTS = "ports"


@contextmanager
def turn(folder: Path, announce: Callable[[str], None], *, until_eof: bool) -> Iterator[bool]:
    """Wait until nobody else serves from a folder; yield False if it is not wanted any more.

    Meanwhile `announce` gets the line of the one that serves.
    """
    with open(folder / "lock", "a", opener=opened_at_once) as lock:
        told = False
        while not _held(lock.fileno()):
            if not told and (line := _line(folder)):
                announce(line)
                told = True
            if _is_over(until_eof=until_eof):
                yield False
                return
        (folder / LINE).unlink(missing_ok=True)  # of one that ended: its ports may be others
        yield True


def keep_line(folder: Path, line: str) -> None:
    """Keep the line for others, whole or not at all; nobody else may read it."""
    part = folder / f"{LINE}.part"
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(line, encoding="utf-8")
    part.replace(folder / LINE)


def kept_ports(state: State) -> list[int]:
    """Return the ports of the last time, none at the first time."""
    return [int(port) for port in json.loads(state.fact(_PORTS) or "[]")]


def keep_ports(state: State, ports: list[int]) -> None:
    """Keep the ports, so that clients find the same addresses the next time."""
    state.note(_PORTS, json.dumps(ports))


def _held(lock: int) -> bool:
    if sys.platform == "win32":  # it has no such locks
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _line(folder: Path) -> str:
    try:
        return (folder / LINE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _is_over(*, until_eof: bool) -> bool:
    """Wait a moment; return whether standard input was closed meanwhile."""
    watched = [sys.stdin.fileno()] if until_eof else []
    readable, _, _ = select.select(watched, [], [], _LOOK_SECONDS)
    return bool(readable) and not os.read(readable[0], _CHUNK)
