"""The demo on its rehearsal, by keys in a real terminal."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import ssl
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.demo import rehearsal as demo
from partnerdesk.models.languages import _, speak
from tests.support.commands import COMMAND, run
from tests.support.terminal import Terminal
from tests.terminal.test_add_customer import fill, in_portugal

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60.0
"""Seconds for what needs a new process, or an answer of one."""


@pytest.fixture(autouse=True)
def _small_demo() -> None:
    assert run("demo", "--customers", "60").code == 0


def console(*flags: str) -> Terminal:
    command = [*COMMAND, "--demo", "--cloud", "global", *flags]
    return Terminal(command, columns=120, rows=30)


def connected(terminal: Terminal) -> demo.Line:
    """Wait until the demo is connected; return what its rehearsal said."""
    header = ("MFA", _("DEMO, rehearsal"))
    terminal.wait_until(lambda _text: all(word in terminal.line(0) for word in header), PATIENCE)
    line = demo.last_line()
    assert line is not None
    return line


def control(line: demo.Line, name: str, **about: object) -> httpx.Response:
    context = ssl.create_default_context(cafile=line.ca_file)
    return httpx.post(f"{line.control}/{name}", json=about, verify=context, trust_env=False)


def sync(terminal: Terminal) -> None:
    terminal.press("r")
    terminal.wait_for(_("Read again; the sync with Partner Center has begun."))
    terminal.wait_for(_("Synced with Partner Center."), PATIENCE)


def rehearsals() -> list[int]:
    """Return the processes that serve, or wait to serve, the rehearsal of this test's demo."""
    folder = str(demo.folder()).encode()
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if folder in words:
                found.append(int(place.name))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.05)


def none_left() -> None:
    """Wait until no rehearsal runs any more."""
    wait_until(lambda: not rehearsals())


