"""The walker finds what is broken, tells it so that it can be seen again, and does no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partnerdesk.tui.widgets.actions import Action
from tests.support.emulator import Cell, Emulator
from tests.walker.catalogue import WalkedScreen, all_screens
from tests.walker.checks import crash_place, disagreement, waiting_place
from tests.walker.coverage import Coverage, reached
from tests.walker.home import PROJECT
from tests.walker.learning import Leads, Learned
from tests.walker.leaving import LeavingWatch
from tests.walker.steps import (
    Click,
    Kill,
    Leave,
    Meanwhile,
    Paste,
    Press,
    Resize,
    Start,
    Step,
    can_be_sent,
    read,
    read_all,
    sent,
    written,
)

BROKEN = """
import asyncio, os, sys
from partnerdesk.screens.resources.list import ResourcesScreen
from tests.walker import watching
from partnerdesk.tui import base_app
base_app.LONG_SECONDS = 600  # else it says that it takes long

async def raises(self):
    raise RuntimeError("a secret")

async def freezes(self):
    await asyncio.Event().wait()

async def paints(self):
    os.write(1, b"\\x1b[2;5Hwhat nobody drew")

async def leaves(self):
    self.app.exit()

async def says(self):
    self.status.say("Traceback (most recent call last)")

ResourcesScreen.do_refresh = {how}
sys.exit(watching.main())
"""
"""A console in which one action is broken; this is how the walker is shown to see it."""


def walker(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the walker to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.walker", *map(str, words)],
        cwd=PROJECT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def log_of(folder: Path, *steps: Step) -> Path:
    """Write a log of keys."""
    file = folder / "keys.jsonl"
    file.write_text("\n".join(map(written, steps)))
    return file


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the folders of failed walks in the test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("raises", "RuntimeError"),
        ("freezes", "It has not answered for 1 s."),
        ("paints", "A fresh drawing shows something else."),
        ("leaves", "It was left, and nobody said so."),
        ("says", "It says: 'Traceback"),
    ],
)
def test_a_broken_action_is_seen_and_its_keys_are_told(tmp_path: Path, how: str, told: str) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(BROKEN.format(how=how))
    log = log_of(tmp_path, Start(80, 24, "en", fresh=True), Press(("j", "r")), Press(("k",)))
    patience = "1" if how == "freezes" else "10"
    said = walker("--replay", log, "--program", broken, "--patience", patience, "--seed", "7")
    assert said.returncode == 1, said.stdout + said.stderr
    assert told in said.stdout
    assert "seed 7, size 80x24, language en, screen ResourcesScreen" in said.stdout
    assert "at once: j r" in said.stdout
    assert "errors: 1" in said.stdout
    assert "secret" not in said.stdout
    again = Path(said.stdout.split("--replay ")[1].split()[0])
    assert read_all(again) == read_all(log)[:2]  # up to the step that failed


def test_a_walk_by_chance_stops_at_the_first_failure(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    everything = "from partnerdesk.tui.widgets.app_screen import AppScreen as ResourcesScreen"
    broken.write_text(
        BROKEN.replace("from partnerdesk.screens.resources.list import ResourcesScreen", everything)
        .replace("do_refresh", "perform")
        .replace("(self)", "(self, action)")
        .format(how="raises")
    )
    said = walker("--program", broken, "--minutes", "0.5", "--seed", "11", "--size", "80x24")
    assert said.returncode == 1, said.stdout + said.stderr
    assert "RuntimeError" in said.stdout
    assert "seed 11, size 80x24" in said.stdout
    assert "errors: 1" in said.stdout


def test_what_holds_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        Start(80, 24, "ru", fresh=True),
        Press(("g", "c"), pace=0.05),
        Press(("down", "space")),
        Resize(120, 40),
        Paste("[bold]x[/]"),
        Kill(("slash", "contoso")),
        Start(60, 15, "en"),
        Leave("signal"),
    )
    said = walker("--replay", log)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "errors: 0" in said.stdout
    assert "screens reached: 2 of" in said.stdout
    assert "2 starts, 1 kills, history verified 2 times" in said.stdout
    assert not [*tmp_path.glob("partnerdesk-walk-*")]


# What programs under the walker must not do

TRIED = """
import os, socket, sqlite3, subprocess, sys
from pathlib import Path
from tests.walker.guard import keep_inside
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
keep_inside(inside)
(inside / "file").write_text("x")
(outside / "given").read_text()
subprocess.run([sys.executable, "-c", ""], check=True)
tried = {
    "write": lambda: (outside / "file").write_text("x"),
    "open": lambda: os.open(outside / "file", os.O_CREAT),
    "append": lambda: (inside / ".." / outside.name / "given").open("a"),
    "link": lambda: (inside / "link").write_text("x"),
    "rename": lambda: (inside / "file").rename(outside / "file"),
    "remove": lambda: (outside / "given").unlink(),
    "folder": lambda: (outside / "folder").mkdir(),
    "database": lambda: sqlite3.connect(f"file:{outside}/book.db", uri=True),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "network": lambda: socket.create_connection(("192.0.2.1", 9)),
}
for name, act in tried.items():
    try:
        act()
    except PermissionError:
        print(name)
