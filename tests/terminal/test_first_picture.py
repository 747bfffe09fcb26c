"""The next start shows at once how the console was left: its age is told, the truth follows."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import termios
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from partnerdesk.models.core import paths
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.languages import speak
from partnerdesk.models.lists.list_state import Remembered
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.first_picture import picture_file, standing
from partnerdesk.tui.last_frame import picture_of
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.lines import KeyBar
from partnerdesk.tui.wire.screen_buffer import Picture
from partnerdesk.tui.wire.startup_snapshot import AS_AGREED, KeptPicture, PictureFile, Run, Standing
from tests.support.books import NOW, demo_desk, demo_store
from tests.support.commands import COMMAND
from tests.support.terminal import Terminal
from tests.support.wire_frames import frame, piece, shown, terminal
from tests.terminal.test_wire import HEIGHT, WIDTH, Line, pictures, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOTE = "Opening the book …"


@contextmanager
def locked(book: str) -> Iterator[None]:
    """Let nobody else read or write a book."""
    holder = sqlite3.connect(book, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.close()


def is_there(text: str) -> bool:
    """Say whether the picture stands in the terminal, whole."""
    return NOTE in text and "? Help" in text


def configured(**said: object) -> None:
    """Write the person's own settings."""
    file = paths.user_settings()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items()))


def left_in_the_list(book: str, size: tuple[int, int] = (80, 24), told: str = "") -> str:
    """Leave a console in the list of customers, the cursor in its third row; return its screen.

    It is left once it has `told` something of that row.
    """
    with Terminal([*COMMAND, "--database", book], columns=size[0], rows=size[1]) as console:
        console.wait_for("added in 30 days")
        console.wait_idle()  # a picture is taken of what stands there whole
        console.press("g", "c")
        console.wait_until(lambda text: "Company ▲" in text and "216 customers" in text)
        console.press("down", "down")
        console.wait_until(lambda text: told in text)
        console.wait_idle()
        before = console.text
        console.press("ctrl+q")
        assert console.exit_code == 0
    return before


def without_status(text: str) -> list[str]:
    """Return a screen but for the line above its keys."""
    *lines, _status, keys = text.splitlines()
    return [*lines, keys]


def test_the_list_stands_there_until_the_book_is_open(tmp_path: Path) -> None:
    configured(start="last")
    book = demo_store(tmp_path).database.name
    before = left_in_the_list(book)
    lock = ExitStack()
    lock.enter_context(locked(book))
    with lock, Terminal([*COMMAND, "--database", book]) as console:
        console.wait_until(is_there)
        assert without_status(console.text) == without_status(before)
        assert "As it was just now." in console.line(-2)
        assert console.lines[4].startswith("▌")
        assert 1049 in console.modes
        lock.close()
        console.wait_until(lambda text: text == before)
        console.wait_idle()
        assert console.bytes_since(0).count(b"Primary domain") == 1  # only the difference was sent


def test_details_beside_the_list_stand_in_the_picture_and_stay_true(tmp_path: Path) -> None:
    configured(start="last")
    book, size = demo_store(tmp_path).database.name, (160, 45)
    before = left_in_the_list(book, size, told="Frank Ellis")
    assert "▸ Amberhaven Credit Union" in before
    lock = ExitStack()
    lock.enter_context(locked(book))
    with lock, Terminal([*COMMAND, "--database", book], columns=160, rows=45) as console:
        console.wait_until(is_there)
        assert without_status(console.text) == without_status(before)
        lock.close()
        console.wait_until(lambda text: text == before)
        console.wait_idle()
        assert console.text == before
        assert console.bytes_since(0).count(b"Primary domain") <= 3  # only the difference was sent


