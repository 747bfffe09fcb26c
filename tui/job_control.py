"""Whether a shell can bring the console back that gave up its terminal for a while."""

from __future__ import annotations

import os
import signal


def has_job_control() -> bool:
    """Say whether the console runs as a job of a shell that lives.

    Such a shell gives each job a process group of its own. The session's leader, and what runs in
    the leader's group (the command of an SSH key, the first process of a container or of a tmux
    window), would stop for ever.
    """
    try:
        leader = os.getsid(0)
        return os.getpgrp() != leader and os.getsid(leader) == leader
    except OSError:  # the shell is gone
        return False


def stop_job() -> None:
    """Stop the whole job, also what started the console in it; return when it goes on."""
    os.kill(0, signal.SIGSTOP)
