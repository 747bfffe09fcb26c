"""The program's own files, damaged contents and replacements of them, and a start with these."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.errors import FileError
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.list_state import Remembered, View, file_of
from partnerdesk.models.lists.saved_views import ChosenColumn, SavedView
from partnerdesk.models.lists.saved_views_file import keep_columns, keep_view, read_views
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.tui.first_picture import picture_file
from partnerdesk.tui.wire.startup_snapshot import KeptPicture, PictureFile, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PICTURE = KeptPicture((9, 2), [[Run(0, "1", "Company")], [Run(0, "", "1 row")]], 1, "x", "1", 7)


def book_of(folder: Path) -> SqliteFile:
    return SqliteFile(folder / "demo.db")


FILES: dict[str, Callable[[Path], Path]] = {
    "remembered": lambda folder: file_of(book_of(folder), "views"),
    "filters": lambda _: paths.state_folder() / "filters.json",
    "views": lambda _: paths.user_views(),
    "picture": lambda folder: file_of(book_of(folder), "picture"),
    "settings": lambda _: paths.cache_folder() / "settings.json",
}
"""The program's own files by name, with their paths for the book in a folder."""
MISSED = ("remembered", "filters", "views")
"""The files that are kept aside and reported if damaged; the others can be rebuilt."""
every_file = pytest.mark.parametrize("name", FILES)


def picture_of(folder: Path) -> PictureFile:
    file = picture_file(settings.load(), book_of(folder), cloud="", demo=False)
    assert file is not None
    return file


def started(folder: Path) -> list[str]:
    """Read and write the files as a start, a list and leaving do; return the notices."""
    chosen = settings.load()
    assert chosen.theme == "partnerdesk-dark"
    picture_of(folder).load()
    desk = AppSession(chosen, Store(book_of(folder)))
    notices = desk.take_notices().splitlines()
    view = desk.remembered.view("1", "customers")
    assert type(view.cursor) is int
    f"{desk.remembered.scope}{desk.remembered.screen}{view.filter}{view.sort}{view.view}".encode()
    "".join(desk.used_filters.of("customers")).encode()
    with suppress(FileError):  # a list shows the error and continues; `are_kept` checks the result
        notices += read_views().notice.splitlines()
        keep_columns("customers", (ChosenColumn("company", 20),))
    desk.remembered.keep_view("1", "customers", View(filter="county", cursor=3))
    desk.used_filters.use("customers", "county", 7)
    desk.close()
    picture_of(folder).save(PICTURE)
    return notices + desk.take_notices().splitlines()


def are_kept(folder: Path) -> bool:
    """Return whether the files contain all that `started` writes."""
    return (
        Remembered.load(book_of(folder)).view("1", "customers").cursor == 3
        and FilterHistory().of("customers")[:1] == ["county"]
        and read_views().kept.columns["customers"] == (ChosenColumn("company", 20),)
        and picture_of(folder).load() == PICTURE
        and json.loads(FILES["settings"](folder).read_bytes())["settings"]["theme"] != ""
    )


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def asides(folder: Path) -> list[Path]:
    """Return the damaged files that were kept aside."""
    return sorted((folder / "home").rglob("*.damaged*"))


def crashes(folder: Path) -> list[Path]:
    return list((folder / "home").rglob("crash-*.txt"))


def check_kept_aside(folder: Path, name: str, content: bytes) -> None:
    """Check a start with a damaged file: kept aside, reported once, and everything works."""
    file = FILES[name](folder)
    notices = started(folder)
    if name in MISSED:
        aside = file.with_name(f"{file.stem}.damaged.json")
        assert asides(folder) == [aside]
        assert aside.read_bytes() == content
        assert len(notices) == 1
        assert str(file) in notices[0]
        assert aside.name in notices[0]
    else:
        assert (asides(folder), notices) == ([], [])
        assert file.read_bytes() != content
    assert are_kept(folder)
    assert started(folder) == []
    assert len(asides(folder)) == (name in MISSED)


def good(folder: Path) -> None:
    """Let the program write all files, with content of each kind."""
    keep_view(SavedView("customers", "Mine", "tag:vip", "seen", columns=(ChosenColumn("seen", 9),)))
    assert started(folder) == []


# Damaged contents

GARBAGE = {
    "5 MB of [": b"[" * 5_000_000,
    "2,000 objects in each other": b'{"a":' * 2_000,
    "as many, closed": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "lists in each other": b"[" * 900 + b"]" * 900,
    "deep behind quotes": rb'{"\\": "\"", "a": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    "large": b'{"a": "' + b"x" * own_files.LARGEST + b'"}',
    "one of each bracket": b"[{" * 40_000,
    "cut off": b'{"format": 1, "scope": "1", "vie',
    "more behind": b'{"scope": "1", "screen": "", "views": {}} {}',
    "text": b"not JSON",
    "a string": b'"text"',
    "a list": b"[]",
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "infinite": b'{"scope": 1e999, "customers": {"a": 1e999}, "format": 1e999}',
    "not a number": b'{"scope": NaN, "customers": {"a": -Infinity}, "format": NaN}',
    "a huge number": b'{"customers": {"a": 1}, "scope": ' + b"9" * 5_000 + b"}",
    "a large number": b'{"customers": {"a": ' + b"9" * 4_000 + b'}, "format": -1, "at": 1}',
    "half a letter": rb'{"scope": "\ud800", "\udfff": {"\udfff": 1}, "views": {"\ud800": 1}}',
    "twice": b'{"scope": "1", "scope": "1", "views": {}, "views": {}}',
    "zeros": bytes(4_096),
    "a zero in it": b'{"scope": "1\0", "views": {}}',
    "UTF-16": '{"scope": "1", "views": {}}'.encode("utf-16"),
    "no UTF-8": b'{"scope": "\xff", "views": {}}',
    "random": hashlib.shake_256(b"random").digest(9_999),
    "a database": b"SQLite format 3\0" + bytes(99),
}


# Replacements of a file


def folder_in_its_place(file: Path) -> None:
    (file / "precious").mkdir(parents=True)


def pipe(file: Path) -> None:
    os.mkfifo(file)


def dangling_link(file: Path) -> None:
    file.symlink_to(file.with_name("nowhere") / "file.json")


def link_to_itself(file: Path) -> None:
    file.symlink_to(file)


def endless_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def listening_socket(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        here = os.open(".", os.O_RDONLY)
        os.chdir(file.parent)  # the path of a socket has to be short
        try:
            opened.bind(file.name)
        finally:
            os.fchdir(here)
            os.close(here)


INSTEAD = (
    folder_in_its_place, pipe, dangling_link, link_to_itself, endless_device, listening_socket
)  # fmt: skip
