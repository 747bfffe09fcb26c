"""The screens and actions that a walk reached, compared with all screens and actions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.walker.catalogue import WalkedScreen


@dataclass(slots=True)
class Coverage:
    """Counts of screens and actions; screens are named by their classes."""

    screens: Counter[str] = field(default_factory=Counter)
    """How often each screen or dialog came to the top."""
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each action was performed on each screen."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each action was refused on each screen."""

    def add(self, other: Coverage) -> None:
        """Add the counts of another walk."""
        self.screens += other.screens
        self.done += other.done
        self.refused += other.refused

    def action(self, screen: str, action: str, *, refused: bool) -> None:
        """Count an action that was performed or refused."""
        (self.refused if refused else self.done)[screen, action] += 1


@dataclass(frozen=True, slots=True)
class Reached:
    """The numbers of screens and actions that were reached, and the names of the others."""

    screens: int
    all_screens: int
    actions: int
    all_actions: int
    pairs: int
    """The number of pairs of a screen and one of its actions."""
    all_pairs: int
    unseen_screens: tuple[str, ...]
    undone: tuple[str, ...]
    """Actions that were performed on no screen."""
    undone_pairs: Mapping[str, tuple[str, ...]]
    """For each screen, the actions that were performed on other screens only."""
    dialogs: tuple[str, ...]
    """The dialogs that came to the top."""


def reached(coverage: Coverage, screens: Mapping[str, WalkedScreen]) -> Reached:
    """Compare the counts of a walk with all screens and actions."""
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
