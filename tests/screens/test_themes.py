"""Themes: every text can be read in every theme, and a person switches them while they look."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from textual.color import Color
from textual.filter import dim_color
from textual.theme import BUILTIN_THEMES

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import SettingsError
from partnerdesk.models.settings import themes as names
from partnerdesk.models.settings.load import load
from partnerdesk.models.settings.preferences import keep_theme, with_preferences
from partnerdesk.tui import themes
from tests.support.books import demo_desk
from tests.support.console import Console, running
from tests.support.depth import DEEP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.style import Style

STOPS = {
    "resources": (),
    "customers": ("g", "c", "space", "slash", *"sen", "greater_than_sign", "x", "enter"),
    "ColumnsDialog": ("escape", "C"),
    "Palette": ("escape", "ctrl+p", "i"),
    "customer": ("escape", "enter"),
    "HelpScreen": ("question_mark",),
    "edit-customer": ("escape", "e", "x", "tab", "x"),
    "plan": ("ctrl+r",),
    "CloudSelector": ("escape", "escape", "escape", "escape", "c"),
    "relationships": ("escape", "g", "l"),
    "guide": ("g", "r", "enter"),
}
"""A walk through the console: the keys that lead to each screen from the one before."""


def faint_texts(console: Console) -> Iterator[str]:
    """Yield each text on the screen that has too little contrast with its ground."""
    for strip in console.app.screen._compositor.render_strips():
        for text, style, _control in strip:
            if style is not None and any(map(_is_read, text)) and (why := _is_faint(style)):
                yield f"{text.strip()!r}: {why}"


def _is_read(letter: str) -> bool:
    """Return whether a letter is read, rather than a blank or part of a drawing."""
    return unicodedata.category(letter)[0] in "LNPS" and not "\u2500" <= letter <= "\u25ff"


def _is_faint(style: Style) -> str:
    assert style.color is not None
    assert style.bgcolor is not None
    text, ground = style.color, style.bgcolor
    if style.dim:
        text = dim_color(ground, text)
    colors = [Color.from_rich_color(color) for color in (text, ground)]
    if style.reverse:
        colors.reverse()
    found = themes.contrast(*colors)
    return "" if found >= themes.AA else f"{found:.2f} of {colors[0].hex} on {colors[1].hex}"


BUILT_IN = [name for name in names.BUILT_IN if name != names.ANSI]


@pytest.mark.parametrize("name", BUILT_IN if DEEP else BUILT_IN[:2])
async def test_every_text_on_the_screens_can_be_read(tmp_path: Path, name: str) -> None:
    faint = set()
    async with running(demo_desk(tmp_path, theme=name)) as console:
        for stop, keys in STOPS.items():
            await console.press(*keys)
            screen = console.app.screen
            assert getattr(screen, "NAME", type(screen).__name__) == stop
            faint |= {f"{stop}: {text}" for text in faint_texts(console)}
    assert sorted(faint) == []


@pytest.mark.parametrize("name", BUILT_IN[:2])
async def test_what_is_read_if_needed_is_fainter_than_what_is_read(
    tmp_path: Path, name: str
) -> None:
    async with running(demo_desk(tmp_path, theme=name)) as console:
        shades = {
            text.strip(): themes.contrast(Color.from_rich_color(style.color),
                                          Color.from_rich_color(style.bgcolor))
            for strip in console.app.screen._compositor.render_strips()
            for text, style, _control in strip
            if style is not None and style.color is not None and style.bgcolor is not None
        }  # fmt: skip
    assert shades["received 4 min ago"] < shades["Partner Center · Northlight Cloud Distribution"]
    assert shades["Scope:"] < shades["CSP partners"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_bar_is_told_from_the_row_under_the_cursor(name: str) -> None:
    theme = themes.theme(name)
    bars = [shade for key, shade in theme.variables.items() if key.startswith("cloud-")]
    cursor = Color.parse(theme.variables["cursor"])
    contrasts = [themes.contrast(cursor, Color.parse(bar)) for bar in (*bars, theme.primary)]
    assert min(contrasts) > 2


async def test_labels_are_muted_in_the_palette_of_the_terminal_too(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, theme=names.ANSI)) as console:
        await console.press("g", "c", "enter")
        styles = {
            text.strip(): style
            for strip in console.app.screen._compositor.render_strips()
            for text, style, _control in strip
            if style is not None
        }
    assert styles["Primary domain"].dim
    assert not styles["adventureworks.onmicrosoft.com"].dim


def test_the_built_in_themes_are_our_own_and_all_of_textuals() -> None:
    textuals = {name for name in BUILTIN_THEMES if not name.startswith("ansi-")}
    assert set(names.BUILT_IN) == set(themes.OWN) | textuals


async def test_a_theme_is_seen_while_it_is_chosen_and_stays(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "f12")
        seen = [console.app.theme]
        for key in ("down", "down", "down"):
            await console.press(key)
            seen.append(console.app.theme)
        assert seen == list(names.BUILT_IN[:4])
        await console.press("escape")
        assert console.app.theme == "partnerdesk-dark"
        await console.press("f12", *"nord", "enter")
        await console.wait_until(lambda: console.said == "Theme nord.")
        assert console.app.theme == "nord"
    assert with_preferences(load()).theme == "nord"


async def test_a_theme_is_named_on_the_command_line(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("colon")
        await console.type("theme gruvbox")
        await console.press("enter")
        await console.wait_until(lambda: console.said == "Theme gruvbox.")
        assert console.app.theme == "gruvbox"
        await console.press("colon")
        await console.type("theme gruvbix")
        await console.press("enter")
        assert "Did you mean gruvbox?" in console.said
        assert console.app.theme == "gruvbox"


def test_what_is_set_in_a_file_comes_before_what_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not keep_theme("nord", load())
    assert with_preferences(load()).theme == "nord"
    monkeypatch.setenv("PARTNERDESK_THEME", "dracula")
    assert with_preferences(load()).theme == "dracula"
    assert keep_theme("gruvbox", load()) == "environment"
    monkeypatch.delenv("PARTNERDESK_THEME")
    file = paths.user_settings()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('theme = "monokai"\n')
    assert with_preferences(load()).theme == "monokai"
    assert keep_theme("gruvbox", load()) == str(file)


def test_a_damaged_choice_is_none() -> None:
    file = paths.state_folder() / "preferences.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    wrong = ("3", '""', '"../nord"', '"NORD"', '"\\u001b[31m"')
    for content in ("", "[", "{}", *(f'{{"theme": {name}}}' for name in wrong)):
        file.write_text(content)
        assert with_preferences(load()).theme == "partnerdesk-dark"


def own_theme(text: str, name: str = "mine") -> None:
    file = names.folder() / f"{name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


async def test_a_theme_of_ones_own_is_a_file(tmp_path: Path) -> None:
    own_theme('primary = "#336699"\nbackground = "#fffff0"\ndark = false\ncloud-blue = "#eeeeff"\n')
    async with running(demo_desk(tmp_path)) as console:
        await console.press("f12", *"mine", "enter")
        await console.wait_until(lambda: console.said == "Theme mine.")
        variables = console.app.theme_variables
        assert variables["background"] == "#FFFFF0"
        assert not list(faint_texts(console))  # a blue that nobody could read was darkened
        own_theme('primary = "#336699"\nbackground = "#000011"\n')
        await console.press("colon")
        await console.type("theme mine")
        await console.press("enter")
        assert console.app.theme_variables["background"] == "#000011"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("primary = 3", "primary must be a colour such as #1f6feb"),
        ('primary = "red; background: x"', "primary must be a colour"),
        ('dark = 1\nprimary = "#336699"', "dark must be true or false"),
        ('primary = "#336699"\npink = "#ff00ff"', "there is no colour pink"),
        ("dark = true", "the colour primary is missing"),
        ("primary = [", "it cannot be read"),
    ],
)
async def test_a_wrong_theme_of_ones_own_stops_nobody(
    tmp_path: Path, text: str, reason: str
) -> None:
    own_theme(text)
    with pytest.raises(SettingsError, match=reason.replace("(", r"\(")):
        themes.theme("mine")
    desk = demo_desk(tmp_path, theme="mine")
    async with running(desk) as console:
        assert console.app.theme == "partnerdesk-dark"
        assert reason in console.said
        await console.press("colon")
        await console.type("theme mine")
        await console.press("enter")
        assert reason in console.said
        await console.press("escape", "f12", *"mine", "escape")
        assert console.app.theme == "partnerdesk-dark"
