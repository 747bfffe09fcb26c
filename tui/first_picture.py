"""The picture that the console shows at once when it starts: the last screen, with its age.

This file imports little: the picture is shown before the console itself is imported.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from partnerdesk.models.database.versions import known_versions
from partnerdesk.models.languages import language
from partnerdesk.models.lists.list_state import Remembered, file_of
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.tui.wire.startup_snapshot import PictureFile, Standing

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.settings.database_url import Database
    from partnerdesk.models.settings.model import Settings

_ENVIRONMENT = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL", "LC_CTYPE")
_ENVIRONMENT_PREFIXES = ("TEXTUAL_", "TERM_PROGRAM")
"""The environment variables, and prefixes of such, that change how the console looks."""


def picture_file(
    settings: Settings, database: Database, *, cloud: str, demo: bool
) -> PictureFile | None:
    """Return the file of a book's picture; None if the settings or the system allow no picture.

    Args:
        settings: the settings in use.
        database: the book's database.
        cloud: the value of `--cloud`; empty if not given.
        demo: whether the header names the demo book.
    """
    if not settings.first_picture or settings.drawing != "changes" or os.name != "posix":
        return None
    environment = {
        name: value
        for name, value in sorted(os.environ.items())
        if name in _ENVIRONMENT or name.startswith(_ENVIRONMENT_PREFIXES)
    }
    circumstances = {
        "book": database.name,
        "cloud": cloud,
        "demo": demo,
        "environment": environment,
        "language": language(),
        "read_only": settings.read_only,
        "restricted": settings.restricted,
        "theme": settings.theme,
        "keys": dict(settings.keys),
        "schema": known_versions()[-1],
    }
    return PictureFile(file_of(database, "picture"), circumstances)


def _terminal_size() -> tuple[int, int]:
    """Return columns and rows as Textual reads them, mostly without importing `shutil`."""
    if sys.__stdout__ is not None and not {"COLUMNS", "LINES"} & os.environ.keys():
        with suppress(OSError):
            return os.get_terminal_size(sys.__stdout__.fileno())
    import shutil

    return shutil.get_terminal_size()


def standing(
    file: PictureFile | None, settings: Settings, database: Database, cloud: str, at: datetime
) -> Standing | None:
    """Return the picture to show until the book is open; None for no picture.

    The picture has to show the screen and the account with which the console will start, and to
    have the size of the terminal.
    """
    if file is None or "TEXTUAL_DRIVER" in os.environ:
        return None
    if not (sys.__stderr__ and sys.__stderr__.isatty()):
        return None
    if isinstance(database, SqliteFile) and not database.path.exists():
        return None
    picture = file.load()
    if picture is None or picture.size != _terminal_size():
        return None
    remembered = Remembered.load(database)
    screen = remembered.screen if settings.start == "last" else ""
    if picture.screen != (screen or "resources"):
        return None
    if not cloud and remembered.scope not in ("", picture.scope):
        return None
    return Standing(picture, at)
