"""The one door for files that a person names: judges a path, opens what it judged, writes it whole.

A path from a person (an import, an export, a letter, a copy of the book, another settings file) may
name anything that the user of the program can reach. Each passes this module:

- Links are resolved first; all that follows is judged of what they lead to.
- Only a regular file is read, and only a regular file or a new name is written.
- The name has an ending of its kind: a letter cannot become `~/.ssh/authorized_keys`.
- A file of the program's own (the book, settings, sign-ins, state) is never read or replaced, but
  for the few kinds of which that is the purpose.
- With a folder for files (`files_folder`), nothing outside of it is read, written or listed.

What was judged is what is opened: every folder of the resolved path is opened one after the other
without following links, and the open file is looked at once more. A test finds each `open`,
`rename` and `replace` of a given path that goes past this module.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import FileError, RefusedError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from typing import IO


class Kind(NamedTuple):
    """What a person names a file for, and so which files it may be."""

    endings: tuple[str, ...] = ()
    """In lower case, such as `.csv`; empty for any."""
    own_folder: Callable[[], Path] | None = None
    """The folder of the program's own in which such a file may be; None for none."""
    from_settings: bool = False
    """Whether whoever writes the settings names it, so that it may be outside of the folder."""


TABLE = Kind((
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".json", ".jsonl", ".ndjson",
))  # fmt: skip
"""A table to read."""
EXPORT = Kind((".csv", ".xlsx", ".json"))
"""A table to write."""
EVIDENCE = Kind((".zip",))
"""An evidence pack."""
LETTER = Kind((".eml",))
"""A letter to write."""
REFUSED_ROWS = Kind((".csv",), paths.data_folder)
"""Refused rows to write; where nothing can be written beside the import, they go to the books."""
LINES = Kind((".txt", ".csv", ".tsv", ".list", ""))
"""A list of names to read, one a line."""
BOOK = Kind((), paths.data_folder)
"""A book that a flag names; what is no book is refused by its content."""
SETTINGS_BOOK = Kind((), from_settings=True)
"""A book that the settings name."""
BOOK_ENDINGS = (".db", ".sqlite", ".sqlite3", ".bak", ".backup")
"""The endings of books and their copies that are made; one that is there may have any name."""
BACKUP = Kind(BOOK_ENDINGS, paths.data_folder)
"""A copy of a book to write."""
BOOK_COPY = Kind((), paths.data_folder)
"""A copy of a book to read; upgrades and restores leave theirs beside the book."""
SETTINGS = Kind((".toml",), lambda: paths.user_settings().parent)
"""A settings file or a theme."""
SECRET = Kind((), lambda: paths.user_settings().parent)
"""A file with a secret that a command names."""
SETTINGS_FILE = Kind(from_settings=True)
"""A file with a secret or certificates that the settings or a sign-in name."""
REHEARSAL = Kind((), lambda: paths.data_folder() / "demo-rehearsal")
"""The customers of a rehearsal, and the folder of its state."""

