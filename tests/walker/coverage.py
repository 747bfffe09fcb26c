"""Which screens and actions a walk reached, of all there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.walker.catalogue import WalkedScreen


@dataclass(slots=True)
class Coverage:
    """What was reached; screens go by the names of their classes."""

    screens: Counter[str] = field(default_factory=Counter)
    """How often each screen, or dialog, came on top."""
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each action was done on each screen."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an action was asked for where it could not be done."""

    def add(self, other: Coverage) -> None:
        """Take in what another walk reached."""
        self.screens += other.screens
        self.done += other.done
        self.refused += other.refused

    def action(self, screen: str, action: str, *, refused: bool) -> None:
        """Note that an action was asked for."""
        (self.refused if refused else self.done)[screen, action] += 1


@dataclass(frozen=True, slots=True)
class Reached:
    """What was reached of what there is."""

    screens: int
    all_screens: int
    actions: int
    all_actions: int
    pairs: int
    """Actions, each on each screen that has it."""
    all_pairs: int
    unseen_screens: tuple[str, ...]
    undone: tuple[str, ...]
    """Actions that were done on no screen."""
    undone_pairs: Mapping[str, tuple[str, ...]]
    """By screen, the actions that were done elsewhere only."""
    dialogs: tuple[str, ...]
    """What else came on top."""


def reached(coverage: Coverage, screens: Mapping[str, WalkedScreen]) -> Reached:
    """Compare what was reached with what there is."""
    pairs = {
        (name, action.id): screen.name
        for name, screen in screens.items()
        for action in screen.actions
    }
    actions = {action for _screen, action in pairs}
    done = {action for screen, action in coverage.done if (screen, action) in pairs}
    refused = {action for _screen, action in coverage.refused}
    undone_pairs: dict[str, list[str]] = {}
    for (screen, action), name in pairs.items():
        if action in done and not coverage.done[screen, action]:
            undone_pairs.setdefault(name, []).append(action)
    return Reached(
        screens=sum(1 for name in screens if coverage.screens[name]),
        all_screens=len(screens),
        actions=len(done),
        all_actions=len(actions),
        pairs=sum(1 for pair in pairs if coverage.done[pair]),
        all_pairs=len(pairs),
        unseen_screens=tuple(
            screen.name for name, screen in screens.items() if not coverage.screens[name]
        ),
        undone=tuple(
            f"{action} (refused)" if action in refused else action
            for action in sorted(actions - done)
        ),
        undone_pairs={name: tuple(missing) for name, missing in undone_pairs.items()},
        dialogs=tuple(sorted(set(coverage.screens) - set(screens))),
    )