def test_keys_typed_ahead_are_not_shown_and_not_lost(tmp_path: Path) -> None:
    configured(start="last")
    book = demo_store(tmp_path).database.name
    before = left_in_the_list(book)
    with Terminal([*COMMAND, "--database", book]) as console:
        usual = termios.tcgetattr(console._master)
        console.wait_until(is_there)
        console.send(b"/ironfield\r")
        console.wait_until(lambda text: "filter: ironfield" in text and "? Help" in text)
        console.wait_idle()
        console.press("ctrl+q")
        assert console.exit_code == 0
        assert termios.tcgetattr(console._master) == usual
    assert "Ironfield" not in before
    with Terminal([*COMMAND, "--database", book]) as console:
        console.wait_until(is_there)
        assert "filter" not in console.text
        assert "Ironfield" in console.text


def test_a_key_shows_what_is_true(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    left_in_the_list(book)
    with locked(book), Terminal([*COMMAND, "--database", book]) as console:
        console.wait_until(is_there)
        console.press("g")
        console.wait_until(lambda text: "As it was" not in text and "Opening the book …" in text)
        assert "▾" not in console.line(0)  # no account is chosen before the book is open


def test_a_question_is_no_part_of_the_picture(tmp_path: Path) -> None:
    configured(start="last")
    book = demo_store(tmp_path).database.name
    left_in_the_list(book)
    with Terminal([*COMMAND, "--database", book]) as console:
        console.wait_for("216 customers")
        console.press("/")
        console.type("germ")
        console.wait_for("of 216")
        console.wait_idle()
        console.press("ctrl+q")
        assert console.exit_code == 0
    with locked(book), Terminal([*COMMAND, "--database", book]) as console:
        console.wait_until(is_there)
        assert "germ" not in console.text


def test_the_resources_stand_there_wherever_the_console_was_left(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    left_in_the_list(book)
    with locked(book), Terminal([*COMMAND, "--database", book]) as console:
        console.wait_for(NOTE)
        assert "Manage all customer data" in console.text
        assert "Go:" not in console.text


STANDS = """
import signal
from partnerdesk.models.core.clock import now
from partnerdesk.tui.last_frame import picture_of
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.lines import KeyBar
from partnerdesk.tui.wire.startup_snapshot import KeptPicture, Run
from partnerdesk.tui.wire.startup_snapshot import Standing
with Standing(KeptPicture((80, 24), [[Run(0, "", "a row")]] * 24, 22, "", "", 0), now()):
    while True:
        signal.pause()
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_left_tidy_while_the_picture_stands(end: signal.Signals) -> None:
    with Terminal([sys.executable, "-c", STANDS]) as console:
        usual = termios.tcgetattr(console._master)
        assert usual[3] & termios.ECHO
        console.wait_for(NOTE)
        assert 1049 in console.modes
        assert not termios.tcgetattr(console._master)[3] & termios.ECHO
        console.press("x", "ctrl+z", "ctrl+s", "ctrl+q")  # none of them is shown or does anything
        console.send(b"\x1c")  # ctrl+\
        console.wait_idle()
        assert all("x" not in line for line in console.lines)
        if end == signal.SIGINT:
            console.press("ctrl+c")
        else:
            os.kill(console._process.pid, end)
        assert console.exit_code == -end
        assert 1049 not in console.modes
        assert console.cursor.visible
        assert termios.tcgetattr(console._master) == usual


def test_a_window_of_another_size_shows_what_is_true_at_once(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    left_in_the_list(book)
    with locked(book), Terminal([*COMMAND, "--database", book]) as console:
        console.wait_for(NOTE)
        console.resize(100, 30)
        console.wait_until(lambda text: NOTE not in text and "Manage all customer data" in text)


async def test_what_was_painted_by_another_screen_is_no_picture_of_this_one(
    tmp_path: Path,
) -> None:
    app = ConsoleApp(demo_desk(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen, bar = app.screen, app.screen.query_one(KeyBar)
        assert isinstance(screen, AppScreen)
        for keys, is_its in ((bar.render().plain, True), ("Esc Back", False)):
            picture = Picture()
            rows = [piece(row, 0, [(" " * 80, "")]) for row in range(24)]
            rows[bar.region.y] = piece(bar.region.y, 0, [(keys.ljust(80), "")])
            picture.sent(frame(rows), 80, 24)
            assert (picture_of(screen, picture, NOW) is not None) is is_its


# The file, and under which circumstances it is shown

SIZE = (30, 4)
ROWS = [
    [Run(0, "1", "Company"), Run(10, "", "Seen")],
    [Run(0, "38;2;200;10;10", "株式会社 Contoso"), Run(16, "7", "[bold]x[/]")],
    [Run(0, "48;5;17", " 2 customers".ljust(30))],
    [Run(0, "", "/ Filter")],
]
PICTURE = KeptPicture(SIZE, ROWS, 2, "resources", "1", to_millis(NOW - timedelta(minutes=5)))


def test_the_picture_of_another_schema_does_not_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer program upgrades the book first, and shows how far it is."""
    database = demo_store(tmp_path).database
    left_in_the_list(database.name)

    def kept() -> PictureFile:
        file = picture_file(settings.load(), database, cloud="", demo=False)
        assert file is not None
        return file

    monkeypatch.setenv("TERM", "xterm-256color")
    ours = kept()
    ours.save(KeptPicture((80, 24), [[Run(0, "", "a row")]] * 24, 22, "resources", "1", 0))
    assert ours.load() is not None
    monkeypatch.setattr("partnerdesk.tui.first_picture.known_versions", lambda: ["9999"])
    assert kept().load() is None


def a_file(folder: Path) -> PictureFile:
    return PictureFile(folder / "picture.json", {"theme": "dark"})


def test_the_picture_tells_its_age_in_the_place_of_the_status_line(tmp_path: Path) -> None:
    a_file(tmp_path).save(PICTURE)
    assert (tmp_path / "picture.json").stat().st_mode & 0o777 == 0o600
    loaded = a_file(tmp_path).load()
    assert loaded == PICTURE
    window = terminal(*SIZE)
    window.feed("".join(Standing(loaded, NOW).pieces).encode())
    first, second, note, keys = (line.rstrip() for line in window.screen.display)
    assert (first, keys) == ("Company   Seen", "/ Filter")
    assert second.endswith("Contoso[bold]x[/]")
    assert note == " As it was 5 min ago. Opening"
    assert window.screen.buffer[2][29].bg == "00005f"
    speak("ru")
    window.feed("".join(Standing(loaded, NOW).pieces).encode())
    assert window.screen.display[2].startswith(" Так было 5 мин")


@pytest.mark.parametrize(
    "damage",
    [
        {"rows": ROWS[:3]},
        {"rows": [[[0, "", "\x1b[2J"]]] * 4},
        {"rows": [[[0, "", "\x9b2J"]]] * 4},
        {"rows": [[[0, "", "two\nlines"]]] * 4},
        {"rows": [[[0, "1m\x1b[2J", "text"]]] * 4},
        {"rows": [[[30, "", "text"]]] * 4},
        {"rows": [[[-1, "", "text"]]] * 4},
        {"rows": [[["x", "", "text"]]] * 4},
        {"rows": [[[0, ""]]] * 4},
        {"rows": "none"},
        {"rows": None},
        {"size": [30]},
        {"size": [10**9, 4]},
        {"size": None},
        {"note_row": 4},
        {"note_row": -1},
        {"at": "long ago"},
        {"format": 0},
        {"circumstances": {"theme": "light"}},
    ],
)
def test_a_damaged_file_is_no_picture(tmp_path: Path, damage: Mapping[str, Any]) -> None:
    a_file(tmp_path).save(PICTURE)
    file = tmp_path / "picture.json"
    kept = json.loads(file.read_bytes())
    assert damage.keys() <= kept.keys()
    file.write_text(json.dumps(kept | damage))
    assert a_file(tmp_path).load() is None


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"format": 1}', b"null"])
def test_what_is_no_picture_at_all_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "picture.json").write_bytes(content)
    assert a_file(tmp_path).load() is None
    (tmp_path / "picture.json").unlink()
    assert a_file(tmp_path).load() is None


