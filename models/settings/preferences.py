"""What a person chose in the console, for all books: the theme.

A choice comes before the program's defaults; the person's settings file, variables and flags come
before it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.typed import DamagedError

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.settings.model import Settings

THEME_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The names that a theme may have."""
ORIGIN = ":theme"
"""The origin of a theme that was chosen in the console."""


@dataclass(frozen=True)
class _Preferences:
    """The content of the file."""

    theme: Annotated[str, THEME_NAME]


def _file() -> Path:
    return paths.state_folder() / "preferences.json"


def _is_free(settings: Settings) -> bool:
    """Return whether neither the person's file nor a variable nor a flag sets the theme."""
    return settings.origins.get("theme") in (str(paths.project_settings()), ORIGIN)


def with_preferences(settings: Settings) -> Settings:
    """Return the settings with the chosen theme in place of the default one."""
    with suppress(OSError, DamagedError):
        kept = own_files.load(_file(), _Preferences)
        if kept is not None and _is_free(settings):
            origins = {**settings.origins, "theme": ORIGIN}
            return replace(settings, theme=kept.theme, origins=origins)
    return settings


def keep_theme(name: str, settings: Settings) -> str:
    """Store a chosen theme for the next starts; return what sets another one then, or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    if not _is_free(settings):
        return settings.origins["theme"]
    own_files.write(_file(), asdict(_Preferences(name)))
    return ""