_BOOK_MARK = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""
_WALKS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether folders can be opened one after the other; Windows cannot."""


class Door:
    """What holds for all given files of this process."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        """The folder for files, resolved; None if files may be anywhere."""
        self.book: Path | None = None
        """The file of the open book, resolved; None for a book on a server."""

    def confine(self, folder: Path | None) -> None:
        """Keep given files below `folder`, which is created for its owner only; None: anywhere.

        Raises:
            OSError: the folder cannot be created.
        """
        self.folder = None
        if folder is not None:
            paths.private_folder(folder)
            self.folder = Path(os.path.realpath(folder))

    def guard(self, book: Path | None) -> None:
        """Never read or replace the file of `book` nor those that belong to it."""
        self.book = None if book is None else Path(os.path.realpath(book))

    def is_outside(self, resolved: Path) -> bool:
        """Say whether a resolved path is outside of the folder for files."""
        return self.folder is not None and not resolved.is_relative_to(self.folder)


DOOR = Door()
"""The door of this process; the settings say how wide it is."""


def typed(text: str) -> Path:
    """Return the path that a person typed, as `expanded`; quotes around it are removed.

    Raises:
        UsageError: the path begins with the home folder of an unknown user.
    """
    return expanded(Path(text.strip().strip("\"'")))


def expanded(path: Path) -> Path:
    """Return a given path with `~` expanded; a relative one begins at the folder for files.

    Raises:
        UsageError: the path begins with the home folder of an unknown user.
    """
    try:
        whole = path.expanduser()
    except RuntimeError:
        raise UsageError(
            _("The path {path} names a home folder that is not there.").format(
                path=shown(str(path))
            )
        ) from None
    return whole if DOOR.folder is None else DOOR.folder / whole


def to_read(path: Path, kind: Kind) -> Path:
    """Judge a file to read, and return its path without links; it may be missing.

    Raises:
        FileError: it is a folder, a device or a pipe, or no path at all.
        RefusedError: it is outside of the folder for files, or a file of the program's own.
        UsageError: its name has another ending than its kind.
    """
    target = _resolved(path)
    _refuse_place(path, target, kind)
    with suppress(OSError):  # missing, or opening meets the same error
        _refuse_irregular(path, os.lstat(target))
    refuse_ending(path, kind.endings)
    refuse_ending(target, kind.endings)  # of a link, its own name and its target's
    return target


def to_write(path: Path, kind: Kind) -> Path:
    """Judge a file to write, and return its path without links; a file that is there may be one.

    Raises:
        FileError: a folder, a device, a pipe or a database is there, or it is no path at all.
        RefusedError: it is outside of the folder for files, or a file of the program's own.
        UsageError: its name has another ending than its kind, or cannot be shown.
    """
    target = to_read(path, kind)
    if not target.name.isprintable():
        raise UsageError(
            _("{file} is no name for a file: it cannot be shown.").format(file=shown(path.name)),
            _("Name another file."),
        )
    with suppress(OSError), _opened(target) as file:
        if file.read(len(_BOOK_MARK)) == _BOOK_MARK:
            raise taken(path)
    return target


def to_folder(path: Path, kind: Kind) -> Path:
    """Judge a folder to write files into, and return its path without links; it may be missing.

    Raises:
        FileError: something else is there, or it is no path at all.
        RefusedError: it is outside of the folder for files, or one of the program's own.
    """
    target = _resolved(path)
    _refuse_place(path, target, kind)
    if paths.is_there(target) and not target.is_dir():
        raise FileError(_("{file} is no folder.").format(file=shown(str(path))))
    return target


def opened(path: Path, kind: Kind) -> BufferedReader:
    """Open a given file for reading: exactly the one that is judged.

    Raises:
        FileError, RefusedError, UsageError: as `to_read`.
        OSError: it is missing, cannot be read, or was replaced by a link meanwhile.
    """
    file = _opened(to_read(path, kind))
    try:
        _judge_open(path, os.fstat(file.fileno()), kind)
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def written_whole(path: Path, kind: Kind, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """Open a temporary file that takes the place of `path` after the block, or none if it fails.

    Raises:
        FileError, RefusedError, UsageError: as `to_write`; or `path` exists, unless `overwrite`.
        OSError: the folder cannot be written, or the disk is full.
    """
    target = to_write(path, kind)
    _refuse_existing(path, target, overwrite=overwrite)
    if not _WALKS:
        with paths.written_whole(target) as stream:
            yield stream
            _refuse_existing(path, target, overwrite=overwrite)
        return
    folder = _open_folder(target.parent)
    try:
        part = f".partnerdesk-{os.urandom(8).hex()}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(part, flags, 0o600, dir_fd=folder), "wb") as stream:
            try:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                _take_place(part, target.name, folder, path, overwrite=overwrite)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(part, dir_fd=folder)
    finally:
        os.close(folder)


def _judge_open(path: Path, found: os.stat_result, kind: Kind) -> None:
    _refuse_irregular(path, found)
    # Another name of a file elsewhere leads out of the folder like a link.
    is_confined = DOOR.folder is not None and not kind.from_settings
    if is_confined and found.st_nlink > 1 and kind.own_folder is None:
        raise _outside(path)


def _take_place(part: str, name: str, folder: int, path: Path, *, overwrite: bool) -> None:
    """Rename `part` to `name` in an open folder; what is there by now is judged once more."""
    if not overwrite:
        try:
            os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder)  # in one step, or not at all
        except FileExistsError:
            raise taken(path) from None
        except OSError:
            pass  # a file system without second names
        else:
            return
    with suppress(FileNotFoundError):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        _refuse_irregular(path, found)
        if not overwrite:
            raise taken(path)
    os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)


def _resolved(path: Path) -> Path:
    try:
        return Path(os.path.realpath(expanded(path)))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        text = _("{file} cannot be read: {reason}.")
        raise FileError(text.format(file=shown(str(path)), reason=reason)) from None


def _refuse_place(path: Path, target: Path, kind: Kind) -> None:
    if not kind.from_settings and not _is_in(target, kind.own_folder) and DOOR.is_outside(target):
        raise _outside(path)
    if _is_own(target, kind):
        raise RefusedError(
            _("{file} is a file of partnerdesk's own.").format(file=shown(str(path))),
            _("Name another file."),
        )


def _is_own(target: Path, kind: Kind) -> bool:
    """Say whether a resolved path is a file of the program's own that `kind` may not be."""
    if (book := DOOR.book) is not None and target.parent == book.parent:
        if target.name == book.name or target.name.startswith((f"{book.name}-", f".{book.name}.")):
            return True
        if target.name.startswith(f"{book.name}."):
            return kind not in (BACKUP, BOOK_COPY)
    if kind.from_settings or _is_in(target, kind.own_folder):
        return _is_in(target, paths.tokens_folder)
    return any(_is_in(target, own) and not _is_for_files(target, own) for own in _OWN_FOLDERS)


