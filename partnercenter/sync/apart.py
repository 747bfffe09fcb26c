"""A process that syncs an account for a console, so that no key of the console waits for it.

python -m partnerdesk.partnercenter.sync.apart

A sync imports much and computes much: in the console's own process each key would wait for that.
The first line of stdin is the order; each later one says which customers are on the screen. The
process ends with the console, however that ends: it stops where stdin does. The line on stdout is
the error that ended the sync, or empty.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from threading import Event, Thread
from typing import TYPE_CHECKING

from partnerdesk.models.core import errors
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.crash_report import write_report
from partnerdesk.models.core.typed import typed
from partnerdesk.models.languages import _, language, speak
from partnerdesk.models.settings.database_url import SqliteFile, parse
from partnerdesk.models.settings.model import Settings

if TYPE_CHECKING:
    from partnerdesk.models.settings.database_url import Database
    from partnerdesk.partnercenter.sync.service import Sync

NICE = 5
"""How far the process stands back behind the console where both want to compute."""
GRACE_SECONDS = 2.0
"""How long a call that is going on may keep the process alive once it is to stop."""


def order(database: Database, settings: Settings, account_id: int) -> str:
    """Return the line that orders a sync; it may hold a password of the settings' database."""
    place = database.path if isinstance(database, SqliteFile) else database.address
    wanted = {
        "database": str(place),
        "settings": asdict(settings),
        "account": account_id,
        "language": language(),
    }
    return json.dumps(wanted) + "\n"


def answered(line: str) -> errors.AppError | None:
    """Return the error in the process's answer; None if the sync was done or stopped."""
    try:
        answer = json.loads(line)
    except ValueError:  # nothing, or something else than an answer
        answer = None
    match answer:
        case []:
            return None
        case [str() as kind, str() as message, str() as remedy]:
            known = getattr(errors, kind, None)
            if not (isinstance(known, type) and issubclass(known, errors.AppError)):
                known = errors.AppError
            return known(message, remedy)
    return errors.AppError(
        _("The process of the sync has ended before its time."),
        _("The next sync goes on where it was."),
    )


def main() -> None:
    """Do the ordered sync, and print how it ended."""
    from partnerdesk.models.database.store import Store
    from partnerdesk.partnercenter.sync.service import Sync

    wanted = json.loads(sys.stdin.readline())
    speak(wanted["language"])
    with suppress(OSError, AttributeError):  # not every system knows it
        os.nice(NICE)
    on_screen: list[tuple[int, ...]] = [()]
    settings = typed(Settings, wanted["settings"])
    store = Store(parse(wanted["database"]))
    sync = Sync(store, settings, wanted["account"], on_screen=lambda: on_screen[0])
    Thread(target=_listen, args=(on_screen, sync), daemon=True).start()
    answer: list[str] = []
    try:
        sync.run()
    except errors.AppError as error:
        kinds = (kind.__name__ for kind in type(error).__mro__)
        known = next(kind for kind in kinds if hasattr(errors, kind))
        answer = [known, error.message, error.remedy]
    except Exception as error:
        write_report(error, now())
        raise
    print(json.dumps(answer), flush=True)
    os._exit(0)  # the thread may be reading stdin, for which Python's own end would wait


def _listen(on_screen: list[tuple[int, ...]], sync: Sync) -> None:
    """Take what the console says, until it wants the sync to stop or is gone."""
    for line in sys.stdin:
        on_screen[0] = tuple(json.loads(line))
    sync.stop()
    Event().wait(GRACE_SECONDS)
    os._exit(0)  # a call may hang much longer; what it would have written the next sync writes


if __name__ == "__main__":
    main()
