"""The terminal that tests use is itself a terminal: to a plain program and to a Textual app."""

from __future__ import annotations

import base64
import sys

import pytest

from tests.support.emulator import Emulator
from tests.support.terminal import Terminal

ECHO = """
import fcntl, os, signal, struct, sys, termios, tty
def size(*_):
    rows, columns = struct.unpack("hh", fcntl.ioctl(0, termios.TIOCGWINSZ, b"1234"))
    print(f"{columns} by {rows}", end="\\r\\n", flush=True)
signal.signal(signal.SIGWINCH, size)
tty.setraw(os.open("/dev/tty", os.O_RDWR))
size()
try:
    while (keys := os.read(0, 1000)) != b"q":
        print(keys, end="\\r\\n", flush=True)
except OSError:
    signal.pause()  # the line is gone, and its signal is on the way
sys.exit(7)
"""

APP = """
from textual.app import App
from textual.widgets import Input, Static
class Tiny(App):
    BINDINGS = [("ctrl+y", "copy", "Copy"), ("escape", "app.quit", "Quit")]
    def compose(self):
        yield Input(id="name")
        yield Static("[link='https://example.com/']a link[/] and 会社", id="shown")
    def on_input_changed(self, event):
        self.query_one("#shown").update(f"Hello {event.value}")
    def action_copy(self):
        self.copy_to_clipboard(self.query_one(Input).value)
Tiny().run()
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_plain_program_gets_size_keys_and_a_controlling_terminal() -> None:
    with Terminal([sys.executable, "-S", "-c", ECHO], columns=40, rows=10) as t:
        t.wait_for("40 by 10")
        t.wait_idle()
        mark = t.written
        t.press("up")
        t.wait_for("b'\\x1b[A'")
        t.wait_idle()
        assert t.bytes_since(mark) == b"b'\\x1b[A'\r\n"
        assert (t.cursor.column, t.cursor.row) == (0, 2)
        assert t.line(0) == "40 by 10"
        assert t.text.splitlines()[1] == t.lines[1] == "b'\\x1b[A'"
        t.press("escape")
        t.wait_for("b'\\x1b'")
        for key, read in (("g", "g"), ("ctrl+c", "\\x03"), ("ctrl+_", "\\x1f"), ("f1", "\\x1bOP")):
            t.press(key)
            t.wait_for(f"b'{read}'")
        with pytest.raises(ValueError, match="no key called 'entr'"):
            t.press("entr")
        t.resize(30, 8)
        t.wait_for("30 by 8")
        t.press("q")
        assert t.exit_code == 7


def test_a_killed_program_and_one_whose_line_is_lost_end_by_their_signals() -> None:
    with Terminal([sys.executable, "-S", "-c", ECHO]) as t:
        t.wait_for("80 by 24")
        t.kill()
        assert t.exit_code == -9
    with Terminal([sys.executable, "-S", "-c", ECHO]) as t:
        t.wait_for("80 by 24")
        t.hang_up()
        assert t.exit_code == -1


def test_a_wait_in_vain_shows_the_last_screen() -> None:
    with Terminal([sys.executable, "-S", "-c", ECHO]) as t:
        t.wait_for("80 by 24")
        with pytest.raises(
            AssertionError, match=r"Waited 0.1 s for 'nothing' on.*\n.*\n\|80 by 24"
        ):
            t.wait_for("nothing", seconds=0.1)
        t.press("q")
        with pytest.raises(AssertionError, match=r"ended \(7\) before the condition"):
            t.wait_until(lambda screen: "nothing" in screen)


def test_a_program_that_works_is_not_idle() -> None:
    with (
        Terminal([sys.executable, "-S", "-c", "while True: pass"]) as t,
        pytest.raises(AssertionError, match="in vain"),
    ):
        t.wait_idle(seconds=0.4)


def test_a_textual_app_is_shown_typed_into_and_left_tidy() -> None:
    with Terminal(python(APP), columns=30, rows=6) as t:
        t.wait_for("a link and 会社")
        assert [(link.address, link.text) for link in t.links] == [
            ("https://example.com/", "a link")
        ]
        assert {1049, 2004} <= t.modes
        assert t.kitty_keys
        t.type("Łukasz")
        t.wait_for("Hello Łukasz")
        assert b"\x1b[?2026h" in bytes(t.bytes_since(0))  # it was told that we can synchronize
        t.press("ctrl+y")
        t.wait_until(lambda _: t.clipboard == "Łukasz")
        t.press("home", "delete")
        t.wait_for("Hello ukasz")
        t.wait_idle()
        mark = t.written
        t.wait_idle()
        assert t.written == mark
        t.press("escape")
        assert t.exit_code == 0
        assert t.text.strip() == ""  # the main screen is back
        assert not t.modes & {1000, 1003, 1004, 1049, 2004}
        assert t.kitty_keys == []
        assert t.cursor.visible


def emulated(output: bytes, piece: int = 1) -> tuple[Emulator, bytes]:
    """Feed an emulator, byte by byte unless told otherwise: sequences arrive in pieces."""
    answers = bytearray()
    emulator = Emulator(20, 3, answers.extend)
    for start in range(0, len(output), piece):
        emulator.feed(output[start : start + piece])
    return emulator, bytes(answers)


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (b"a\x1b[>25ub", "ab"),
        (b"a\x1b[?2026$pb", "ab"),
        (b"a\x1bP+q544e\x1b\\b", "ab"),
        (b"a\x1b_Gi=1\x1b\\b\x1b^x\x1b\\", "ab"),
        (b"a\x1b]11;?\x07b", "ab"),
        (b"a\x1b[38:2::1:2:3;4:3mb", "ab"),
        (b"a\x1b[2 qb\x1b(Bc", "abc"),
        ("a👨\u200d👩\ufe0fb".encode(), "a👨👩b"),
        ("e\u0301\u009b2Jx".encode(), " x"),
        (b"one\x1b[?1049htwo", "two"),
        (b"one\x1b[?1049htwo\x1b[?1049l!", "one!"),
    ],
)
def test_sequences_leave_no_litter_on_the_screen(output: bytes, shown: str) -> None:
    for piece in (1, len(output)):
        assert emulated(output, piece)[0].screen.display[0].rstrip() == shown


def test_a_private_sequence_is_not_taken_for_a_colour() -> None:
    emulator, _ = emulated(b"\x1b[>4;1ma\x1b[1mb")
    assert [emulator.screen.buffer[0][column].bold for column in range(2)] == [False, True]


def test_the_clipboard_is_read_through_tmux_and_gnu_screen() -> None:
    copied = base64.b64encode("Ёлка".encode())
    plain = b"\x1b]52;c;" + copied + b"\x07"
    for sent in (
        plain,
        b"\x1bPtmux;" + plain.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\",
        b"\x1bP" + plain + b"\x1b\\",
    ):
        emulator, _ = emulated(sent + b"end")
        assert emulator.clipboards == ["Ёлка"]
        assert emulator.screen.display[0].startswith("end")


def test_questions_are_answered_as_a_modern_xterm_does() -> None:
    answers = emulated(b"\x1b[?2026$p\x1b[?2048$p\x1b[c ab\x1b[6n")[1]
    assert answers == b"\x1b[?2026;2$y\x1b[?2048;0$y\x1b[?62;22c\x1b[1;4R"
