"""The scrollbar of a form; it is drawn only when its look changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar

if TYPE_CHECKING:
    from textual.events import MouseScrollDown, MouseScrollUp
    from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

    from partnerdesk.tui.widgets.form_lines import FormLines


class FormBar(ScrollBar):
    """Scrolls the lines of a form; takes its colours from the parent.

    Textual redraws the own bar of a `ScrollView` with every layout of the screen, and each message
    in the status line causes a layout: the whole column would be sent without need.
    """

    DEFAULT_CSS = """
    FormBar { dock: right; width: 1; height: 100%; }
    """

    def __init__(self, lines: FormLines) -> None:
        super().__init__()
        self._lines = lines

    def keep_up(self) -> None:
        """Take over the scroll offset and the number of the lines."""
        self.window_size = self._lines.size.height
        self.window_virtual_size = self._lines.virtual_size.height
        self.position = self._lines.scroll_y

    # Mouse events

    def on_scroll_to(self, event: ScrollTo) -> None:
        """Scroll to the position of the dragged thumb."""
        event.stop()
        self._lines.scroll_to(y=event.y, animate=False)

    def on_scroll_up(self, event: ScrollUp) -> None:
        """Scroll up by a page after a click above the thumb."""
        event.stop()
        self._lines.scroll_page_up(animate=False)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """Scroll down by a page after a click below the thumb."""
        event.stop()
        self._lines.scroll_page_down(animate=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll by the wheel as over the lines."""
        event.stop()
        self._lines.scroll_relative(y=-self.app.scroll_sensitivity_y, animate=False)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll by the wheel as over the lines."""
        event.stop()
        self._lines.scroll_relative(y=self.app.scroll_sensitivity_y, animate=False)
