"""The console's themes: dark, light, the terminal's palette; each with a colour per cloud."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme


def _clouds(**shades: str) -> dict[str, str]:
    return {f"cloud-{name}": shade for name, shade in shades.items()}


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
        "cursor": "#0b5cad",
        "cursor-text": "#ffffff",
        **_clouds(
            blue="#0b5cad", red="#b3261e", yellow="#7a5b00", magenta="#7b2fa6",
            cyan="#006b75", green="#1d6b34",
        ),
    },
)  # fmt: skip

_ANSI = BUILTIN_THEMES["ansi-dark"]
ANSI = Theme(
    name="ansi",
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

THEMES = (DARK, LIGHT, ANSI)
