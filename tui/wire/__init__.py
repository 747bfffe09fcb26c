"""What goes over the wire to the terminal: only what differs from what it shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def own_driver(usual: type[Driver], *, sparing: bool) -> type[Driver]:
    """Return the console's own driver, where `usual` is Textual's own for POSIX.

    Windows, browsers, and what `TEXTUAL_DRIVER` names keep theirs.

    Args:
        usual: the one that Textual would take.
        sparing: whether to send only what changes.
    """
    if os.name != "posix":
        return usual
    from textual.drivers.linux_driver import LinuxDriver

    if usual is not LinuxDriver:
        return usual
    from partnerdesk.tui.wire.driver import SparingDriver, WatchedDriver

    return SparingDriver if sparing else WatchedDriver
