"""The names of the themes, and the person's own themes: TOML files in the settings folder.

Without Textual: the settings and the command line need the names only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import FileError, SettingsError
from partnerdesk.models.core.given_files import SETTINGS, opened
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.settings.preferences import THEME_NAME

if TYPE_CHECKING:
    from pathlib import Path

ANSI = "ansi"
"""The theme that follows the terminal's own palette."""
BUILT_IN = (
    "partnerdesk-dark", "partnerdesk-light", ANSI,
    "atom-one-dark", "atom-one-light", "catppuccin-frappe", "catppuccin-latte",
    "catppuccin-macchiato", "catppuccin-mocha", "dracula", "flexoki", "gruvbox", "monokai", "nord",
    "rose-pine", "rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light",
    "textual-dark", "textual-light", "tokyo-night",
)  # fmt: skip
"""The console's own themes, then Textual's; a test compares them with Textual's."""
COLORS = (
    "primary", "secondary", "accent", "warning", "error", "success", "foreground", "background",
    "surface", "panel", "cursor", "cursor-text",
    "cloud-blue", "cloud-red", "cloud-yellow", "cloud-magenta", "cloud-cyan", "cloud-green",
)  # fmt: skip
"""The colours that a person's own theme may set."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
LARGEST = 100_000
"""Bytes of a theme file that are read."""


@dataclass(frozen=True)
class OwnTheme:
    """A person's own theme."""

    name: str
    dark: bool
    colors: dict[str, str] = field(default_factory=dict)
    """`#rrggbb` by names of `COLORS`; `primary` is always there."""


def folder() -> Path:
    """Return the folder of the person's own themes; it may not exist."""
    return paths.user_settings().parent / "themes"


def names() -> list[str]:
    """Return the names of all themes: the built-in ones, then the person's own."""
    try:
        files = folder().glob("*.toml")
        own = sorted(file.stem for file in files if THEME_NAME.fullmatch(file.stem))
    except OSError:
        own = []
    return [*BUILT_IN, *(name for name in own if name not in BUILT_IN)]


def read_own(name: str) -> OwnTheme:
    """Return a person's own theme.

    Raises:
        SettingsError: its file cannot be read, or holds an unknown name or a wrong value.
    """
    import tomllib

    file = folder() / f"{name}.toml"
    try:
        with opened(file, SETTINGS) as source:
            content = source.read(LARGEST)  # the rest of a larger file is no theme
        values = tomllib.loads(content.decode("utf-8-sig"))
    except FileError as error:
        raise _refusal(file, error.message.rstrip(".")) from None
    except (OSError, ValueError, RecursionError) as error:  # RecursionError: nested too deep
        reason = error.strerror if isinstance(error, OSError) else error
        raise _refusal(file, _("it cannot be read: {reason}").format(reason=reason)) from None
    return _checked(file, name, values)


def _checked(file: Path, name: str, values: dict[str, Any]) -> OwnTheme:
    dark = values.pop("dark", True)
    if not isinstance(dark, bool):
        raise _refusal(file, _("dark must be true or false"))
    for key, value in values.items():
        if key not in COLORS:
            text = _("there is no colour {name}; known here: dark, {names}")
            raise _refusal(file, text.format(name=shown(key), names=", ".join(COLORS)))
        if not isinstance(value, str) or not _COLOR.fullmatch(value):
            text = _("{name} must be a colour such as #1f6feb")
            raise _refusal(file, text.format(name=key))
    if "primary" not in values:
        raise _refusal(file, _("the colour primary is missing"))
    return OwnTheme(name, dark, values)


def _refusal(file: Path, reason: str) -> SettingsError:
    return SettingsError(
        _("The theme {file} cannot be used: {reason}.").format(
            file=shown(str(file)), reason=shown(reason)
        ),
        _("Mend the file, or choose another theme."),
    )
