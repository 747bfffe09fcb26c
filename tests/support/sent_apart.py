"""Sends what waits in a process of its own, which can kill itself on the way.

python -m tests.support.sent_apart ADDRESS SETTINGS MOMENT DEATH    DEATH is the number of the
    attempt behind which the process kills itself, 0 for none
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.database.store import Store
from partnerdesk.models.settings import load as settings_files
from partnerdesk.models.settings.database_url import parse
from partnerdesk.partnercenter.sending.account import send_account
from tests.support.books import TESTER
from tests.support.statements import address

if TYPE_CHECKING:
    from partnerdesk.partnercenter.access import Heard
    from tests.support.synced import Connected


def send_apart(book: Connected, death: int = 0) -> bool:
    """Send what waits in a process of its own; return whether it lived to its end."""
    words = [address(book.store.database), str(book.file), book.at.isoformat(), str(death)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.sent_apart", *words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode == 0


def _main(book: str, file: str, moment: str, death: str) -> None:
    attempts = 0

    def heard(_heard: Heard) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == int(death):
            os.kill(os.getpid(), signal.SIGKILL)

    at = datetime.fromisoformat(moment)
    settings = settings_files.load(Path(file))
    send_account(Store(parse(book)), settings, 1, TESTER, lambda: at, heard=heard)


if __name__ == "__main__":
    _main(*sys.argv[1:])
