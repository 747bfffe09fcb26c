"""Job control: whether a shell can continue the console after a stop, and the stop itself."""

from __future__ import annotations

import os
import signal


def has_job_control() -> bool:
    """Return whether the console runs as a job of a running shell.

    Such a shell gives each job a process group of its own. A session leader, or a process in the
    leader's group (the command of an SSH key, the first process of a container or of a tmux
    window), would stop for ever.
    """
    try:
        leader = os.getsid(0)
        return os.getpgrp() != leader and os.getsid(leader) == leader
    except OSError:  # the shell has ended
        return False


def stop_job() -> None:
    """Stop all processes of the job, also the console's parents; return when continued."""
    os.kill(0, signal.SIGSTOP)
