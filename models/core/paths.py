"""Where things lie on this machine, by the platform's rules (XDG on Linux); files written whole."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import PlatformDirs

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_DIRS = PlatformDirs("partnerdesk", appauthor=False)
LOCK_SECONDS = 2.0
"""How long a file is waited for that another process holds."""


def user_settings() -> Path:
    """Return the person's own settings file; it need not exist."""
    return _DIRS.user_config_path / "config.toml"


def user_views() -> Path:
    """Return the file of the person's own views and columns; it need not exist."""
    return _DIRS.user_config_path / "views.json"


def data_folder() -> Path:
    """Return the folder of the books."""
    return _DIRS.user_data_path


def state_folder() -> Path:
    """Return the folder of what the console remembers between runs, and of crash reports."""
    return _DIRS.user_state_path


def cache_folder() -> Path:
    """Return the folder of what can be made anew at any time."""
    return _DIRS.user_cache_path


def project_settings() -> Path:
    """Return the `config.toml` that ships with the program."""
    return Path(__file__).parents[2] / "config.toml"


def private_folder(folder: Path) -> Path:
    """Make `folder` (only its owner may enter) if it is missing, and return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def typed_path(text: str) -> Path:
    """Return the path that a person typed; `~` is the home folder, quotes around it are none.

    Raises:
        UsageError: it begins with the home of somebody who is not known here.
    """
    try:
        return Path(text.strip().strip("\"'")).expanduser()
    except RuntimeError:
        raise UsageError(
            _("The path {path} names a home folder that is not there.").format(path=text)
        ) from None


def is_there(path: Path) -> bool:
    """Say whether `path` exists; a name that no file can have does not."""
    return os.path.lexists(path)


def opened_at_once(path: str, flags: int) -> int:
    """Open as `os.open` does, for `open(…, opener=…)`; a pipe without another end never blocks.

    Raises:
        OSError: it cannot be opened, or is a pipe that nobody reads.
    """
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


@contextmanager
def written_whole(path: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Open a file that takes `path`'s place when the block ends, or leaves no trace if it fails.

    Raises:
        OSError: the folder cannot be written, the disk is full.
    """
    import tempfile  # the first picture does not wait for what it imports in turn

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".partnerdesk-", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Let no other process that does the same into the block: `path` is read, changed, written.

    It is a file beside `path` that is held, for `path` itself is replaced. Gives False where
    another process still holds it after `LOCK_SECONDS`; where the system has no such locks, it
    waits for nobody.

    Raises:
        OSError: the folder cannot be written.
    """
    is_held = sys.platform == "win32"
    with open(path.with_name(f".{path.name}.lock"), "a", opener=opened_at_once) as lock:
        if sys.platform != "win32":
            import fcntl

            deadline = time.monotonic() + LOCK_SECONDS
            while not is_held and time.monotonic() < deadline:
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    is_held = True
                    continue
                time.sleep(0.01)
        yield is_held