"""


def test_programs_under_the_walker_write_only_inside_and_talk_to_nobody(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "given").write_text("given")
    (inside / "link").symlink_to(outside / "given")
    tried = subprocess.run(
        [sys.executable, "-c", TRIED, str(inside), str(outside)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert not tried.stderr
    assert tried.stdout.split() == [
        "write", "open", "append", "link", "rename", "remove", "folder", "database", "program",
        "shell", "network",
    ]  # fmt: skip
    assert [file.name for file in outside.iterdir()] == ["given"]
    assert (outside / "given").read_text() == "given"


# The parts

STEPS: tuple[Step, ...] = (
    Start(80, 24, "ru", fresh=True),
    Press(("g", "c", "escape", "[bold]x[/]", "שלום"), 0.05),
    Paste("one\ntwo \x1b[2J"),
    Click(3, 4, 64, 2),
    Resize(40, 10),
    Meanwhile(("customers", "import", "customers.csv"), ("g", "l"), 0.5),
    Kill(("exclamation_mark",), 0.1),
    Leave("line"),
)


def test_a_log_of_keys_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert tuple(read_all(log_of(tmp_path, *STEPS))) == STEPS
    with pytest.raises(ValueError, match="no step called 'Jump'"):
        read('{"Jump": {}}')


def test_every_key_of_every_action_can_be_sent() -> None:
    keys = {
        key
        for screen in all_screens().values()
        for action in screen.actions
        for key in action.keys.split(",")
    }
    assert [key for key in keys if not can_be_sent(key)] == []
    assert (sent("exclamation_mark"), sent("ctrl+q"), sent("f5")) == (b"!", b"\x11", b"\x1b[15~")
    assert sent("contoso") == b"contoso"


def test_screens_of_one_name_are_told_apart() -> None:
    names = [screen.name for screen in all_screens().values()]
    assert len(set(names)) == len(names)
    assert {"resources", "customers", "relationships:partners"} <= set(names)


def test_coverage_tells_what_was_never_reached() -> None:
    actions = [Action(id, "x", id, id) for id in ("a.open", "a.end", "desk.back")]
    screens = {
        "First": WalkedScreen("First", "first", (actions[0], actions[2])),
        "Second": WalkedScreen("Second", "second", (actions[1], actions[2])),
    }
    coverage, other = Coverage(), Coverage()
    coverage.screens["First"] += 1
    coverage.screens["HelpScreen"] += 1
    coverage.action("First", "desk.back", refused=False)
    other.action("Second", "a.end", refused=True)
    other.action("First", "a.open", refused=False)
    coverage.add(other)
    found = reached(coverage, screens)
    assert (found.screens, found.all_screens) == (1, 2)
    assert (found.actions, found.all_actions) == (2, 3)
    assert (found.pairs, found.all_pairs) == (2, 4)
    assert found.unseen_screens == ("second",)
    assert found.undone == ("a.end (refused)",)
    assert found.undone_pairs == {"second": ("desk.back",)}
    assert found.dialogs == ("HelpScreen",)


@pytest.mark.parametrize(
    ("keys", "may"),
    [
        (("ctrl+q",), True),
        (("g", "q", "enter"), False),
        (("ctrl+p", "quit", "enter"), True),
        (("ctrl+p", "y", "D", "enter"), False),
        (("ctrl+p", "q", "y", "backspace", "enter"), True),
        (("ctrl+p", "escape", "q", "enter"), False),
        (("colon", "quit", "enter"), True),
        (("colon", "help", "enter"), False),
        (("ctrl+p", "выход", "enter"), True),
        (("ctrl+p", "помощь", "enter", "ctrl+k", "up", "enter"), True),  # it was still open
    ],
)
def test_only_keys_that_say_so_leave(keys: tuple[str, ...], may: bool) -> None:
    watch = LeavingWatch()
    watch.pressed(keys)
    assert watch.may_leave is may


def test_what_actions_lead_to_is_learned() -> None:
    learned = Learned()
    assert learned.leads("a.copy") is Leads.UNKNOWN
    seen: dict[str, dict[str, Any]] = {
        "a.copy": {"choices": ["n", "d"]},
        "a.open": {"top": "B"},
        "a.filter": {"state": {"screen": "A", "prompt": "Filter", "field": ""}},
        "a.wide": {"state": {"screen": "A", "prompt": None, "field": ""}},
    }
    for name, then in seen.items():
        learned.take({"action": name, "screen": "A", "refused": False})
        learned.take(then)
    leads = [learned.leads(f"other.{word}") for word in ("copy", "open", "filter", "wide")]
    assert leads == [Leads.CHOICE, Leads.AWAY, Leads.LINE, Leads.NOWHERE]
    assert learned.choices("other.copy") == ("n", "d")
    assert learned.destination("other.open") == "B"


def test_which_field_follows_is_learned() -> None:
    learned = Learned()
    for field in ("name", "city", "name"):
        learned.take({"state": {"prompt": None, "screen": "F", "field": field}})
    assert learned.fields_from("F", "name", 5) == ["name", "city"]
    assert learned.fields_from("F", "other", 5) == ["other"]


def drawn(text: str) -> list[list[Cell]]:
    """Return the places of a screen of one line."""
    emulator = Emulator(30, 1, lambda _answer: None)
    emulator.feed(text.encode())
    places = emulator.places(0)
    return [[Cell(place.data, place.fg, place.bg, place.bold, place.reverse) for place in places]]


@pytest.mark.parametrize(
    ("before", "after", "agree"),
    [
        ("seen 3 min ago  x", "seen 14 min ago x", True),
        ("только что", "1 мин назад", True),
        ("3 customers", "4 customers", False),
        ("\x1b[31mred", "\x1b[32mred", False),
        ("\x1b[31m \x1b[mx", " x", True),
        ("\x1b[41m \x1b[mx", " x", False),
    ],
)
def test_pictures_agree_but_for_ages(before: str, after: str, agree: bool) -> None:
    assert (disagreement(drawn(before), drawn(after)) == "") is agree


def test_a_crash_is_placed_where_the_house_was_left() -> None:
    report = (
        "partnerdesk 0.1.0\nPython 3.11\n2026-11-22T12:00:00Z\n\ntextual.css.query.NoMatches\n"
        '  File "/usr/lib/textual/worker.py", line 1, in run\n'
        f'  File "{PROJECT}/tui/widgets/list_screen.py", line 136, in book_changed\n'
        '  File "/usr/lib/textual/dom.py", line 2, in query_one\n'
    )
    assert crash_place(report) == "NoMatches tui/widgets/list_screen.py:136 book_changed"
    idle = [
        f"{PROJECT}/cli/main.py:2 main",
        f"{PROJECT}/tui/app.py:9 run",
        "/selectors.py:4 select",
    ]
    waits = [idle, [f"{PROJECT}/tui/app.py:1 a", "/usr/lib/asyncio.py:3 wait"], ["/x.py:1 y"]]
    assert waiting_place(waits) == "tui/app.py:1 a"
    assert waiting_place([idle]) == "nothing of the house waits"


def test_the_walker_needs_nothing_of_the_environment() -> None:
    """Its programs get an environment of their own, whatever this one holds."""
    from tests.walker.home import Home

    home = Home(Path("/nowhere"), Path("/nowhere/book"))
    environment = home.terminal_environment
    assert all(environment[name] is None for name in os.environ if name not in home.environment)
    assert "SSH_CONNECTION" not in home.environment
    assert all(
        str(home.folder) in home.environment[f"XDG_{kind}_HOME"]
        for kind in ("CONFIG", "DATA", "STATE", "CACHE")
    )
