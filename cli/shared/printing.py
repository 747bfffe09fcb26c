"""Output of all commands: data on stdout, messages on stderr, neither with control sequences."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from typing import TextIO


def prepare_streams() -> None:
    """Make stdin, stdout and stderr safe to use, however the process was started.

    A stream that the parent process closed is connected to the null device: otherwise the next
    opened file, such as the book, would get its number and receive the output. A character that
    the encoding of stdout lacks is printed as an escape.
    """
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            mode = "r" if flags == os.O_RDONLY else "w"
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def flush_output() -> OSError | None:
    """Flush stderr and stdout; return the error of stdout, None after success.

    A stream that cannot be written is connected to the null device, so that Python's own flush
    at exit does not fail.
    """
    _flush(sys.stderr)  # there is no place to report its error
    return _flush(sys.stdout)


def _flush(stream: TextIO) -> OSError | None:
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def tell(text: str) -> None:
    """Print a message on stderr as one line, with control characters made visible.

    An error of stderr is ignored.

    Raises:
        OSError: stdout, which is flushed first, cannot be written.
    """
    sys.stdout.flush()
    with suppress(OSError):
        print(shown(text), file=sys.stderr)


def json_text(value: object, indent: int | None = None) -> str:
    """Return `value` as JSON that is safe to print.

    If it holds control characters, or characters that the output's encoding lacks, it is written
    in ASCII with escapes; a JSON reader gets the same values.
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
