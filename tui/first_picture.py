"""What the console shows at once when it starts: the picture in which it was left, with its age.

This file is light: the picture is to stand before anything of the console is imported.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

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
"""What of the environment changes how the console looks."""


def picture_file(
    settings: Settings, database: Database, *, cloud: str, demo: bool
) -> PictureFile | None:
    """Return where the picture of a book is kept, None where none is.

    Args:
        settings: those in use.
        database: where the book is.
        cloud: what `--cloud` asked for, empty where it did not.
        demo: whether the header says that it is the demo book.
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
        "theme": settings.theme,
        "keys": dict(settings.keys),
    }
    return PictureFile(file_of(database, "picture"), circumstances)


def _terminal_size() -> tuple[int, int]:
    """Return columns and rows as Textual will find them, mostly without the import of `shutil`."""
    if sys.__stdout__ is not None and not {"COLUMNS", "LINES"} & os.environ.keys():
        with suppress(OSError):
            return os.get_terminal_size(sys.__stdout__.fileno())
    import shutil

    return shutil.get_terminal_size()


def standing(
    file: PictureFile | None, settings: Settings, database: Database, cloud: str, at: datetime
) -> Standing | None:
    """Return what is to stand on the terminal until the book is open; None for nothing.

    That is where the picture is of the screen and the account in which the console will open, and
    as large as the terminal is.
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
