"""JSON files in which the program stores its own state between runs; none of them stops a start.

A full disk, a crash, another program or a person can leave anything at the path of such a file:

- **No file, or an empty file:** no state is stored yet.
- **A damaged file:** the program cannot have written its content (`DamagedError`). A file that a
  person would miss is renamed, never overwritten, and reported once: the state of a book's lists
  (`views-….json`), the filter history (`filters.json`), the person's own views and columns
  (`views.json`), what was mailed last (`board-mail-….json`). A file that can be made again is
  replaced silently: the cached settings (`settings.json`) and the picture of the last run
  (`picture-….json`).
- **No regular file** (a folder, a pipe, a device, a dangling link), or a file that cannot be read:
  somebody put it there on purpose. The program never renames or overwrites it; it does not store
  the state then.

This module is light to import: some of these files are read before the first frame.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

from partnerdesk.models.core import paths
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.typed import DamagedError, typed
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[str], None]
    """Called with a sentence for the person about a damaged file."""

LARGEST = 10_000_000
"""Maximum bytes of such a file; the program never writes a larger one."""
DEEPEST = 16
"""Maximum nesting of lists and objects; the program's own files are nested five deep."""
Text = Annotated[str, re.compile("[^\0\ud800-\udfff]*")]
"""Text that a database and a terminal accept: without NUL and surrogates."""
Line = Annotated[str, re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")]
"""Text of one line, without control characters and surrogates."""

_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
T = TypeVar("T")


def load(file: Path, kind: type[T]) -> T | None:
    """Return the content of a file as a `kind` (see `models.core.typed`); None if it has none.

    Raises:
        DamagedError: the program cannot have written the content.
        OSError: the file cannot be read, or is no regular file.
    """
    value = read(file)
    return None if value is None else typed(kind, value)


def load_mended(file: Path, kind: type[T], tell: Tell | None) -> T | None:
    """Return the content of a file as `load` does; rename a damaged file and report it to `tell`.

    If several processes find the damage, one of them renames the file. Waits while another process
    holds the lock of the file.

    Raises:
        DamagedError: another process held the lock for too long; the damaged file is still in its
            place and must not be overwritten.
        OSError: as in `load`, or the damaged file cannot be renamed.
    """
    with suppress(DamagedError):
        return load(file, kind)
    with paths.locked(file) as is_held:
        try:
            return load(file, kind)  # another process may have renamed it meanwhile
        except DamagedError:
            if not is_held:
                raise
            aside = put_aside(file)
    if tell is not None:
        text = _("{file} was damaged: it is kept as {kept}, and a new one is begun.")
        tell(text.format(file=shown(str(file)), kept=shown(aside.name)))
    return None


def read(file: Path) -> dict[str, object] | None:
    """Return the JSON object in a file; None if the file is missing or empty.

    Never blocks, whatever is at the path.

    Raises:
        DamagedError: the content is no JSON object, is too large or too deep, repeats a key, or
            holds a number that is not whole.
        OSError: the file cannot be read, or is no regular file.
    """
    found = content(file)
    if not found:
        return None
    if len(found) > LARGEST or not _is_shallow(found):
        raise DamagedError(file.name)
    try:
        value = json.loads(
            found.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except ValueError:
        raise DamagedError(file.name) from None
    return typed(dict[str, object], value)


def write(file: Path, value: object, *, for_people: bool = False) -> None:
    """Write a JSON object as a whole; only the owner can read the file. A link stays a link.

    `for_people` indents the text and keeps the letters of every script readable.

    Raises:
        OSError: the file cannot be written, the content is larger than `LARGEST`, or something
            else than a regular file is at the path.
    """
    if for_people:
        content = json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace")
    else:
        content = json.dumps(value).encode()
    if len(content) > LARGEST:  # `read` would refuse it
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    if paths.is_there(file) and not file.is_file():
        raise _not_regular()
    target = Path(os.path.realpath(file))
    paths.private_folder(target.parent)
    with paths.written_whole(target) as out:
        out.write(content)


def put_aside(file: Path) -> Path:
    """Rename a damaged file to a free name in its folder, and return the new path.

    The caller holds the lock of the file (`paths.locked`).

    Raises:
        OSError: the folder cannot be written, or a link is there: what it leads to is not the
            program's to rename.
    """
    if file.is_symlink():
        raise OSError(errno.EINVAL, _("it is damaged, and a link"))
    number, aside = 1, file.with_name(f"{file.stem}.damaged{file.suffix}")
    while paths.is_there(aside):
        number += 1
        aside = file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")
    file.rename(aside)
    return aside


def content(file: Path) -> bytes:
    """Return the bytes of a file, at most one more than `LARGEST`; none if it is missing.

    Never blocks, whatever is at the path.

    Raises:
        OSError: the file cannot be read, or is no regular file.
    """
    try:
        # Checked before opening, since opening a device can have effects, and again after opening.
        if stat.S_ISREG(file.stat().st_mode):
            with open(file, "rb", opener=paths.opened_at_once) as opened:
                if stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                    return opened.read(LARGEST + 1)
    except FileNotFoundError:
        if not paths.is_there(file):
            return b""
    raise _not_regular()


def _not_regular() -> OSError:
    return OSError(errno.EINVAL, _("it is no regular file"))


def _is_shallow(content: bytes) -> bool:
    """Say whether JSON text is nested at most `DEEPEST` deep; meaningless for other text."""
    unescaped = content.replace(rb"\\", b"").replace(rb"\"", b"")
    outside = b"".join(unescaped.split(b'"')[::2])
    depth = 0
    for bracket in outside.translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError  # a key is repeated
    return made


def _refuse(number: str) -> NoReturn:
    """Refuse a fraction, infinity or NaN: no file of the program holds such a number."""
    raise ValueError(number)
