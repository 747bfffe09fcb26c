"""The console's themes: its own, the terminal's palette, Textual's, and the person's own.

Every theme has a colour per cloud and a cursor. The texts of Textual's and the person's own themes
are lightened or darkened until they can be read on every ground (WCAG 2.1, 1.4.3, level AA).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import BLACK, WHITE, Color
from textual.theme import BUILTIN_THEMES, Theme

from partnerdesk.models.settings.themes import ANSI as ANSI_NAME
from partnerdesk.models.settings.themes import BUILT_IN, COLORS, read_own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

AA = 4.5
"""The least contrast of a text and its ground (WCAG 2.1, 1.4.3)."""
READABLE = AA + 0.6
"""The contrast that is aimed at: Textual tints the ground of inputs a little more."""
AAA = 7.0
"""The least contrast in the row under the cursor."""
CLEAR = 0.75
"""The least share of the contrast on the background that a text has on a raised ground."""
STEP = 0.04
"""By how much a colour is lightened or darkened at once."""
_CLOUDS = {
    "blue": "#6cb6ff", "red": "#ff7b72", "yellow": "#e3b341", "magenta": "#d2a8ff",
    "cyan": "#56d4dd", "green": "#7ee787",
}  # fmt: skip


def _clouds(**shades: str) -> dict[str, str]:
    return {f"cloud-{name}": shade for name, shade in shades.items()}


# Our own themes name their muted text: Textual's is `auto 60%`, which texts made of `Content` show
# as pure white or black, so that what is read if needed would stand out most.
DARK = Theme(
    name="partnerdesk-dark",
    primary="#5aa9e6",
    secondary="#7f9bb3",
    accent="#e6b450",
    warning="#e6b450",
    error="#ef6b73",
    success="#7fc97f",
    foreground="#d8dee9",
    background="#12161c",
    surface="#1a2029",
    panel="#232c38",
    dark=True,
    variables={
        "text-muted": "#a0a4ab",
        "cursor": "#2f5b8a",
        "cursor-text": "#ffffff",
        **_clouds(
            blue="#6cb6ff", red="#ff7b72", yellow="#e3b341", magenta="#d2a8ff",
            cyan="#56d4dd", green="#7ee787",
        ),
    },
)  # fmt: skip

LIGHT = Theme(
    name="partnerdesk-light",
    primary="#0b5cad",
    secondary="#4a6072",
    accent="#8a4b00",
    warning="#8a4b00",
    error="#b3261e",
    success="#1d6b34",
    foreground="#1c2430",
    background="#fbfcfd",
    surface="#f0f3f6",
    panel="#e1e7ed",
    dark=False,
    variables={
        "text-muted": "#5d646c",
        "cursor": "#9cc4ec",  # no white in 16 colours, and far from the blue of bars
        "cursor-text": "#0d1520",
        **_clouds(
            blue="#0b5cad", red="#b3261e", yellow="#7a5b00", magenta="#7b2fa6",
            cyan="#006b75", green="#1d6b34",
        ),
    },
)  # fmt: skip

_ANSI = BUILTIN_THEMES["ansi-dark"]
ANSI = Theme(
    name=ANSI_NAME,
    ansi=True,
    primary=_ANSI.primary,
    secondary=_ANSI.secondary,
    warning=_ANSI.warning,
    error=_ANSI.error,
    success=_ANSI.success,
    accent=_ANSI.accent,
    foreground=_ANSI.foreground,
    background=_ANSI.background,
    surface=_ANSI.surface,
    panel=_ANSI.panel,
    boost=_ANSI.boost,
    dark=_ANSI.dark,
    variables={
        **_ANSI.variables,
        "cursor": "ansi_cyan",  # visible on a dark and on a light palette
        "cursor-text": "ansi_black",
        **_clouds(
            blue="ansi_blue", red="ansi_red", yellow="ansi_yellow", magenta="ansi_magenta",
            cyan="ansi_cyan", green="ansi_green",
        ),
    },
)  # fmt: skip

OWN = {theme.name: theme for theme in (DARK, LIGHT, ANSI)}
"""The themes that need no adapting, by name."""


def theme(name: str) -> Theme:
    """Return a theme by its name.

    Raises:
        SettingsError: it is a person's own theme, and its file cannot be used.
    """
    if name in OWN:
        return OWN[name]
    if name in BUILT_IN:
        return adapted(BUILTIN_THEMES[name])
    own = read_own(name)
    return adapted(_theme(name, own.colors, dark=own.dark))


_TINTS = ("primary", "secondary", "accent", "warning", "error", "success")
_PLAIN = (*_TINTS, "foreground", "background", "surface", "panel")
"""The colours that are fields of Textual's theme; all others are its variables."""


