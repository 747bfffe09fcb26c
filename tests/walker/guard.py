"""Guard the walker's programs: no writes outside its folder, no other programs, no network.

    python -m tests.walker.guard customers list      # `partnerdesk customers list`, guarded

`WALKER_FOLDER` names the folder. A refused call raises the error that the system would raise.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

FOLDER = "WALKER_FOLDER"
"""The environment variable that names the only writable folder."""

LOOPBACK = "127.0.0.1"
"""The address of the demo's rehearsal."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.chflags", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename",
    "os.rmdir", "os.symlink", "os.truncate", "os.utime", "sqlite3.connect",
}  # fmt: skip
_RUNS = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system",
    "subprocess.Popen",
}  # fmt: skip


def keep_inside(folder: Path) -> None:
    """Refuse all actions with effects outside `folder`, for the rest of the process."""
    inside = str(folder.resolve())

    def check_event(event: str, details: tuple[object, ...]) -> None:
        if event == "open":
            path, _mode, flags = details
            if isinstance(flags, int) and flags & _WRITES:
                _check(path, inside)
        elif event in _CHANGES:
            for path in details:
                _check(path, inside)
        else:
            _check_reach(event, details)

    sys.addaudithook(check_event)


def _check_reach(event: str, details: tuple[object, ...]) -> None:
    """Raise on starting a program, except Python (which reads sheets), and on connecting."""
    own = event == "subprocess.Popen" and str(details[0]) == sys.executable
    if event in _RUNS and not own:
        raise PermissionError(1, "the walker runs nothing else", event)
    if event == "socket.connect":
        connecting = details[0]
        if isinstance(connecting, socket.socket) and not _stays_here(connecting, details[1]):
            raise PermissionError(1, "the walker talks to nobody", str(details[1]))


def _stays_here(connecting: socket.socket, address: object) -> bool:
    """Return whether a connection leads to this machine, where a rehearsal may be served."""
    host = address[0] if isinstance(address, tuple) and address else ""
    return connecting.family == socket.AF_UNIX or host == LOOPBACK


def _check(path: object, inside: str) -> None:
    """Raise if `path` is outside of `inside`; numbers are descriptors of open files."""
    if not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.fsdecode(path)
    if name.startswith("file:"):  # SQLite's form of a path
        name = name.removeprefix("file:").partition("?")[0]
    whole = os.path.realpath(name)
    allowed = whole == inside or whole.startswith((f"{inside}/", "/dev/", "/proc/self/"))
    # Python may write its compiled modules.
    if not allowed and name != ":memory:" and "__pycache__" not in whole:
        raise PermissionError(13, "it lies outside the walker's folder", name)


if __name__ == "__main__":
    keep_inside(Path(os.environ[FOLDER]))
    from partnerdesk.cli.main import main

    sys.exit(main())
