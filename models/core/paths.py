"""Paths by the platform's rules (XDG on Linux), atomic writes of files, and file locks."""

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
"""How long `locked` waits for another process."""


def user_settings() -> Path:
    """Return the path of the person's own settings file; the file may be missing."""
    return _DIRS.user_config_path / "config.toml"


def user_views() -> Path:
    """Return the path of the person's own views and columns; the file may be missing."""
    return _DIRS.user_config_path / "views.json"


def administrator_settings() -> Path:
    """Return the settings file of this machine's administrator; the file may be missing.

    No variable of the environment moves it, since it can take things away from the person.
    """
    return Path("/etc/partnerdesk/config.toml")


def data_folder() -> Path:
    """Return the folder of the books."""
    return _DIRS.user_data_path


def tokens_folder() -> Path:
    """Return the folder of the sign-ins to Partner Center, sealed; one file for each of them."""
    return _DIRS.user_data_path / "tokens"


def state_folder() -> Path:
    """Return the folder of the state kept between runs, and of crash reports."""
    return _DIRS.user_state_path


def cache_folder() -> Path:
    """Return the folder of files that can be made again at any time."""
    return _DIRS.user_cache_path


def project_settings() -> Path:
    """Return the `config.toml` that ships with the program."""
    return Path(__file__).parents[2] / "config.toml"


def private_folder(folder: Path) -> Path:
    """Create `folder` and its parents where they are missing, for their owner only; return it."""
    missing = [above for above in folder.parents if not above.exists()]
    for above in [*reversed(missing), folder]:  # `parents=True` makes them as open as the umask
        above.mkdir(mode=0o700, exist_ok=True)
    return folder


def typed_path(text: str) -> Path:
    """Return the path that a person typed, with `~` expanded and quotes around it removed.

    Raises:
        UsageError: the path begins with the home folder of an unknown user.
    """
    try:
        return Path(text.strip().strip("\"'")).expanduser()
    except RuntimeError:
        raise UsageError(
            _("The path {path} names a home folder that is not there.").format(path=text)
        ) from None


def is_there(path: Path) -> bool:
    """Say whether anything is at `path`, even a dangling link; False for an impossible name."""
    return os.path.lexists(path)


def opened_at_once(path: str, flags: int) -> int:
    """Open like `os.open`, but never block on a pipe without another end; for `open(…, opener=…)`.

    Raises:
        OSError: the file cannot be opened, or is a pipe that nobody reads.
    """
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)


@contextmanager
def written_whole(path: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces `path` after the block, or is deleted if the block fails.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    import tempfile  # here, so that the first picture does not wait for its many imports

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
    """Hold a lock while `path` is read, changed and written, and yield whether it was obtained.

    The lock is on a file beside `path`, because `path` itself is replaced. Yields False if another
    process still holds the lock after `LOCK_SECONDS`. Windows has no such locks: True at once.

    Raises:
        OSError: the lock file cannot be opened.
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
