"""A copied text where no copy can arrive: bare lines, to be marked by hand with the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from partnerdesk.models.session import AppSession


class CopiedTextScreen(PageScreen):
    """Shows the text alone, from edge to edge, so that nothing else is marked with it."""

    NAME = "copied-text"

    DEFAULT_CSS = """
    CopiedTextScreen TextView { scrollbar-size-vertical: 0; }
    CopiedTextScreen TextView Static { width: 100%; height: auto; }
    """

    text = query_one(TextView)

    def __init__(self, desk: AppSession, text: str) -> None:
        super().__init__(desk)
        self._text = text

    def body(self) -> ComposeResult:
        """Build the text."""
        with TextView():
            yield Static(Content(self._text))

    def on_mount(self) -> None:
        """Give the keys to the text, and say why it is here."""
        self.focus_body()
        said = _("No copy can arrive here: mark it with the mouse, holding Shift. Esc goes back.")
        self.status.say(said, whole=True)

    def focus_body(self) -> None:
        """Give the keys back to the text."""
        self.set_focus(self.text)

    async def do_refresh(self) -> None:
        """Say that the text does not change."""
        self.status.say(_("It is the text that was copied; it does not change."))