def _theme(name: str, colors: Mapping[str, str], *, dark: bool) -> Theme:
    plain: dict[str, Any] = {field: colors[field] for field in _PLAIN if field in colors}
    variables = {field: color for field, color in colors.items() if field not in _PLAIN}
    return Theme(name, dark=dark, variables=variables, **plain)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two opaque colours, 1 to 21 (WCAG 2.1, *contrast ratio*)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.1, *relative luminance*)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(color: Color, grounds: Sequence[Color]) -> Color:
    """Return `color`, lightened or darkened until it can be read on each of the opaque grounds."""
    target = max((WHITE, BLACK), key=lambda end: min(contrast(end, on) for on in grounds))
    share, found = 0.0, color
    while share < 1 and min(contrast(found, on) for on in grounds) < READABLE:
        share += STEP
        found = color.blend(target, min(share, 1))
    return found


def _quiet(color: Color, ground: Color, text: Color) -> Color:
    """Return a raised ground, brought near to `ground` until texts keep most of their contrast."""
    share, found = 0.0, color
    while share < 1 and contrast(text, found) < CLEAR * contrast(text, ground):
        share += STEP
        found = color.blend(ground, min(share, 1))
    return found


def adapted(theme: Theme) -> Theme:
    """Return a theme with the console's own variables, all of whose texts can be read."""
    given = {name: Color.parse(value) for name, value in _whole(theme).items()}
    ground = given["background"]
    text = readable(given["foreground"], [ground])
    for name in ("surface", "panel"):
        given[name] = _quiet(given[name], ground, text)
    grounds = [ground, given["surface"], given["panel"]]
    text = readable(text, grounds)
    shades = {f"cloud-{name}": Color.parse(shade) for name, shade in _CLOUDS.items()}
    muted = readable(text.blend(ground, 0.4), grounds)
    cursor, cursor_text = _cursor(given.get("cursor", given["primary"]), ground)
    tints = {name: readable(given[name], grounds) for name in _TINTS}
    colors = {
        **{name: given[name] for name in _PLAIN},
        **tints,
        **{f"text-{name}": tint for name, tint in tints.items()},
        "foreground": text,
        "text": text,
        "text-muted": muted,
        "text-disabled": muted,
        "cursor": cursor,
        "cursor-text": cursor_text,
        **{name: readable(given.get(name, shade), grounds) for name, shade in shades.items()},
    }
    shown = {name: color.hex for name, color in colors.items()}
    return _theme(theme.name, shown, dark=theme.dark)


def _cursor(color: Color, ground: Color) -> tuple[Color, Color]:
    """Return the ground of the row under the cursor, and white or black for its text."""
    text = max((WHITE, BLACK), key=lambda end: contrast(end, ground))
    share, found = 0.0, color
    while share < 1 and contrast(text, found) < AAA:
        share += STEP
        found = color.blend(ground, min(share, 1))
    return found, text


def _whole(theme: Theme) -> dict[str, str]:
    """Return the colours of a theme by name, the ones that it leaves out as Textual makes them."""
    generated = theme.to_color_system().generate()
    own = {name: color for name, color in theme.variables.items() if name in COLORS}
    return {**{name: generated[name] for name in _PLAIN}, **own}
