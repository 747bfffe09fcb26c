"""How a copy (OSC 52) reaches the terminal through what stands between: tmux or GNU screen.

tmux by itself takes a program's copy only where `set-clipboard` is on, and lets it through only
where `allow-passthrough` is; neither is so from the start. `tmux load-buffer -w` does it in every
setting, and leaves the text in a buffer, where tmux's own paste finds it.
"""

from __future__ import annotations

import base64
import binascii
import subprocess
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEGIN, _END = "\x1b]52;c;", "\a"
_SCREEN_PIECE = 240
"""Characters in one of screen's strings; older ones drop what is longer than 256."""
_SECONDS = 5.0
"""How long tmux may take."""


def is_copy(data: str) -> bool:
    """Whether what is written to the terminal is a copy, and nothing else."""
    return data.startswith(_BEGIN) and data.endswith(_END) and data.count("\x1b") == 1


def carried(copy: str, environment: Mapping[str, str]) -> str:
    """Return a copy as it has to be written so that it gets through."""
    terminal = environment.get("TERM", "")
    if environment.get("STY"):
        pieces = (
            copy[place : place + _SCREEN_PIECE] for place in range(0, len(copy), _SCREEN_PIECE)
        )
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    if environment.get("TMUX") or terminal.startswith("tmux"):  # also on a host behind it
        doubled = copy.replace("\x1b", "\x1b\x1b")
        return f"{copy}\x1bPtmux;{doubled}\x1b\\"
    return copy


def give_to_tmux(copy: str, environment: Mapping[str, str]) -> Thread | None:
    """Let the tmux around us set the clipboard, beside; None where there is none."""
    if not environment.get("TMUX") or environment.get("STY"):
        return None
    thread = Thread(target=_load_buffer, args=(copy,), name="clipboard", daemon=True)
    thread.start()
    return thread


def _load_buffer(copy: str) -> None:
    with suppress(binascii.Error, OSError, subprocess.SubprocessError):  # the sequences went out
        text = base64.b64decode(copy[len(_BEGIN) : -len(_END)])
        subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],  # noqa: S607 - the one that we run in
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
