"""A copy reaches the terminal through tmux in every setting of it, and through GNU screen."""

from __future__ import annotations

import base64
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from partnerdesk.tui.wire.clipboard import carried, give_to_tmux, is_copy, may_arrive
from tests.support.books import demo_store
from tests.support.emulator import Emulator
from tests.support.jobs import COMMAND
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "Fabrikam, Inc."


def copy_of(text: str) -> str:
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"


def console_in(multiplexer: list[str], folder: Path, name: str = "xterm-256color") -> Terminal:
    demo_store(folder)
    command = [*COMMAND, "--database", str(folder / "demo.db")]
    env = {"TERM": name, "STY": None, "TMUX": None, "SCREENDIR": str(folder)}
    return Terminal([*multiplexer, *command], 80, 24, env)


def press_copy(terminal: Terminal) -> None:
    terminal.wait_for("customers")
    terminal.press("g", "c", "/")
    terminal.wait_for("Filter")
    terminal.type("fabrikam")
    terminal.wait_for("1 of 2")
    terminal.press("enter")
    terminal.wait_for("Registration number")
    terminal.press("y")


def copy_the_name(terminal: Terminal) -> None:
    press_copy(terminal)
    terminal.wait_for(f"Copied: {NAME}")


def is_shown_alone(terminal: Terminal) -> None:
    """Look that the name stands alone from the left edge on, and that Esc leads back."""
    terminal.wait_for("No copy can arrive")
    assert NAME in [line.rstrip() for line in terminal.text.splitlines()]
    assert "Registration number" not in terminal.text
    terminal.press("escape")
    terminal.wait_for("Registration number")
    assert "Copied" not in terminal.text
    terminal.press("ctrl+q")
    assert terminal.exit_code == 0


@contextmanager
def tmux(folder: Path, option: str) -> Iterator[list[str]]:
    """Give the command that runs another one in a tmux of its own, which ends with the block."""
    settings = folder / "tmux.conf"
    settings.write_text(f"set -g {option}\nset -g status off\n")
    server = ["tmux", "-S", str(folder / "socket"), "-f", str(settings)]
    try:
        yield [*server, "new-session"]
    finally:
        subprocess.run([*server, "kill-server"], check=False, capture_output=True)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
@pytest.mark.parametrize("setting", ["on", "external", "off"])
def test_a_copy_reaches_the_terminal_around_tmux(tmp_path: Path, setting: str) -> None:
    with (
        tmux(tmp_path, f"set-clipboard {setting}") as command,
        console_in(command, tmp_path) as terminal,
    ):
        copy_the_name(terminal)
        terminal.wait_until(lambda _text: terminal.clipboard == NAME)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
@pytest.mark.parametrize("setting", ["on", "external", "off"])
def test_around_tmux_without_a_clipboard_the_text_is_shown(tmp_path: Path, setting: str) -> None:
    with (
        tmux(tmp_path, f"set-clipboard {setting}") as command,
        console_in(command, tmp_path, "linux") as terminal,
    ):
        press_copy(terminal)
        is_shown_alone(terminal)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_where_tmux_lets_sequences_through_a_copy_may_arrive(tmp_path: Path) -> None:
    with (
        tmux(tmp_path, "allow-passthrough on") as command,
        console_in(command, tmp_path, "linux") as terminal,
    ):
        copy_the_name(terminal)


def test_a_terminal_that_has_no_clipboard_is_shown_the_text(tmp_path: Path) -> None:
    with console_in([], tmp_path, "vt220") as terminal:
        press_copy(terminal)
        is_shown_alone(terminal)


def test_a_letter_is_shown_where_no_copy_can_arrive(tmp_path: Path) -> None:
    with console_in([], tmp_path, "vt220") as terminal:
        terminal.wait_for("customers")
        terminal.press("g", "l", "/")
        terminal.wait_for("Filter")
        terminal.type("grand")
        terminal.wait_for("1 of ")
        terminal.press("enter", "enter", "y")
        terminal.wait_for("No copy can arrive")
        assert any(line.startswith("Subject: ") for line in terminal.text.splitlines())
        terminal.press("escape")
        terminal.wait_for("Grand")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def test_a_copy_may_arrive_wherever_nothing_says_that_it_cannot() -> None:
    for environment in ({"TERM": "xterm"}, {}, {"TERM": "tmux-256color"}, {"TERM": "screen"},
                        {"TERM": "linux", "STY": "1.tty"}):  # fmt: skip
        assert may_arrive(environment)
    assert not may_arrive({"TERM": "linux"})


@pytest.mark.skipif(shutil.which("screen") is None, reason="needs GNU screen")
def test_a_copy_reaches_the_terminal_around_a_real_screen(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with console_in(["screen", "-c", "/dev/null", "-U"], tmp_path) as terminal:
        copy_the_name(terminal)
        terminal.wait_until(lambda _text: terminal.clipboard == NAME)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


@pytest.mark.parametrize("text", ["x", "Ёлка\n", "long " * 500])
def test_a_copy_reaches_the_terminal_around_screen(text: str) -> None:
    """Screen hands on what stands in its strings, whose length is bounded."""
    sent = carried(copy_of(text), {"STY": "1.tty", "TERM": "screen"})
    pieces = sent.split("\x1b\\")
    assert pieces.pop() == ""
    assert all(len(piece) <= 256 for piece in pieces)
    handed_on = "".join(piece.removeprefix("\x1bP") for piece in pieces)
    emulator = Emulator(80, 24, lambda _answer: 0)
    emulator.feed(handed_on.encode())
    assert emulator.clipboards == [text]


def test_only_a_copy_is_carried_and_a_plain_terminal_gets_it_as_it_is() -> None:
    assert is_copy(copy_of("x"))
    assert not is_copy(copy_of("x") + "\x1b[2J")
    assert not is_copy("\x1b[2J")
    assert carried(copy_of("x"), {"TERM": "xterm-256color"}) == copy_of("x")
    assert give_to_tmux(copy_of("x"), {"TERM": "tmux-256color"}) is None


def test_behind_a_tmux_on_another_host_both_ways_are_tried() -> None:
    sent = carried(copy_of("x"), {"TERM": "tmux-256color"})
    assert sent.startswith(copy_of("x") + "\x1bPtmux;\x1b\x1b]52;c;")
