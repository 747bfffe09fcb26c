"""Choose the screen that a walk goes to, and the known actions that lead there."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from partnerdesk.tui.widgets.actions import Action
    from tests.walker.catalogue import WalkedScreen
    from tests.walker.coverage import Coverage
    from tests.walker.learning import Learned

GO = "desk.go"
PATIENCE = 6
"""The number of steps to reach a screen; after that, another screen is chosen."""


class Ways:
    """Chooses a screen with many actions not done yet, and finds the way to it."""

    def __init__(
        self, random: Random, screens: Mapping[str, WalkedScreen], coverage: Coverage
    ) -> None:
        self._random = random
        self._screens = screens
        self._coverage = coverage
        self._wanted = ""
        """The screen to go to."""
        self._patience = 0
        self._letters: dict[str, str] = {}
        """The screens to which letters behind `g` led, by letter."""
        self._letter = ""
        """The letter behind `g` in the last step; empty if none."""

    @property
    def is_going(self) -> bool:
        """Whether the walk is on the way to a screen."""
        return self._patience > 0

    def arrived(self, screen: str) -> None:
        """Note the screen on top after a step."""
        if self._letter:
            self._letters[self._letter], self._letter = screen, ""
        if screen == self._wanted:
            self._patience = 0

    def newness(self, screen: str, action: Action) -> float:
        """Return how new an action is on a screen: 0 if it was done, else up to 1.

        The value falls with each refusal of the action.
        """
        if self._coverage.done[screen, action.id]:
            return 0.0
        return 1 / (1 + self._coverage.refused[screen, action.id] / 3)

    def undone(self, screen: str) -> float:
        """Return the share of a screen's actions that were not done yet; 1 for a dialog."""
        if screen not in self._screens:
            return 1.0
        return self._left(screen) / len(self._screens[screen].actions)

    def step(self, screen: str, learned: Learned) -> str:
        """Return an action, or a letter behind `g`, towards a screen with many actions not done.

        Return an empty text if no way is known.
        """
        if not self.is_going:
            known = [name for name in self._screens if self._coverage.screens[name]]
            weights = [self._left(name) ** 2 for name in known]
            self._wanted = self._random.choices(known, weights=weights)[0] if any(weights) else ""
            self._patience = PATIENCE
        self._patience -= 1
        step = self._first_step(screen, learned)
        if not step:
            self._patience = 0
        return step

    def letter(self, learned: Learned) -> str:
        """Return a letter behind `g`, mostly of a screen with many actions not done yet.

        Return an empty text if no letters are known.
        """
        letters = learned.choices(GO)
        weights = [0.2 + self.undone(self._letters.get(letter, "")) for letter in letters]
        return self.taken(self._random.choices(letters, weights=weights)[0]) if letters else ""

    def taken(self, letter: str) -> str:
        """Note the letter that is pressed behind `g`, and return it."""
        self._letter = letter
        return letter

    def _left(self, screen: str) -> float:
        return sum(self.newness(screen, action) for action in self._screens[screen].actions)

    def _first_step(self, start: str, learned: Learned) -> str:
        firsts: dict[str, str] = {start: ""}
        waiting = deque([start])
        while waiting and self._wanted not in firsts:
            screen = waiting.popleft()
            ways = learned.ways(screen)
            if self._goes(screen):
                ways |= self._letters
            for step, destination in ways.items():
                if destination not in firsts:
                    firsts[destination] = firsts[screen] or step
                    waiting.append(destination)
        return firsts.get(self._wanted, "")

    def _goes(self, screen: str) -> bool:
        walked = self._screens.get(screen)
        return walked is not None and any(action.id == GO for action in walked.actions)
