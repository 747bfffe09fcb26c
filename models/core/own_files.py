"""The files that the program keeps for itself between runs, as JSON: none of them stops a start.

A full disk, a crash, another program or a person can leave anything in them or in their place:

- **Nothing, or an empty file:** nothing is kept yet.
- **A damaged file:** one that the program cannot have written (`DamagedError`). What somebody would
  miss is put aside under another name, never written over, and told of once: how the lists of a
  book were left (`views-….json`), the filters used before (`filters.json`), the person's own views
  and columns (`views.json`). What can be made anew is replaced without a word: the settings as
  they were read (`settings.json`) and the picture of the last run (`picture-….json`).
- **Something that is no regular file** (a folder, a pipe, a device, a link that leads nowhere), or
  that cannot be read: somebody put it there on purpose. It is left alone and never renamed or
  written over; the state is then just not kept.

This file is light: some of these files are read before the first frame.
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
    """Is told what a person has to know of a damaged file."""

LARGEST = 10_000_000
"""Bytes that such a file has at most; what is larger is something else."""
DEEPEST = 16
"""How deep lists and objects lie in each other at most; the program's own lie five deep."""
Text = Annotated[str, re.compile("[^\0\ud800-\udfff]*")]
"""Text that a database and a terminal take: without NUL and halves of characters."""
Line = Annotated[str, re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")]
"""Text of one line, without anything that drives a terminal."""

_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
T = TypeVar("T")


def load(file: Path, kind: type[T]) -> T | None:
    """Return what a file holds as a `kind` (see `models.core.typed`); None where there is nothing.

    Raises:
        DamagedError: the program cannot have written it.
        OSError: it cannot be read, or is no regular file.
    """
    value = read(file)
    return None if value is None else typed(kind, value)


def load_mended(file: Path, kind: type[T], tell: Tell | None) -> T | None:
    """Return what a file holds, as `load` does; a damaged one is put aside, and `tell` is told.

    Where several processes find it, one does so. Blocks while another process holds the file.

    Raises:
        DamagedError: it is damaged and cannot be put aside: it must not be written over.
        OSError: as in `load`.
    """
    with suppress(DamagedError):
        return load(file, kind)
    with paths.locked(file) as is_held:
        try:
            return load(file, kind)  # another process may have been faster
        except DamagedError:
            if not is_held:
                raise
            aside = put_aside(file)
    if tell is not None:
        text = _("{file} was damaged: it is kept as {kept}, and a new one is begun.")
        tell(text.format(file=shown(str(file)), kept=shown(aside.name)))
    return None


def read(file: Path) -> dict[str, object] | None:
    """Return the JSON object that a file holds; None where there is none, or an empty file.

    It never blocks, whatever is in the file's place.

    Raises:
        DamagedError: it is no JSON object, too large or too deep, or says something twice.
        OSError: it cannot be read, or is no regular file.
    """
    content = _content(file)
    if not content:
        return None
    if len(content) > LARGEST or not _is_shallow(content):
        raise DamagedError(file.name)
    try:
        value = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_float=_refuse,
            parse_constant=_refuse,
        )  # fmt: skip
    except ValueError:
        raise DamagedError(file.name) from None
    return typed(dict[str, object], value)


def write(file: Path, value: object, *, for_people: bool = False) -> None:
    """Write a JSON object whole; only its owner can read it. A link to a file stays one.

    Where people may look into it (`for_people`), it has lines and letters of every script.

    Raises:
        OSError: it cannot be written, or something that is no regular file is in its place.
    """
    if for_people:
        content = json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace")
    else:
        content = json.dumps(value).encode()
    if len(content) > LARGEST:  # it would not be read again
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    if paths.is_there(file) and not file.is_file():
        raise _not_regular()
    target = Path(os.path.realpath(file))
    paths.private_folder(target.parent)
    with paths.written_whole(target) as out:
        out.write(content)


def put_aside(file: Path) -> Path:
    """Give a damaged file a name that is free beside it, and return its new place.

    Whoever calls it holds the file (`paths.held`).

    Raises:
        OSError: the folder cannot be written.
    """
    number, aside = 1, file.with_name(f"{file.stem}.damaged{file.suffix}")
    while paths.is_there(aside):
        number += 1
        aside = file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")
    file.rename(aside)
    return aside


def _content(file: Path) -> bytes:
    try:
        # Looked at before it is opened, since opening a device can do something; and after that.
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
    """Say whether nothing lies too deep in JSON text; of other text it may say anything."""
    plain = content.replace(rb"\\", b"").replace(rb"\"", b"")
    outside = b"".join(plain.split(b'"')[::2])
    depth = 0
    for bracket in outside.translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError  # it says something twice
    return made


def _refuse(number: str) -> NoReturn:
    """Refuse a number that is not whole, infinite or none: no file of the program holds one."""
    raise ValueError(number)
