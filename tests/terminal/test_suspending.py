"""ctrl+z gives the terminal back to a shell that can bring the console back, else to nobody."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.books import demo_store
from tests.support.commands import COMMAND
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "No shell waits that could bring the console back; ctrl+q leaves it."


def _line(tmp_path: Path) -> list[str]:
    book = demo_store(tmp_path).database.name
    return [*map(str, COMMAND), "--database", book, "--cloud", "global"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no shell with job control")
@pytest.mark.parametrize("wrapped", [False, True])
def test_ctrl_z_stops_the_whole_job_and_fg_shows_the_same_screen(
    tmp_path: Path, wrapped: bool
) -> None:
    line = shlex.join(_line(tmp_path))
    script = tmp_path / "start.sh"
    script.write_text(f"{line}\ntrue\n", encoding="utf-8")  # waits for the console, in its job
    with Terminal(["bash", "--norc", "-i"], env={"PS1": "ready> "}) as terminal:
        terminal.wait_for("ready>")
        terminal.type(f"bash {script}\r" if wrapped else f"{line}\r")
        terminal.wait_for("216 customers")
        terminal.press("g", "c", "3", "j")
        terminal.wait_for("▌ Anderson, Garcia")
        terminal.wait_idle()
        before = terminal.text
        terminal.press("ctrl+z")
        terminal.wait_for("Stopped")
        assert 1049 not in terminal.modes
        assert terminal.cursor.visible
        terminal.type("echo in$((1+1))order\r")  # it is echoed: the terminal is as it was
        terminal.wait_for("in2order")
        terminal.type("fg\r")
        terminal.wait_until(lambda text: text == before)
        terminal.press("?", "G")
        terminal.wait_for("Suspend the console; fg in the shell")
        terminal.press("escape", "ctrl+q")
        terminal.wait_until(lambda text: text.rstrip().endswith("ready>"))


@pytest.mark.parametrize("shape", ["leader", "forced command"])
def test_ctrl_z_stops_nothing_where_nobody_could_bring_it_back(tmp_path: Path, shape: str) -> None:
    line = _line(tmp_path)
    command = line if shape == "leader" else ["sh", "-c", f"{shlex.join(line)}; true"]
    with Terminal(command) as terminal:
        terminal.wait_for("216 customers")
        terminal.press("ctrl+z")
        terminal.wait_for(REFUSED)
        terminal.press("?", "G")
        terminal.wait_for("Leave the console")
        assert "Suspend" not in terminal.text
