"""How the screens look: both sizes, both languages, without colour, in the terminal's palette.

Behaviour is tested elsewhere, by keys; these pictures guard layout only. Renew them with
`make snapshots` after looking at both pictures of each difference in `snapshot_report.html`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from partnerdesk.models.languages import speak
from partnerdesk.tui.app import ConsoleApp
from tests.support.books import demo_desk, empty_desk
from tests.support.depth import deep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot


class Compare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self,
        app: ConsoleApp,
        press: tuple[str, ...] = ...,
        terminal_size: tuple[int, int] = ...,
        run_before: Callable[[Pilot[None]], Awaitable[None]] = ...,
    ) -> bool: ...


SMALL, DESIGN = (80, 24), (120, 40)
WIDE, WIDER = (160, 45), (200, 50)
"""Sizes at which details stand beside a list."""

NAMES = {" ": "space", "-": "minus", ".": "full_stop", "@": "at", "!": "exclamation_mark"}


def typed(text: str) -> list[str]:
    """Return the keys that type a text."""
    return [NAMES.get(letter, letter) for letter in text]


def filled(*fields: str) -> list[str]:
    """Return the keys that fill in one field after the other; `=` leaves one as it is."""
    return [key for text in fields for key in [*([] if text == "=" else typed(text)), "tab"]]


BEGUN = ("n", *filled("Padaria Silva Lda", "=", "=", "Portugal", "Rua Augusta 5", "=", "1100"))
WHOLE = (
    "n",
    *filled("Padaria Silva Lda", "=", "=", "pt", "Rua Augusta 5", "=", "1100-048", "Lisboa"),
    *filled("Ana", "Silva", "ana@silva.pt"),
    "ctrl+r",
)

KEYS: dict[str, tuple[str, ...]] = {
    "resources": (),
    "customers": ("g", "c"),
    "customers-wide": ("g", "c", "w"),
    "customers-filter": ("g", "c", "slash", *"relationship:none"),
    "customers-marked": ("g", "c", "space", "space", "j", "space"),
    "customer": ("g", "c", "slash", *"fab", "enter"),
    "guide": ("enter",),
    "cloud-selector": ("c",),
    "help": ("g", "c", "question_mark"),
    "sort": ("g", "c", "s"),
    "note": ("g", "c", "enter", "o", *"Call back on Monday"),
    "add-customer": BEGUN,
    "plan": WHOLE,
    "drafts": (*BEGUN, "escape", "n"),
    "added": (*WHOLE, "exclamation_mark"),
    "edit-customer": ("g", "c", "slash", *"fab", "enter", "e"),
    "invitations": ("g", "l"),
    "invite": ("g", "c", "slash", *"fab", "enter", "i"),
    "invitation": ("g", "l", "j", "enter"),
    "invitation-reminded": ("g", "l", "slash", *"grand", "enter", "y"),
    "sent-letter": ("g", "l", "slash", *"grand", "enter", *["down"] * 5, "enter", "y"),
    "partners": ("g", "l", "2"),
    "delegated-admin": ("g", "l", "3"),
    "extending": ("g", "l", "3", "A", "E", "p"),
    "ended": ("g", "l", "4"),
    "end-relationship": ("g", "c", "slash", *"fab", "enter", "D"),
    "subscriptions": ("g", "s"),
    "subscription": ("g", "s", "slash", *"fab", "enter"),
    "seats": ("g", "s", "slash", *"fab", "enter", "plus", "plus", "p"),
    "board": ("g", "n"),
    "snooze": ("g", "n", "space", "j", "space", "z"),
    "overview": ("g", "o", "tab", "tab", "tab", "j", "j"),
    "changes": ("g", "h"),
    "change": ("g", "h", "j", "enter"),
}
"""The keys that lead to each screen."""


def pressing(keys: tuple[str, ...]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what presses keys, each after the work of the one before is done."""

    async def press(pilot: Pilot[None]) -> None:
        await _settle(pilot)
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)

    return press


