"""A guide: offline, in own words, in the language in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widgets import Markdown

from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import BACK, Action
from partnerdesk.tui.widgets.app_screen import AppScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from partnerdesk.models.resources import Resource
    from partnerdesk.models.session import AppSession


class GuideScreen(AppScreen):
    """The guide of one resource, to scroll through."""

    NAME = "guide"
    CSS_PATH = "guide.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("guide.down", "j,down", N_("Down"), N_("Scroll down"), "j ↓", bar=False),
        Action("guide.up", "k,up", N_("Up"), N_("Scroll up"), "k ↑", bar=False),
        Action("guide.page-down", "pagedown,space", N_("Next page"), N_("Scroll a page down"),
               "Space"),
        Action("guide.page-up", "pageup", N_("Previous page"), N_("Scroll a page up"), "PgUp",
               bar=False),
        Action("guide.home", "home", N_("Top"), N_("Go to the top"), "Home", bar=False),
        Action("guide.end", "end,G", N_("End"), N_("Go to the end"), "End", bar=False),
        Action("guide.customers", "o,enter", N_("Customers"),
               N_("Open the screen on which this action is done"), "o"),
        BACK,
    )  # fmt: skip

    text = query_one(VerticalScroll)

    def __init__(self, desk: AppSession, resource: Resource) -> None:
        super().__init__(desk)
        self._resource = resource

    def body(self) -> ComposeResult:
        """Build the text."""
        with VerticalScroll(can_focus=False):
            yield Markdown(self._resource.guide(), open_links=False)

    def do_down(self) -> None:
        """Scroll down."""
        self.text.scroll_relative(y=1, animate=False)

    def do_up(self) -> None:
        """Scroll up."""
        self.text.scroll_relative(y=-1, animate=False)

    def do_page_down(self) -> None:
        """Scroll a page down."""
        self.text.scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        """Scroll a page up."""
        self.text.scroll_page_up(animate=False)

    def do_home(self) -> None:
        """Go to the top."""
        self.text.scroll_home(animate=False)

    def do_end(self) -> None:
        """Go to the end."""
        self.text.scroll_end(animate=False)

    async def do_customers(self) -> None:
        """Open the screen of the action."""
        await self.shell.go_to(self._resource.screen)

    async def do_refresh(self) -> None:
        """Say that a guide does not change."""
        self.status.say(_("Guides come with the program and do not change."))