def test_a_folder_that_cannot_be_written_costs_only_the_picture(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    PictureFile(tmp_path / "file" / "picture.json", {}).save(PICTURE)


class _Tty:
    def isatty(self) -> bool:
        return True


def stands(
    book: Path, monkeypatch: pytest.MonkeyPatch, *, cloud: str = "", demo: bool = False,
    size: tuple[int, int] = SIZE, keep: bool = False, **flags: object,
) -> bool:  # fmt: skip
    """Say whether a start would show a picture at once; `keep` keeps one first."""
    database = SqliteFile(book)
    chosen = settings.load().with_flags(**flags)
    monkeypatch.setattr("sys.__stderr__", _Tty())
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size(size))
    file = picture_file(chosen, database, cloud=cloud, demo=demo)
    if keep and file is not None:
        file.save(PICTURE)
    return standing(file, chosen, database, cloud, NOW) is not None


def test_it_is_shown_under_the_same_circumstances_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, other = tmp_path / "book.db", tmp_path / "other.db"
    book.touch()
    other.touch()
    assert stands(book, monkeypatch, keep=True)
    assert not stands(other, monkeypatch)
    for other_flags in (
        {"theme": "ansi"}, {"read_only": True}, {"language": "ru", "drawing": "whole"},
        {"first_picture": False}, {"start": "last", "keys": {"quit": "q"}},
    ):  # fmt: skip
        assert not stands(book, monkeypatch, **other_flags), other_flags
    assert not stands(book, monkeypatch, cloud="germany")
    assert not stands(book, monkeypatch, demo=True)
    assert not stands(book, monkeypatch, size=(30, 5))
    speak("ru")
    assert not stands(book, monkeypatch)
    speak("en")
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "TERM_PROGRAM"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "1")
            assert not stands(book, changed), name
    assert stands(book, monkeypatch)
    book.unlink()
    assert not stands(book, monkeypatch)


