"""Says which process holds a lease on this host, and whether it still lives."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from partnerdesk.models.syncing.lease import Holder

_BIRTH_FIELD = 19
"""The place of the start time in `/proc/PID/stat`, counted behind the name (proc(5), field 22)."""


def this_process() -> Holder:
    """Return a new holder in this process."""
    pid = os.getpid()
    return Holder.of(platform.node(), pid, _birth(pid))


def is_dead(holder: Holder) -> bool:
    """Return whether a holder has certainly ended; of another host nothing is certain."""
    if holder.host != platform.node().replace("|", ""):
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # a process of somebody else
        return False
    birth = _birth(holder.pid)
    return bool(birth and holder.birth) and birth != holder.birth


def _birth(pid: int) -> str:
    """Return when a process was started, as the kernel counts; empty where no kernel says."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return fields[_BIRTH_FIELD] if len(fields) > _BIRTH_FIELD else ""
