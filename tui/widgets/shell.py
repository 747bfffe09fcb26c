"""What screens ask the app for. They know these words only, never the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from models.lists import RowKey
    from models.resources import Resource


class Shell(Protocol):
    """The app, as its screens see it. Each call returns when what it asks for is on the screen."""

    async def go_to(self, name: str) -> None:
        """Go to a main screen by its name."""
        ...

    async def go_back(self) -> None:
        """Go back to the screen below."""
        ...

    async def open_customer(self, key: RowKey) -> None:
        """Show one customer."""
        ...

    async def open_guide(self, resource: Resource) -> None:
        """Show the guide of a resource."""
        ...

    async def open_import(self, path: Path) -> None:
        """Read a file and show what it would change."""
        ...

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        ...

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        ...

    def say(self, text: str, *, error: bool = False) -> None:
        """Say something in the status line of the screen on top."""
        ...

    async def book_changed(self) -> None:
        """Look at the book at once, since it was changed here."""
        ...
