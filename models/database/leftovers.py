"""What a killed upgrade or backup leaves beside a book: copies that were not finished."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from pathlib import Path

_SIDE_FILES = r"(-journal|-wal|-shm)?"
_OF_AN_UPGRADE = r"\.{book}\.schema-\d{{4}}-\d{{8}}T\d{{6}}\.part" + _SIDE_FILES
_OF_ANY_COPY = re.compile(r"\..+\.part")
_DATABASE = b"SQLite format 3\0"


def clear_own(book: Path) -> list[Path]:
    """Remove the unfinished copies of upgrades of a book; return those that were removed.

    Call it with the book's write lock held, in which alone upgrades copy: nobody writes them then.
    Only regular files of exactly these names go.
    """
    pattern = re.compile(_OF_AN_UPGRADE.format(book=re.escape(book.name)))
    removed = []
    for file in _regular_files(book.parent):
        if pattern.fullmatch(file.name):
            with suppress(OSError):  # somebody else's: it stays, and is told of
                file.unlink()
                removed.append(file)
    return removed


def notices(book: Path) -> list[str]:
    """Return a sentence for each file beside a book that looks like an unfinished copy of one.

    Whether somebody writes it right now cannot be known, so it is only told of.
    """
    sentence = _(
        "{file} is a copy that was not finished. Unless one is being made right now, delete it."
    )
    return [
        sentence.format(file=file)
        for file in sorted(_regular_files(book.parent))
        if _OF_ANY_COPY.fullmatch(file.name) and _is_database(file)
    ]


def _regular_files(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.is_file() and not file.is_symlink()]
    except OSError:
        return []


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False
