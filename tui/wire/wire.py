"""Reduce frames that Textual writes to their changes; pass all other output through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.tui.wire.frame_parser import is_frame

if TYPE_CHECKING:
    from partnerdesk.tui.wire.screen_buffer import Picture

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Begin and end a frame that the terminal shows at once (synchronized output)."""
_MODES = frozenset(
    {"7", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "2004", "2031", "2048"}
)
"""Private modes that do not change the cells: the mouse, pasting, the cursor, line wrap."""
_STRINGS = frozenset({"0", "1", "2", "7", "9", "22", "52", "777"})
"""OSC codes that do not change the cells: title, clipboard, mouse pointer, notification."""
_QUESTIONS = ("u", "$p", "c", "n", " q")
"""Ends of sequences that do not change the cells: keyboard mode, cursor shape, queries."""


class Wire:
    """Turns Textual's output into the output for the terminal.

    Unknown sequences pass unchanged and in order. If a sequence may have changed the cells, the
    picture is forgotten, so that the next frame is sent whole.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._holds_begin = False

    def sent(self, data: str, width: int, height: int) -> str:
        """Return the output for one write of Textual to a screen of this size."""
        if data == BEGIN:
            self._holds_begin = True  # sent with the first change, if any
            return ""
        if data == END:
            is_over, self._holds_begin = self._holds_begin, False
            return "" if is_over else END
        if not is_frame(data):
            if not _is_harmless(data):
                self.picture.forget()
            return data
        changes = self.picture.sent(data, width, height)
        if changes and self._holds_begin:
            self._holds_begin = False
            return BEGIN + changes
        return changes


def _is_harmless(data: str) -> bool:
    """Return whether `data` is one sequence that does not change the cells."""
    body = data[2:]
    if data.startswith("\x1b]"):
        content = body.removesuffix("\a") if body.endswith("\a") else body.removesuffix("\x1b\\")
        is_whole = content != body and content.isprintable()
        return is_whole and content.partition(";")[0] in _STRINGS
    if not data.startswith("\x1b["):
        return data == "\a"
    if body[-1:] in ("h", "l"):
        return body[:1] == "?" and body[1:-1] in _MODES
    return body.endswith(_QUESTIONS) and not body[:-1].strip("0123456789;<=>?$ ")
