"""What a form or dialog holds that is kept nowhere, should it fail."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.screen import Screen


def line_of(screen: Screen[Any], about: str, label: str) -> str:
    """Return what a typed line belongs to: the kind of screen, its record, what it asks for."""
    return f"{type(screen).__name__} {about}: {label}"


@runtime_checkable
class Unsaved(Protocol):
    """A screen into which something is typed that would be lost with it."""

    @property
    @abstractmethod
    def belongs_to(self) -> str:
        """What the texts belong to: the kind of screen, and the record it is about."""
        ...

    @abstractmethod
    def unsaved(self) -> Mapping[str, str]:
        """Return what is typed and kept nowhere; empty where that is nothing."""
        ...

    @abstractmethod
    def take_back(self, texts: Mapping[str, str]) -> None:
        """Put the texts back, on a new screen for the same record."""
        ...
