"""The door for given files: what may be read and written, under whatever name and link."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.core import given_files, paths
from partnerdesk.models.core.errors import AppError, FileError, RefusedError, UsageError
from partnerdesk.models.core.given_files import (
    BACKUP,
    BOOK_COPY,
    DOOR,
    EXPORT,
    LETTER,
    LINES,
    REFUSED_ROWS,
    SETTINGS,
    SETTINGS_FILE,
    TABLE,
    Kind,
    opened,
    to_folder,
    to_read,
    to_write,
    written_whole,
)
from partnerdesk.models.lists.completion import Line, _paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = {
    "table": TABLE, "export": EXPORT, "letter": LETTER, "refused": REFUSED_ROWS, "lines": LINES,
    "settings": SETTINGS, "backup": BACKUP,
}  # fmt: skip
DATABASE = b"SQLite format 3\0" + bytes(84)


def write(
    path: Path,
    kind: Kind = EXPORT,
    *,
    over: bool = True,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    with written_whole(path, kind, overwrite=over) as out:
        out.write(b"new")
        meanwhile()


def content(path: Path, kind: Kind) -> bytes:
    with opened(path, kind) as file:
        return file.read()


def link(place: Path, target: Path) -> Path:
    place.symlink_to(target)
    return place


def file(place: Path, content: bytes = b"old") -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


# Endings


@pytest.mark.parametrize("name", [".ssh/authorized_keys", ".ssh/rc", ".bashrc", "x.eml.sh", ".eml"])
def test_a_letter_is_written_to_names_of_letters_only(tmp_path: Path, name: str) -> None:
    place = file(tmp_path / name)
    with pytest.raises(UsageError, match="no ending"):
        write(place, LETTER)
    assert place.read_bytes() == b"old"


@pytest.mark.parametrize("kind", [EXPORT, LETTER, REFUSED_ROWS, BACKUP, TABLE, SETTINGS])
def test_a_link_of_the_right_ending_leads_to_no_other_file(tmp_path: Path, kind: Kind) -> None:
    target = file(tmp_path / "authorized_keys")
    place = link(tmp_path / f"x{kind.endings[0]}", target)
    with pytest.raises(UsageError, match="authorized_keys"):
        to_write(place, kind)
    with pytest.raises(UsageError, match="authorized_keys"):
        opened(place, kind)


def test_endings_know_no_case(tmp_path: Path) -> None:
    write(tmp_path / "KUNDEN.CSV")
    assert content(tmp_path / "KUNDEN.CSV", TABLE) == b"new"


@pytest.mark.parametrize("name", ["a\x1b]0;x\a.csv", "a\n.csv", "a\u202evsc.csv", "a\udcff.csv"])
def test_a_name_that_cannot_be_shown_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be shown"):
        write(tmp_path / name)
    assert not list(tmp_path.glob("a*"))


@pytest.mark.parametrize("path", ["~nobodyhere/x.csv", "~nobodyhere"])
def test_a_home_that_is_not_there_is_named(path: str) -> None:
    with pytest.raises(UsageError, match="names a home folder that is not there"):
        to_write(given_files.typed(path), EXPORT)


def test_a_path_with_a_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="null"):
        to_write(tmp_path / "a\0.csv", EXPORT)


# Kinds of files


@pytest.fixture(params=["folder", "pipe", "device", "socket", "link to a device", "link to a pipe"])
def irregular(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "x.csv"
    if request.param == "link to a device":
        link(place, Path("/dev/null"))
    elif request.param == "link to a pipe":
        os.mkfifo(tmp_path / "pipe.csv")
        link(place, tmp_path / "pipe.csv")
    elif request.param == "folder":
        place.mkdir()
    elif request.param == "pipe":
        os.mkfifo(place)
    elif request.param == "device":
        place = Path("/dev/null")
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            here = Path.cwd()
            os.chdir(tmp_path)  # the path of a socket is short
            bound.bind("x.csv")
            os.chdir(here)
            yield place
        return
    yield place


def test_only_regular_files_are_read_and_replaced(irregular: Path) -> None:
    before = os.lstat(irregular)
    for judge in (
        lambda: to_read(irregular, TABLE),
        lambda: to_write(irregular, EXPORT),
        lambda: opened(irregular, LINES),
        lambda: write(irregular),
    ):
        with pytest.raises(AppError, match=r"no regular file|is a folder"):
            judge()
    assert os.lstat(irregular) == before or stat.S_ISCHR(before.st_mode)


def test_an_export_over_a_link_writes_its_target_and_keeps_the_link(tmp_path: Path) -> None:
    target = file(tmp_path / "real" / "x.csv")
    place = link(tmp_path / "x.csv", target)
    write(place)
    assert place.is_symlink()
    assert target.read_bytes() == b"new"


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    place = file(tmp_path / "x.csv")
    for there in (place, link(tmp_path / "y.csv", place)):
        with pytest.raises(FileError, match="there already"):
            write(there, over=False)
    assert place.read_bytes() == b"old"
    assert not list(tmp_path.glob(".*.part"))


def test_what_appears_while_it_is_written_stays(tmp_path: Path) -> None:
    place = tmp_path / "x.csv"
    with pytest.raises(FileError, match="there already"):
        write(place, over=False, meanwhile=lambda: file(place))
    assert place.read_bytes() == b"old"
    assert not list(tmp_path.glob(".*.part"))


def test_a_link_that_appears_while_it_is_written_is_not_followed(tmp_path: Path) -> None:
    place, target = tmp_path / "x.csv", file(tmp_path / "keys")
    with pytest.raises(FileError, match="no regular file"):
        write(place, meanwhile=lambda: link(place, target))
    assert target.read_bytes() == b"old"


def test_what_was_judged_is_what_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two, somebody puts a link in the place of the file, or of a folder above it."""
    secret = file(tmp_path / "secret" / "x.csv", b"secret")
    place = file(tmp_path / "files" / "sub" / "x.csv")
    judge = given_files.to_read

    def then_replace_file(path: Path, kind: Kind) -> Path:
        judged = judge(path, kind)
        place.unlink()
        link(place, secret)
        return judged

    def then_replace_folder(path: Path, kind: Kind) -> Path:
        judged = judge(path, kind)
        place.parent.rename(tmp_path / "away")
        link(place.parent, secret.parent)
        return judged

    for replace in (then_replace_file, then_replace_folder):
        monkeypatch.setattr(given_files, "to_read", replace)
        with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
            opened(place, TABLE)
        place.unlink()
        file(place)