def test_it_is_shown_where_the_console_will_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "book.db"
    book.touch()
    remembered = Remembered(SqliteFile(book), screen="customers", scope="1")
    remembered.save()
    assert stands(book, monkeypatch, keep=True)
    assert not stands(book, monkeypatch, start="last")
    remembered.scope = "2"
    remembered.save()
    assert not stands(book, monkeypatch)


@given(pictures())
def test_what_is_kept_is_what_was_shown(frames: list[list[Line]]) -> None:
    picture, before, old = Picture(), terminal(WIDTH, HEIGHT), None
    for new in frames:
        before.feed(picture.sent(written(old, new, whole=old is None), WIDTH, HEIGHT).encode())
        old = new
    taken = picture.taken()
    assert taken is not None
    last = HEIGHT - 1
    pieces = KeptPicture(*taken, last, "resources", "1", 0).pieces("")
    after = terminal(WIDTH, HEIGHT)
    after.feed((AS_AGREED + "".join(pieces)).encode())
    assert shown(after)[:last] == shown(before)[:last]
    again = Picture()
    again.take_over(pieces, WIDTH, HEIGHT)
    known = again.taken()
    assert known is not None
    assert known[1][:last] == taken[1][:last]


def test_a_terminal_that_tells_its_size_by_itself_shows_the_truth(tmp_path: Path) -> None:
    configured(start="last")
    book = demo_store(tmp_path).database.name
    before = left_in_the_list(book)
    lock = ExitStack()
    lock.enter_context(locked(book))
    with lock, Terminal([*COMMAND, "--database", book]) as console:
        console.wait_until(is_there)
        console.wait_idle()
        console.send(b"\x1b[48;24;80;480;800t")  # in a thread of its own: no loop runs there
        console.wait_until(lambda text: "As it was" not in text)
        lock.close()
        console.wait_until(lambda text: text == before)
