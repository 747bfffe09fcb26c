"""Output to the terminal: only the differences from what the terminal shows are sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def own_driver(usual: type[Driver], *, sparing: bool) -> type[Driver]:
    """Return the console's own driver if `usual` is Textual's driver for POSIX.

    On Windows, in a browser, and if `TEXTUAL_DRIVER` names a driver, return `usual`.

    Args:
        usual: the driver that Textual would use.
        sparing: send only the differences between frames.
    """
    if os.name != "posix":
        return usual
    from textual.drivers.linux_driver import LinuxDriver

    if usual is not LinuxDriver:
        return usual
    from partnerdesk.tui.wire.driver import SparingDriver, WatchedDriver

    return SparingDriver if sparing else WatchedDriver