def _is_for_files(target: Path, own: Callable[[], Path]) -> bool:
    """Say whether the folder for files is in the folder `own`, and `target` in the former."""
    folder = DOOR.folder
    return folder is not None and _is_in(folder, own) and target.is_relative_to(folder)


_OWN_FOLDERS = (
    lambda: paths.user_settings().parent,
    lambda: paths.administrator_settings().parent,
    paths.data_folder,
    paths.state_folder,
    paths.cache_folder,
)


def _is_in(target: Path, folder: Callable[[], Path] | None) -> bool:
    """Say whether a resolved path is in a folder, under whatever name that is reached."""
    if folder is None:
        return False
    if target.is_relative_to(os.path.realpath(folder())):
        return True
    with suppress(OSError):  # in another case of letters, or mounted twice
        here = folder().stat()
        return any(_is_same(above, here) for above in target.parents)
    return False


def _is_same(path: Path, found: os.stat_result) -> bool:
    with suppress(OSError):
        return os.path.samestat(path.stat(), found)
    return False


def refuse_ending(name: Path, endings: tuple[str, ...]) -> None:
    """Refuse a file whose name has none of the `endings`; no endings allow every name.

    Raises:
        UsageError: it has another ending, or none.
    """
    if endings and name.suffix.lower() not in endings:
        raise UsageError(
            _("The name of {file} has no ending of such a file.").format(file=shown(name.name)),
            _("It has to end in one of: {endings}").format(endings=" ".join(filter(None, endings))),
        )


def _refuse_irregular(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise FileError(
            _("{file} is a folder.").format(file=shown(str(path))), _("Name another file.")
        )
    if not stat.S_ISREG(found.st_mode):
        raise FileError(
            _("{file} is no regular file.").format(file=shown(str(path))), _("Name another file.")
        )


def _refuse_existing(path: Path, target: Path, *, overwrite: bool) -> None:
    if not overwrite and paths.is_there(target):
        raise taken(path, _("Name another file, or add --overwrite."))


def taken(path: Path, remedy: str = "") -> FileError:
    """Return the error for a file that is there already and stays."""
    return FileError(
        _("{file} is there already; it was left as it is.").format(file=shown(str(path))),
        remedy or _("Name another file."),
    )


def _outside(path: Path) -> RefusedError:
    return RefusedError(
        _("{file} is outside of the folder for files.").format(file=shown(str(path))),
        _("Name a file in {folder}.").format(folder=shown(str(DOOR.folder))),
    )


def _opened(target: Path) -> BufferedReader:
    """Open a resolved path for reading, without following a link anywhere and without waiting."""
    if sys.platform == "win32" or not _WALKS:
        return target.open("rb")
    folder = _open_folder(target.parent)
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.fdopen(os.open(target.name, flags, dir_fd=folder), "rb")
    finally:
        os.close(folder)


def _open_folder(folder: Path) -> int:
    """Open a folder by its resolved path, one part after the other, following no link.

    Raises:
        OSError: it is missing, or a part of its path is a link by now.
    """
    flags = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    here = os.open(folder.anchor, flags)
    for part in folder.parts[1:]:
        try:
            below = os.open(part, flags, dir_fd=here)
        except OSError as error:
            reason = os.strerror(error.errno or errno.EIO)
            raise OSError(error.errno, reason, str(folder)) from None
        finally:
            os.close(here)
        here = below
    return here
