"""The smallest Textual app for comparison: a header, one line, a footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Footer, Header, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Bare(App[None]):
    """Shows one word."""

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Header()
        yield Static("bare")
        yield Footer()


if __name__ == "__main__":
    Bare().run()
