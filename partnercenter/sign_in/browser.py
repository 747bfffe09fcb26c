"""Opens a page in the person's browser, where this machine shows one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress


def open_page(address: str) -> bool:
    """Open a page, and return whether a browser was asked to.

    Over SSH none is: it would open where nobody sits. A browser of the terminal is never started,
    since it would take the console's screen.
    """
    if any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY")):
        return False
    if sys.platform in ("win32", "darwin"):
        import webbrowser

        return webbrowser.open(address)
    command = shutil.which("xdg-open")
    if command is None or not _has_desktop():
        return False
    with suppress(OSError):
        subprocess.Popen(  # noqa: S603 - no shell, and the address is one that MSAL escaped
            [command, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return True
    return False


def _has_desktop() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
