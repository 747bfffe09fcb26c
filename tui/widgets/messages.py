"""What screens ask the app for: they never call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from models.resources import Resource


@dataclass
class GoTo(Message):
    """Go to a main screen by its name."""

    screen: str


@dataclass
class OpenCustomer(Message):
    """Show one customer."""

    customer_id: int


@dataclass
class OpenGuide(Message):
    """Show the guide of a resource."""

    resource: Resource


@dataclass
class OpenImport(Message):
    """Read a file and show what it would change."""

    path: Path


class ChooseCloud(Message):
    """Open the cloud selector."""


class ShowHelp(Message):
    """Show the keys of the screen on top."""


class BookChanged(Message):
    """The book was changed here; whoever shows it should look again."""


class Failed(Message):
    """The book cannot be used any more; the app ends and says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