def test_a_pipe_put_in_the_place_of_a_judged_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = file(tmp_path / "x.csv")
    judge = given_files.to_read

    def then_replace(path: Path, kind: Kind) -> Path:
        judged = judge(path, kind)
        place.unlink()
        os.mkfifo(place)
        return judged

    monkeypatch.setattr(given_files, "to_read", then_replace)
    with pytest.raises(FileError, match="no regular file"):
        opened(place, TABLE)


# Own files


@pytest.mark.parametrize(
    "own",
    ["views", "settings", "state", "cache", "token", "book", "wal", "copy", "administrator"],
)
@pytest.mark.parametrize("how", ["named", "linked", "with dots", "through a linked folder"])
def test_own_files_are_never_a_target(tmp_path: Path, own: str, how: str) -> None:
    book = file(tmp_path / "book.json")
    DOOR.guard(book)
    target = {
        "views": paths.user_views(),
        "settings": paths.user_settings().with_suffix(".json"),
        "state": paths.state_folder() / "views-1.json",
        "cache": paths.cache_folder() / "settings.json",
        "token": paths.tokens_folder() / "1.json",
        "book": book,
        "wal": tmp_path / "book.json-x.json",
        "copy": tmp_path / ".book.json.restoring.json",
        "administrator": paths.administrator_settings().with_name("x.json"),
    }[own]
    if own != "administrator":
        file(target)
    place = target
    if how == "linked":
        place = link(tmp_path / "mine.json", target)
    elif how == "with dots":
        place = target.parent / "nothing" / ".." / target.name
    elif how == "through a linked folder":
        place = link(tmp_path / "folder", target.parent) / target.name
    for judge in (to_write, to_read, opened):
        with pytest.raises(RefusedError, match="partnerdesk's own"):
            judge(place, TABLE if judge is opened else EXPORT)


