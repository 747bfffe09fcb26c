"""Text typed into a form or dialog that is not saved yet, to be kept if the screen fails."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.screen import Screen


def line_of(screen: Screen[Any], about: str, label: str) -> str:
    """Return the key of a typed line: the kind of screen, its record, the question's label."""
    return f"{type(screen).__name__} {about}: {label}"


@runtime_checkable
class Unsaved(Protocol):
    """A screen with typed text that would be lost with the screen."""

    @property
    @abstractmethod
    def belongs_to(self) -> str:
        """The key of the texts: the kind of screen, and its record."""
        ...

    @abstractmethod
    def unsaved(self) -> Mapping[str, str]:
        """Return the typed texts that are not saved, by field; empty if there are none."""
        ...

    @abstractmethod
    def take_back(self, texts: Mapping[str, str]) -> None:
        """Restore the texts on a new screen for the same record."""
        ...
