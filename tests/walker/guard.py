"""What the programs under the walker must not do: write outside its folder, run others, talk out.

    python -m tests.walker.guard customers list      # `partnerdesk customers list`, guarded

The folder is named by `WALKER_FOLDER`. What is refused fails as if the system had refused it.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

FOLDER = "WALKER_FOLDER"
"""Environment variable: the only folder that may be written to."""

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
    """Refuse from now on, for good, what would leave a trace outside `folder`."""
    inside = str(folder.resolve())

    def look(event: str, details: tuple[object, ...]) -> None:
        if event == "open":
            path, _mode, flags = details
            if isinstance(flags, int) and flags & _WRITES:
                _check(path, inside)
        elif event in _CHANGES:
            for path in details:
                _check(path, inside)
        else:
            _check_reach(event, details)

    sys.addaudithook(look)


def _check_reach(event: str, details: tuple[object, ...]) -> None:
    """Raise where another program is run, but for the Python that reads a sheet, or called up."""
    own = event == "subprocess.Popen" and str(details[0]) == sys.executable
    if event in _RUNS and not own:
        raise PermissionError(1, "the walker runs nothing else", event)
    if event == "socket.connect":
        asked = details[0]
        if isinstance(asked, socket.socket) and asked.family != socket.AF_UNIX:
            raise PermissionError(1, "the walker talks to nobody", str(details[1]))


def _check(path: object, inside: str) -> None:
    """Raise where `path` is one that lies outside; numbers are files that are open already."""
    if not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.fsdecode(path)
    if name.startswith("file:"):  # as SQLite is told of a file
        name = name.removeprefix("file:").partition("?")[0]
    whole = os.path.realpath(name)
    allowed = whole == inside or whole.startswith((f"{inside}/", "/dev/", "/proc/self/"))
    # What Python keeps of compiled modules is no trace of what was done in the console.
    if not allowed and name != ":memory:" and "__pycache__" not in whole:
        raise PermissionError(13, "it lies outside the walker's folder", name)


if __name__ == "__main__":
    keep_inside(Path(os.environ[FOLDER]))
    from partnerdesk.cli.main import main

    sys.exit(main())
