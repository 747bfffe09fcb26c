"""The page of a guide, which comes with the program in the current language."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one
from textual.widgets import Markdown

from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from partnerdesk.models.resources import Resource
    from partnerdesk.models.session import AppSession


class GuideScreen(PageScreen):
    """Shows the guide of one resource."""

    NAME = "guide"
    CSS_PATH = "guide.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("guide.customers", "o,enter", N_("Customers"),
               N_("Open the screen on which this action is done"), "o"),
    )  # fmt: skip

    text = query_one(TextView)

    def __init__(self, desk: AppSession, resource: Resource) -> None:
        super().__init__(desk)
        self._resource = resource

    def body(self) -> ComposeResult:
        """Build the text of the guide."""
        with TextView():
            yield Markdown(self._resource.guide(), open_links=False)

    def on_mount(self) -> None:
        """Focus the text."""
        self.set_focus(self.text)

    def focus_body(self) -> None:
        """Return the focus to the text."""
        self.set_focus(self.text)

    async def do_customers(self) -> None:
        """Open the screen on which the action is done."""
        await self.shell.go_to(self._resource.screen)

    async def do_refresh(self) -> None:
        """Show that a guide does not change."""
        self.status.say(_("Guides come with the program and do not change."))
