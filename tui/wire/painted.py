"""What the driver knows of the app that it paints for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from partnerdesk.tui.wire.screen_buffer import Picture
    from partnerdesk.tui.wire.startup_snapshot import Standing

LEAVE_KEY = "ctrl+q"


class PaintedApp(App[None]):
    """An app that is told how the terminal is, and may begin with a picture of the last run."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.picture: Picture | None = None
        """What the terminal shows, where the driver keeps that."""
        self.standing: Standing | None = None
        """The picture in which the console was left, as long as it stands there."""
        self.terminal_before: list[Any] | None = None
        """The terminal's attributes before the console took it over; the driver tells."""

    def leave_key_pressed(self) -> None:
        """Expect that ctrl+q is answered; the driver tells of it as soon as it comes."""
        raise NotImplementedError

    def terminal_in_order(self) -> None:
        """Know that the terminal is as it was; the driver tells."""
        raise NotImplementedError

    def unveil(self) -> None:
        """Show what is there by now, where the picture in which the console was left stands."""
        raise NotImplementedError
