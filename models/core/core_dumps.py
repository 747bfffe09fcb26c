"""No image of the memory, with its tokens and passwords, is left where a process breaks off."""

from __future__ import annotations

from contextlib import suppress


def leave_none() -> None:
    """Let the system write no core dump of this process and those that it starts."""
    with suppress(ImportError, OSError, ValueError):  # a system without such limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
