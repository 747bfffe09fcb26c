"""How long a program takes until a text is on its terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BARE = """
from textual.app import App
from textual.widgets import Footer, Header, Static
class Bare(App):
    def compose(self):
        yield Header()
        yield Static("bare")
        yield Footer()
Bare().run()
"""
"""The floor: a header, one line, a footer."""


def seconds_to(command: Sequence[str], text: str, limit: float = 30.0) -> float:
    """Start `command` in a terminal of 120×40; return the seconds until it wrote `text`.

    Raises:
        TimeoutError: it did not within `limit` seconds.
    """
    start = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execvp(command[0], list(command))
    termios.tcsetwinsize(terminal, (40, 120))
    received = b""
    try:
        while time.perf_counter() - start < limit:
            if select.select([terminal], [], [], 0.05)[0]:
                received += os.read(terminal, 65536)
                if text.encode() in received:
                    return time.perf_counter() - start
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)
    raise TimeoutError(f"{text!r} was not shown in {limit} s")
