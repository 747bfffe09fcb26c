"""Looks for secrets where a program may leave them: in files, and where other processes look."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SQLITE = b"SQLite format 3\0"


def leaks(secrets: Iterable[str], folder: Path, processes: Iterable[int] = ()) -> list[str]:
    """Return the places that hold a secret: files below a folder, processes by what they show."""
    forms = [form for secret in secrets for form in _forms(secret)]
    assert forms
    names = {file: str(file.relative_to(folder)) for file in _files(folder)}
    places = {name: name.encode() + b"\0" + _content(file) for file, name in names.items()}
    for process in processes:
        for what in ("cmdline", "environ", "comm"):
            places[what] = places.get(what, b"") + Path(f"/proc/{process}/{what}").read_bytes()
    return sorted(
        place for place, content in places.items() if any(form in content for form in forms)
    )


def children(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    own = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == process:
                own.append(int(stat.parent.name))
    return own + [later for child in own for later in children(child)]


def _forms(secret: str) -> list[bytes]:
    """Return a secret as it may be written: itself, in JSON, packed for a clipboard."""
    plain = secret.encode()
    return [plain, json.dumps(secret)[1:-1].encode(), base64.b64encode(plain)]


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]


def _content(file: Path) -> bytes:
    """Return what a file holds; of a book its rows, too: a page may cut a long text."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:  # the program has just removed it
        return b""
    if content.startswith(_SQLITE):
        with closing(sqlite3.connect(file)) as book, suppress(sqlite3.Error):
            content += "\n".join(book.iterdump()).encode()
    return content
