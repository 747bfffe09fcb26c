"""The app as the driver sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from partnerdesk.tui.wire.screen_buffer import Picture
    from partnerdesk.tui.wire.startup_snapshot import Standing

LEAVE_KEY = "ctrl+q"


class PaintedApp(App[None]):
    """An app that knows the terminal's state, and may start with a picture of the last run."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.picture: Picture | None = None
        """The driver's copy of what the terminal shows; None if the driver keeps none."""
        self.standing: Standing | None = None
        """The picture of the last run, while the terminal shows it."""
        self.terminal_before: list[Any] | None = None
        """The terminal's attributes before the console took it over; set by the driver."""

    def leave_key_pressed(self) -> None:
        """Start to watch whether ctrl+q is answered; called in the driver's input thread."""
        raise NotImplementedError

    def escape_pressed(self) -> None:
        """Stop waiting for another process, where a person waits; called by any thread."""

    def terminal_in_order(self) -> None:
        """Note that the terminal is restored; called by the driver."""
        raise NotImplementedError

    def unveil(self) -> None:
        """Replace the picture of the last run by the current screen."""
        raise NotImplementedError
