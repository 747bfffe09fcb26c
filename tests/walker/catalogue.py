"""All screens and their actions, from the actions' own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerdesk.tui.widgets.actions import Action


@dataclass(frozen=True, slots=True)
class WalkedScreen:
    """A screen with its actions."""

    class_name: str
    name: str
    """The screen's `NAME`; if several screens share it, with the prefix of the first action."""
    actions: tuple[Action, ...]


def all_screens() -> dict[str, WalkedScreen]:
    """Return all screens by the names of their classes, in the order of `tui/screens.py`."""
    from partnerdesk.tui import screens

    classes = screens.all_screens()
    names = [screen.NAME for screen in classes]
    return {
        screen.__name__: WalkedScreen(
            screen.__name__,
            screen.NAME
            if names.count(screen.NAME) == 1
            else f"{screen.NAME}:{screen.ACTIONS[0].id.partition('.')[0]}",
            screen.all_actions(),
        )
        for screen in classes
    }
