"""What is no regular file in the place of the program's own is left alone, and stops no start."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.saved_views import SavedView
from partnerdesk.models.lists.saved_views_file import keep_view, read_views
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from tests.support.commands import run
from tests.support.own_files import (
    FILES,
    INSTEAD,
    MISSED,
    PICTURE,
    are_kept,
    asides,
    book_of,
    endless_device,
    every_file,
    good,
    picture_of,
    put,
    started,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@every_file
@pytest.mark.parametrize("instead", INSTEAD)
def test_what_is_no_regular_file_is_left_alone(
    tmp_path: Path, name: str, instead: Callable[[Path], None]
) -> None:
    file = FILES[name](tmp_path)
    file.parent.mkdir(parents=True, exist_ok=True)
    instead(file)
    before = file.lstat()
    for _ in range(2):
        assert started(tmp_path) == []
        after = file.lstat()
        assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)
    assert asides(tmp_path) == []
    if name == "views":
        with pytest.raises(FileError, match="cannot be"):
            read_views()
        with pytest.raises(FileError, match="cannot be"):
            keep_view(SavedView("customers", "Mine"))
        assert "cannot be" in run("views", "list").err


@pytest.mark.parametrize("name", MISSED)
@pytest.mark.parametrize("instead", [one for one in INSTEAD if one is not endless_device])
def test_what_is_in_the_place_of_a_lock_stops_no_start(
    tmp_path: Path, name: str, instead: Callable[[Path], None]
) -> None:
    file = FILES[name](tmp_path)
    put(file, b"{")
    instead(file.with_name(f".{file.name}.lock"))
    try:
        told = started(tmp_path)
    except FileError:
        told = []
    assert told == []
    assert file.read_bytes() == b"{"


@every_file
def test_a_folder_of_them_that_is_a_file_costs_only_what_is_kept(tmp_path: Path, name: str) -> None:
    folder = FILES[name](tmp_path).parent
    folder.parent.mkdir(parents=True)
    folder.write_text("precious")
    with pytest.raises(FileError) if name == "views" else nullcontext():
        keep_view(SavedView("customers", "Mine"))
    desk = AppSession(settings.load(), Store(book_of(tmp_path)))
    desk.used_filters.use("customers", "a", 1)
    desk.close()
    picture_of(tmp_path).save(PICTURE)
    assert folder.read_text() == "precious"


@pytest.mark.parametrize("name", FILES)
def test_a_link_to_a_file_stays_one(tmp_path: Path, name: str) -> None:
    good(tmp_path)
    file, elsewhere = FILES[name](tmp_path), tmp_path / "elsewhere.json"
    elsewhere.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(elsewhere)
    if name == "settings":
        kept = json.loads(elsewhere.read_bytes())
        elsewhere.write_text(json.dumps(kept | {"format": 0}))
    before = elsewhere.stat().st_ino
    keep_view(SavedView("customers", "Another"))
    assert started(tmp_path) == []
    assert file.is_symlink()
    assert elsewhere.stat().st_ino != before, "it was written"
    assert are_kept(tmp_path)
