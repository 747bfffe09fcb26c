"""What screens ask the app for. They know these words only, never the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from models.changes import Outcome, Plan
    from models.customer_page import CustomerPage
    from models.drafts import CustomerDraft
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

    async def open_change(self, key: RowKey) -> None:
        """Show one entry of the history."""
        ...

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show a plan; `done` is called when it was carried out and the plan is off the screen.

        `conflict` is called in its place where somebody changed a record since it was planned.
        """
        ...

    async def edit_customer(self, page: CustomerPage, field: str = "") -> None:
        """Show the form with what the book has of a customer, the cursor in `field`."""
        ...

    async def add_customer(self) -> None:
        """Offer the drafts there are, or an empty form for a new customer."""
        ...

    async def fill_in(self, draft: CustomerDraft | None) -> None:
        """Show the form with a draft, or an empty one in the chosen account."""
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
