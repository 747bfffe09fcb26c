"""What every command prints: stdout is data, stderr is talk, and neither can drive a terminal."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from typing import TextIO


def ready_streams() -> None:
    """Let printing neither fail nor write into a stranger's file, however we were started.

    A stream that whoever started us has closed leads nowhere: else the next file to be opened,
    such as the book, would take its place. A character that the output's encoding lacks is
    printed as its escape.
    """
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            mode = "r" if flags == os.O_RDONLY else "w"
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def lost_output() -> OSError | None:
    """Write what is still to be printed; return why stdout cannot take it, None if all is well.

    What could not be written is dropped, so that nothing fails when Python ends.
    """
    _lost(sys.stderr)  # nobody can be told why
    return _lost(sys.stdout)


def _lost(stream: TextIO) -> OSError | None:
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def tell(text: str) -> None:
    """Say something to the person: one line on stderr, safe whatever file names are in it.

    Where nobody listens any more, the command goes on.

    Raises:
        OSError: what was printed before it cannot be written.
    """
    sys.stdout.flush()
    with suppress(OSError):
        print(shown(text), file=sys.stderr)


def json_text(value: object, indent: int | None = None) -> str:
    """Return `value` as JSON that is safe to print.

    Where it holds characters that drive a terminal, or that the output's encoding lacks, it is
    written in ASCII with escapes: the same values to whoever reads it.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if all(shown(line) == line for line in text.split("\n")) and _fits(text):
        return text
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def _fits(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True
