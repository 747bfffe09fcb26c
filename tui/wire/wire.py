"""Everything that Textual writes comes through here: frames as changes, the rest as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.tui.wire.frame_parser import is_frame

if TYPE_CHECKING:
    from partnerdesk.tui.wire.screen_buffer import Picture

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""What stands around a frame that is to be shown at once (synchronized output)."""
_MODES = frozenset(
    {"7", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "2004", "2031", "2048"}
)
"""Private modes that change nothing in the picture: the mouse, pasting, the cursor, line wrap."""
_STRINGS = frozenset({"0", "1", "2", "7", "9", "22", "52", "777"})
"""Strings (OSC) that do not: the title, the clipboard, the mouse pointer, a message."""
_QUESTIONS = ("u", "$p", "c", "n", " q")
"""How sequences end that do not: the keyboard's and the cursor's form, and what asks something."""


class Wire:
    """Turns what Textual writes into what is sent.

    What is not understood goes through whole and in order; where it may have changed the picture,
    the picture is forgotten, so that the next frames go through whole.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._holds_begin = False

    def sent(self, data: str, width: int, height: int) -> str:
        """Return what to send for what Textual writes at once to a screen of this size."""
        if data == BEGIN:
            self._holds_begin = True  # until there is something to show
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
    """Return whether it is one sequence that changes nothing in the picture."""
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
