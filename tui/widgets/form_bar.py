"""The scrollbar of a form: drawn anew only where it looks different."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar

if TYPE_CHECKING:
    from textual.events import MouseScrollDown, MouseScrollUp
    from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

    from partnerdesk.tui.widgets.form_lines import FormLines


class FormBar(ScrollBar):
    """Stands beside the lines and scrolls them; its colours are its parent's.

    Textual draws the bar that a `ScrollView` has itself with every layout of the screen, and each
    message in the status line is one: that is the whole column on the wire for nothing.
    """

    DEFAULT_CSS = """
    FormBar { dock: right; width: 1; height: 100%; }
    """

    def __init__(self, lines: FormLines) -> None:
        super().__init__()
        self._lines = lines

    def keep_up(self) -> None:
        """Show where the lines are scrolled to, and how many there are."""
        self.window_size = self._lines.size.height
        self.window_virtual_size = self._lines.virtual_size.height
        self.position = self._lines.scroll_y

    # What the mouse does

    def on_scroll_to(self, event: ScrollTo) -> None:
        """Follow the thumb."""
        event.stop()
        self._lines.scroll_to(y=event.y, animate=False)

    def on_scroll_up(self, event: ScrollUp) -> None:
        """Go up by a page: somebody clicked above the thumb."""
        event.stop()
        self._lines.scroll_page_up(animate=False)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """Go down by a page: somebody clicked below the thumb."""
        event.stop()
        self._lines.scroll_page_down(animate=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Let the wheel turn here as it does over the lines."""
        event.stop()
        self._lines.scroll_relative(y=-self.app.scroll_sensitivity_y, animate=False)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Let the wheel turn here as it does over the lines."""
        event.stop()
        self._lines.scroll_relative(y=self.app.scroll_sensitivity_y, animate=False)
