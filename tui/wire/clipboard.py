"""How a copy (OSC 52) reaches the terminal through what stands between: tmux or GNU screen.

tmux by itself takes a program's copy only where `set-clipboard` is on, and lets it through only
where `allow-passthrough` is; neither is so from the start. `tmux load-buffer -w` does it in every
setting, and leaves the text in a buffer, where tmux's own paste finds it. Whether the terminal
around tmux takes copies at all, tmux knows; of any other terminal its name tells.
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
_WITHOUT = frozenset(
    {"linux", "dumb", "cons25", "vt52", "vt100", "vt102", "vt220", "vt320", "vt420"}
)
"""Names of terminals that have no clipboard."""


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


def may_arrive(environment: Mapping[str, str]) -> bool:
    """Return whether a copy may reach a clipboard, as far as that can be known. Asks tmux: blocks.

    Behind GNU screen and on a host behind tmux nothing can be asked: there it may.
    """
    if environment.get("STY"):
        return True
    if environment.get("TMUX"):
        return _tmux_may_carry()
    return environment.get("TERM", "") not in _WITHOUT


def _tmux_may_carry() -> bool:
    """Say whether tmux can set the clipboard of a terminal around it, or lets sequences through."""
    said = _tmux("show-messages", "-T")
    told = [line for line in said.splitlines() if " Ms: " in line]
    if not told or any("[missing]" not in line for line in told):
        return True
    return _tmux("show-options", "-Apv", "allow-passthrough").strip() in ("on", "all")


def _tmux(*words: str) -> str:
    """Return what the tmux around us answers; empty where it does not."""
    try:
        done = subprocess.run(  # noqa: S603 - no word comes from outside
            ["tmux", *words],  # noqa: S607 - the one that we run in
            capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


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
