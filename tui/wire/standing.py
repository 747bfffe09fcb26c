"""Shows the picture in which the console was left, while the console is still on its way."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Self

from partnerdesk.models.core.clock import age, from_millis
from partnerdesk.models.languages import _
from partnerdesk.tui.wire.kept import AS_AGREED

if TYPE_CHECKING:
    from datetime import datetime
    from types import FrameType

    from partnerdesk.tui.wire.kept import KeptPicture

TO_ALTERNATE, TO_USUAL = "\x1b[?1049h", "\x1b[?1049l\x1b[?25h"
"""To the screen of full-screen programs, and back from it with the cursor."""
_STDIN = 0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Standing:
    """A picture on the terminal, with its age; the driver takes the terminal over from it.

    Keys that are typed meanwhile are not shown and wait for the console. Ctrl-C ends it at once:
    nothing was begun yet that could be lost.
    """

    def __init__(self, picture: KeptPicture, at: datetime) -> None:
        self.size = picture.size
        self.pieces = picture.pieces(
            _("As it was {age}. Opening the book …").format(age=age(from_millis(picture.at), at))
        )
        """What stands there, row by row, as Textual would have written it."""
        self.is_whole = True
        """Whether it still stands as it was painted."""
        self.usual: list[Any] = []
        """The terminal's attributes as they were."""
        self._is_ours = True

    def __enter__(self) -> Self:
        import termios

        self.usual = termios.tcgetattr(_STDIN)
        waiting = termios.tcgetattr(_STDIN)
        waiting[0] &= ~(termios.IXON | termios.ICRNL)  # as the driver will want the keys
        waiting[3] &= ~(termios.ECHO | termios.ICANON)
        waiting[6][termios.VSUSP] = waiting[6][termios.VQUIT] = b"\0"
        termios.tcsetattr(_STDIN, termios.TCSANOW, waiting)
        for number in _SIGNALS:
            signal.signal(number, self._leave)
        signal.signal(signal.SIGWINCH, self._resized)
        _write(TO_ALTERNATE + AS_AGREED + "\x1b[2J" + "".join(self.pieces))
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            self._restore()

    def hand_over(self) -> list[Any]:
        """Return the attributes with which the terminal is to be left by whom it is given to."""
        self._is_ours = False
        return self.usual

    def _restore(self) -> None:
        import termios

        termios.tcsetattr(_STDIN, termios.TCSANOW, self.usual)
        _write("\x1b[?7h" + TO_USUAL)

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        self._restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        self.is_whole = False


def _write(text: str) -> None:
    terminal = sys.__stderr__  # where Textual's driver writes
    if terminal is not None:
        terminal.write(text)
        terminal.flush()