def in_file(file: Path, statement: str) -> list[str]:
    """Return the first column of what a statement finds in an SQLite file."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return [str(row[0]) for row in connection.execute(statement)]


def invited() -> list[str]:
    """Return the domains of those of whom the rehearsal knows that they are invited."""
    return in_file(demo.folder() / "rehearsal.db", "SELECT domain FROM invited")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_customers_are_added_invited_and_appear(language: str) -> None:
    speak(language)
    with console("--lang", language) as terminal:
        terminal.wait_for(_("DEMO"))
        terminal.press("g", "c")
        terminal.wait_for("▲")
        line = connected(terminal)
        assert line.api.startswith("https://127.0.0.1:")
        sync(terminal)

        terminal.press("n")
        terminal.wait_for(".onmicrosoft.com")
        fill(terminal, "Oliveira & Filhos Lda")
        terminal.wait_for("oliveiraandfilhos")
        terminal.press("tab", "tab")
        in_portugal(terminal)
        fill(terminal, "Rita", "Oliveira", "rita@oliveira.pt")
        terminal.press("ctrl+r")
        terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
        terminal.press("!")
        terminal.wait_for(_("First administrator"), PATIENCE)
        assert "oliveiraandfilhos.onmicrosoft.com" in terminal.text
        terminal.press("escape", "escape")
        terminal.wait_until(lambda text: _("First administrator") not in text)

        terminal.press("g", "c", "/")
        terminal.type("coho")
        terminal.press("enter")
        terminal.wait_until(lambda text: "Coho Winery" in text and "Contoso" not in text)
        terminal.press("i")
        terminal.wait_for("cohowinery.onmicrosoft.com")
        terminal.wait_for(_("E-mail"))
        terminal.press("ctrl+r")
        terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
        terminal.press("!")
        terminal.wait_for(_("A draft: y copies it, f writes a file."))
        terminal.press("y")
        terminal.wait_for(_("The letter is copied."))
        assert f"partnerId={line.tenant}" in terminal.clipboard
        terminal.press("enter")
        terminal.wait_for(_("It is recorded as sent; u takes that back."))
        wait_until(lambda: invited() == ["cohowinery.onmicrosoft.com"])

        control(line, "clock", seconds=demo.ACCEPT_SECONDS + 1)
        terminal.press("escape")
        terminal.wait_for("Coho Winery")
        sync(terminal)
        state = "SELECT state FROM invitations WHERE company_name = 'Coho Winery' ORDER BY id DESC"
        assert in_file(paths.data_folder() / "demo.db", state)[0] == "accepted"
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
        none_left()


def test_new_customers_come_and_are_there_the_next_time() -> None:
    with console() as terminal:
        line = connected(terminal)
        terminal.press("g", "c")
        terminal.wait_for("51 customers")
        sync(terminal)
        control(line, "clock", seconds=demo.ACCEPT_SECONDS + 1)
        sync(terminal)
        terminal.wait_for("52 customers")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    none_left()
    listed = run("customers", "list", "--demo", "--cloud", "global", "--json").json
    again = run("sync", "--demo", "--json")
    assert again.code == 0
    counts = {name: again.json[name] for name in ("new", "changed", "gone")}
    assert counts == {"new": 0, "changed": 0, "gone": 0}
    assert again.json["received"] + 1 == len(listed), "one was never at Microsoft"
    assert demo.last_line() == line, "the same addresses, so nobody has to sign in again"


def test_r_in_the_first_seconds_syncs_once_the_rehearsal_is_up() -> None:
    with console() as terminal:
        terminal.wait_for("51 customers")
        terminal.press("r")
        terminal.wait_for("the rehearsal is still starting, and the sync follows")
        terminal.wait_for("Synced with Partner Center.", PATIENCE)


def test_signing_in_again_and_a_cut_network() -> None:
    with console() as terminal:
        connected(terminal)
        assert run("accounts", "sign-out", "--demo", "--cloud", "global").code == 0
        terminal.wait_until(lambda _text: "signed out" in terminal.line(0), PATIENCE)
        terminal.press("f9")
        terminal.wait_for("the rehearsal types the code", PATIENCE)
        terminal.wait_for("Signed in as admin@", PATIENCE)
        terminal.wait_until(lambda _text: "signed out" not in terminal.line(0), PATIENCE)
        sync(terminal)

        for process in rehearsals():
            os.kill(process, signal.SIGKILL)
        none_left()
        terminal.press("r")
        terminal.wait_until(lambda _text: "offline" in terminal.line(0), PATIENCE)
        terminal.press("ctrl+q")
    with console() as terminal:
        connected(terminal)
        terminal.wait_idle()
        assert "offline" not in terminal.line(0), "that was the last console's"
        assert not any(line.startswith(" ! ") for line in terminal.lines)


def test_a_second_console_goes_on_when_the_first_is_killed() -> None:
    with console() as first, console() as second:
        line = connected(first)
        connected(second)
        wait_until(lambda: len(rehearsals()) == 2)
        first.kill()
        wait_until(lambda: len(rehearsals()) == 1)
        second.press("g", "c")
        second.wait_for("Company ▲")
        sync(second)
        assert demo.last_line() == line
        second.kill()
        none_left()


def test_without_the_extra_the_demo_says_so_and_works_as_before(tmp_path: Path) -> None:
    script = tmp_path / "bare.py"
    script.write_text(
        "import sys\nfrom partnerdesk.models.demo import rehearsal\n"
        "rehearsal.NEEDS = ('no_such_package',)\n"
        "from partnerdesk.cli.main import main\nsys.exit(main())\n"
    )
    with Terminal([sys.executable, script, "--demo"], columns=120, rows=30) as terminal:
        terminal.wait_for("pip install 'partnerdesk[rehearsal]'", PATIENCE)
        assert terminal.line(0).rstrip().endswith(" DEMO")
        terminal.press("g", "c")
        terminal.wait_for("51 customers")
        assert rehearsals() == []
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def test_in_read_only_mode_nothing_is_started() -> None:
    with console("--read-only") as terminal:
        terminal.press("g", "c")
        terminal.wait_for("51 customers")
        terminal.wait_idle()
        assert rehearsals() == []
        assert not demo.folder().exists()
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
