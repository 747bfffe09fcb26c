"""What keys are read from what a terminal sends."""

from __future__ import annotations

import pytest
from textual.events import Key

from partnerdesk.tui.wire.key_parser import KeyParser


def keys(*sent: str) -> list[str]:
    """Return the keys of what is sent, in pieces; a pause ends it."""
    parser = KeyParser()
    messages = [message for piece in sent for message in parser.feed(piece)]
    messages += parser.feed("")
    return [message.key for message in messages if isinstance(message, Key)]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("\x1b", "escape"),
        ("\x1bg", "escape g"),
        ("\x1bG", "escape G"),
        ("\x1b/ab", "escape slash a b"),
        ("\x1b ", "escape space"),
        ("\x1b\r", "escape enter"),
        ("\x1b\x11", "escape ctrl+q"),
        ("\x1b5j", "escape 5 j"),
        ("\x1bж", "escape ж"),
        ("\x1b\x1b/", "escape escape slash"),
        ("\x1b\x1b[A", "escape up"),
        ("\x1b[A", "up"),
        ("\x1bOP", "f1"),
        ("\x1b[Z", "shift+tab"),
        ("\x1bf", "ctrl+right"),
        ("\x1b\x7f", "ctrl+w"),
        ("\x1b[120;3u", "alt+x"),
        ("a\x1b[B/", "a down slash"),
    ],
)
def test_escape_is_read_where_it_was_pressed(sent: str, read: str) -> None:
    assert keys(sent) == read.split()
    assert keys(*sent) == read.split()


def test_escape_alone_before_what_begins_a_sequence_is_escape() -> None:
    assert keys("\x1b[", "?") == ["escape", "left_square_bracket", "question_mark"]
