"""What goes over the wire to the terminal: only what differs from what it shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def sparing(usual: type[Driver]) -> type[Driver]:
    """Return the driver that sends only changes, where `usual` is Textual's own for POSIX.

    Windows, browsers, and what `TEXTUAL_DRIVER` names keep theirs.
    """
    if os.name != "posix":
        return usual
    from textual.drivers.linux_driver import LinuxDriver

    if usual is not LinuxDriver:
        return usual
    from tui.wire.driver import SparingDriver

    return SparingDriver