async def _settle(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("en", SMALL, id="en-80x24"),
        pytest.param("en", DESIGN, id="en-120x40", marks=deep),
        pytest.param("ru", SMALL, id="ru-80x24"),
        pytest.param("ru", DESIGN, id="ru-120x40", marks=deep),
    ],
)
@pytest.mark.parametrize("screen", KEYS)
def test_screen(
    screen: str, language: str, size: tuple[int, int], tmp_path: Path, snap_compare: Compare
) -> None:
    speak(language)
    app = ConsoleApp(demo_desk(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=pressing(KEYS[screen]))


@pytest.mark.parametrize(
    ("screen", "language", "size"),
    [
        pytest.param("customers", "en", WIDE, id="customers-en-160x45"),
        pytest.param("customers", "ru", WIDER, id="customers-ru-200x50"),
        pytest.param("delegated-admin", "ru", WIDE, id="delegated-admin-ru-160x45"),
        pytest.param("subscriptions", "en", WIDER, id="subscriptions-en-200x50"),
        pytest.param("changes", "en", WIDER, id="changes-en-200x50"),
        pytest.param("board", "en", WIDE, id="board-en-160x45"),
        pytest.param("board", "ru", WIDER, id="board-ru-200x50"),
    ],
)
def test_details_beside_a_list(
    screen: str, language: str, size: tuple[int, int], tmp_path: Path, snap_compare: Compare
) -> None:
    speak(language)
    app = ConsoleApp(demo_desk(tmp_path))
    keys = (*KEYS[screen], "j", "tab", "j")
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


@pytest.mark.parametrize(
    ("screen", "language", "size"),
    [
        pytest.param("resources", "en", WIDER, id="resources-en-200x50"),
        pytest.param("add-customer", "ru", WIDE, id="add-customer-ru-160x45"),
    ],
)
def test_wide(
    screen: str, language: str, size: tuple[int, int], tmp_path: Path, snap_compare: Compare
) -> None:
    speak(language)
    app = ConsoleApp(demo_desk(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=pressing(KEYS[screen]))


MAIN_SCREENS = [
    "resources", "customers", "customer", "cloud-selector", "guide", "add-customer", "plan",
]  # fmt: skip


@pytest.mark.parametrize("screen", MAIN_SCREENS)
def test_without_colour(
    screen: str, tmp_path: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ConsoleApp(demo_desk(tmp_path))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(KEYS[screen]))


@deep
@pytest.mark.parametrize("theme", ["ansi", "partnerdesk-light"])
@pytest.mark.parametrize("screen", MAIN_SCREENS)
def test_theme(screen: str, theme: str, tmp_path: Path, snap_compare: Compare) -> None:
    app = ConsoleApp(demo_desk(tmp_path, theme=theme))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(KEYS[screen]))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_empty_book(language: str, tmp_path: Path, snap_compare: Compare) -> None:
    speak(language)
    app = ConsoleApp(empty_desk(tmp_path))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(("g", "c")))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_overview_of_all_clouds(language: str, tmp_path: Path, snap_compare: Compare) -> None:
    speak(language)
    app = ConsoleApp(demo_desk(tmp_path, cloud="all"))
    assert snap_compare(app, terminal_size=(200, 50), run_before=pressing(("g", "o", "j")))


def test_overview_without_colour(
    tmp_path: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ConsoleApp(demo_desk(tmp_path, cloud="all"))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(("g", "o", "j")))


def test_overview_of_an_empty_book(tmp_path: Path, snap_compare: Compare) -> None:
    app = ConsoleApp(empty_desk(tmp_path))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(("g", "o")))


def test_read_only_over_all_clouds(tmp_path: Path, snap_compare: Compare) -> None:
    app = ConsoleApp(demo_desk(tmp_path, cloud="all", read_only=True))
    assert snap_compare(app, terminal_size=DESIGN, run_before=pressing(("g", "c", "I")))


def test_us_government_says_what_it_lacks(tmp_path: Path, snap_compare: Compare) -> None:
    app = ConsoleApp(demo_desk(tmp_path, cloud="us-gov"))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(("j",)))


def test_terminal_too_small(tmp_path: Path, snap_compare: Compare) -> None:
    app = ConsoleApp(demo_desk(tmp_path))
    assert snap_compare(app, terminal_size=(50, 12), run_before=pressing(()))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_import_says_what_it_would_do(
    language: str, tmp_path: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(language)
    monkeypatch.chdir(tmp_path)
    rows = [
        "Microsoft ID,Company name,Primary domain name,Relationship",
        "11111111-2222-4333-8444-555555555555,Neue Firma GmbH,neuefirma.de,Reseller",
        "nope,Ohne Kennung AG,ohne.de,Reseller",
    ]
    Path("new.csv").write_text("\n".join(rows))
    app = ConsoleApp(demo_desk(tmp_path))
    keys = ("g", "c", "I", *"new", "full_stop", *"csv", "enter")
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(keys))