def test_a_second_name_of_an_own_folder_is_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is mounted twice has two paths without any link."""
    views = file(paths.user_views())
    other = file(tmp_path / "mounted" / "views.json").parent
    real = Path.stat

    def mounted(self: Path, **options: bool) -> os.stat_result:
        return real(views.parent if self == other else self, **options)

    monkeypatch.setattr(Path, "stat", mounted)
    with pytest.raises(RefusedError, match="partnerdesk's own"):
        to_write(other / "views.json", EXPORT)


def test_copies_of_the_book_are_read_as_copies_only(tmp_path: Path) -> None:
    book = file(paths.data_folder() / "book.db", DATABASE)
    DOOR.guard(book)
    copy = file(paths.data_folder() / "book.db.before-restore-20261130T120000", DATABASE)
    assert to_read(copy, BOOK_COPY) == copy
    for place in (book, book.with_name("book.db-wal")):
        with pytest.raises(RefusedError):
            to_read(place, BOOK_COPY)
    assert to_write(tmp_path / "copy.db", BACKUP) == tmp_path / "copy.db"


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
def test_no_database_is_replaced_whatever_its_name(tmp_path: Path, ending: str) -> None:
    place = file(tmp_path / f"x{ending}", DATABASE)
    with pytest.raises(FileError, match="left as it is"):
        write(place)
    assert place.read_bytes() == DATABASE


def test_settings_may_name_files_anywhere_but_the_sign_ins(tmp_path: Path) -> None:
    DOOR.confine(tmp_path / "files")
    secret = file(paths.user_settings().parent / "mail-password")
    assert content(secret, SETTINGS_FILE) == b"old"
    with pytest.raises(RefusedError):
        to_read(file(paths.tokens_folder() / "key"), SETTINGS_FILE)


# The folder for files


def test_nothing_outside_of_the_folder_is_read_or_written(tmp_path: Path) -> None:
    DOOR.confine(tmp_path / "files")
    inside, outside = tmp_path / "files", file(tmp_path / "x.csv")
    link(inside / "link.csv", outside)
    link(inside / "up", tmp_path)
    link(inside / "new.csv", tmp_path / "new.csv")
    for name in ("link.csv", "up/x.csv", "../x.csv", str(outside), "new.csv", "~/x.csv", "/x.csv"):
        for judge in (to_write, to_read, opened):
            with pytest.raises(RefusedError, match="outside of the folder"):
                judge(given_files.typed(name), TABLE if judge is opened else EXPORT)
    with pytest.raises(RefusedError):
        to_folder(given_files.typed("up"), LETTER)
    assert outside.read_bytes() == b"old"


def test_a_relative_path_begins_at_the_folder(tmp_path: Path) -> None:
    DOOR.confine(tmp_path / "files")
    write(Path("x.csv"))
    assert (tmp_path / "files" / "x.csv").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def test_a_hard_link_leads_out_of_the_folder_no_more_than_a_link(tmp_path: Path) -> None:
    DOOR.confine(tmp_path / "files")
    outside = file(tmp_path / "x.csv")
    (tmp_path / "files" / "y.csv").hardlink_to(outside)
    with pytest.raises(RefusedError):
        opened(Path("y.csv"), TABLE)
    write(Path("y.csv"))
    assert outside.read_bytes() == b"old"


def test_the_completion_lists_nothing_outside(tmp_path: Path) -> None:
    file(tmp_path / "secret.csv")
    DOOR.confine(tmp_path / "files")
    file(tmp_path / "files" / "mine.csv")
    link(tmp_path / "files" / "up", tmp_path)
    for typed in ("../", "/", "~/", "up/", f"{tmp_path}/"):
        assert not _paths(Line(typed, len(typed)), ()).candidates
    assert _paths(Line("m", 1), ()).candidates == ("mine.csv",)


def test_own_folders_below_the_folder_for_files_stay_own(tmp_path: Path) -> None:
    DOOR.confine(tmp_path)
    with pytest.raises(RefusedError, match="partnerdesk's own"):
        write(file(paths.user_views()))
    own = paths.data_folder() / "files"
    DOOR.confine(own)
    write(own / "x.csv")
    with pytest.raises(RefusedError):
        write(paths.data_folder() / "x.csv")


NAMES = st.sampled_from(
    ["x.csv", "x.eml", "x.json", "x.db", "x.toml", "x", "sub", "up", "out.csv", "in.csv", "dev.csv",
     "loop.csv", "..", ".", "", "home", "config", "partnerdesk", "views.json", "pipe.csv", "~"]
)  # fmt: skip
ANY_NAME = NAMES | st.text(st.characters(exclude_characters="/"), max_size=8)


@example(parts=["out.csv"], kind="table", root=False)
@example(parts=["up", "outside.csv"], kind="export", root=True)
@example(parts=["..", "outside.eml"], kind="letter", root=False)
@given(parts=st.lists(ANY_NAME, max_size=5), kind=st.sampled_from([*KINDS]), root=st.booleans())
def test_whatever_is_named_nothing_outside_changes(
    parts: list[str], kind: str, *, root: bool
) -> None:
    """Names, links and kinds of files put together in any way."""
    with TemporaryDirectory(prefix="partnerdesk-door-") as made:
        top = Path(made).resolve()
        inside = top / "inside"
        for name in ("outside.csv", "outside.eml", "keys", "inside/sub/x.csv", "inside/x.json"):
            file(top / name)
        file(paths.user_views())
        link(inside / "up", top)
        link(inside / "out.csv", top / "outside.csv")
        link(inside / "in.csv", inside / "sub" / "x.csv")
        link(inside / "dev.csv", Path("/dev/null"))
        link(inside / "loop.csv", inside / "loop.csv")
        link(inside / "home", Path(os.environ["HOME"]))
        os.mkfifo(inside / "pipe.csv")
        DOOR.confine(inside)
        path = Path(str(inside) if root else "", *(part.replace("\0", "") or "." for part in parts))
        before = everything(top), everything(Path(os.environ["HOME"]))
        try:
            with opened(path, KINDS[kind]) as read:
                assert Path(f"/dev/fd/{read.fileno()}").resolve().is_relative_to(inside)
        except (AppError, OSError):
            pass
        try:
            write(path, KINDS[kind])
        except (AppError, OSError):
            assert (everything(top), everything(Path(os.environ["HOME"]))) == before
        else:
            target = Path(os.path.realpath(inside / path))
            assert target.is_relative_to(inside)
            assert target.suffix.lower() in KINDS[kind].endings
            after = everything(top)
            changed = {place for place in after if after[place] != before[0].get(place)}
            assert changed <= {str(target.relative_to(top))}
            assert everything(Path(os.environ["HOME"])) == before[1]
    DOOR.confine(None)


def everything(folder: Path) -> dict[str, object]:
    """Return the kind and content of everything in a folder."""
    found: dict[str, object] = {}
    for place in sorted(folder.rglob("*")):
        mode = place.lstat().st_mode
        held: object = stat.S_IFMT(mode)
        if stat.S_ISREG(mode):
            held = place.read_bytes()
        elif stat.S_ISLNK(mode):
            held = place.readlink()
        found[str(place.relative_to(folder))] = held
    return found
