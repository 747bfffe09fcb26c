"""The app: knows all screens, moves between them, and looks when somebody else changed the book."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from partnerdesk.models.core.crash_report import written_by
from partnerdesk.models.core.errors import DeskError, SettingsError
from partnerdesk.models.languages import _
from partnerdesk.screens.resources.list import ResourcesScreen
from partnerdesk.tui.leaving import Leaving
from partnerdesk.tui.openings import TAB_SCREENS
from partnerdesk.tui.steady_app import SETTLE_SECONDS
from partnerdesk.tui.surviving import report_text
from partnerdesk.tui.themes import THEMES
from partnerdesk.tui.widgets.desk_screen import DeskScreen
from partnerdesk.tui.wire import own_driver

if TYPE_CHECKING:
    from textual.screen import Screen

    from partnerdesk.models.session import Desk
    from partnerdesk.tui.wire.startup_snapshot import PictureFile, Standing

MAIN_SCREENS = {
    "resources": ("partnerdesk.screens.resources.list", "ResourcesScreen"),
    "customers": ("partnerdesk.screens.customers.list", "CustomersScreen"),
    "relationships": ("partnerdesk.screens.relationships.invitations.list", "InvitationsScreen"),
    "changes": ("partnerdesk.screens.changes.list", "ChangesScreen"),
}
"""Where the screens are that `g` leads to; imported when somebody goes there."""
SCREENS = (
    *list(MAIN_SCREENS.values())[1:],
    *TAB_SCREENS.values(),
    ("partnerdesk.screens.customers.add", "AddCustomerScreen"),
    ("partnerdesk.screens.changes.page", "ChangeScreen"),
    ("partnerdesk.screens.customers.page", "CustomerScreen"),
    ("partnerdesk.screens.relationships.delegated_admin.form", "DelegationFormScreen"),
    ("partnerdesk.screens.customers.drafts", "DraftsScreen"),
    ("partnerdesk.screens.customers.edit", "EditCustomerScreen"),
    ("partnerdesk.screens.relationships.end", "EndRelationshipScreen"),
    ("partnerdesk.screens.resources.guide", "GuideScreen"),
    ("partnerdesk.screens.files.import_", "ImportScreen"),
    ("partnerdesk.screens.relationships.invitations.invite", "InviteScreen"),
    ("partnerdesk.screens.relationships.invitations.invite", "InviteManyScreen"),
    ("partnerdesk.screens.relationships.invitations.page", "InvitationScreen"),
    ("partnerdesk.screens.relationships.letters.notice", "NoticeScreen"),
    ("partnerdesk.screens.relationships.partners.form", "PartnerFormScreen"),
    ("partnerdesk.screens.changes.plan", "PlanScreen"),
    ("partnerdesk.screens.changes.run", "RunScreen"),
    ("partnerdesk.screens.relationships.letters.sent_letter", "SentLetterScreen"),
)
"""The screens behind the first one, whose keys can be remapped."""
PAINT_SECONDS = 0.5
"""How long the first rows have to be painted before the rest is imported beside them."""
LOOK_SECONDS = 2.0
"""How often the app looks whether somebody else changed the book; it sends nothing by itself."""


class DeskApp(Leaving):
    """The console over one open book."""

    TITLE = "partnerdesk"
    ENABLE_COMMAND_PALETTE = False  # it takes what it showed before it has narrowed
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True),
        Binding("ctrl+p", "palette", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, last_picture: PictureFile | None = None) -> None:
        super().__init__(desk, last_picture)
        self._looked = asyncio.Event()
        self._looked.set()
        self._warned_of: object = None
        """The job of which the person knows that it would be lost by leaving."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = desk.settings.theme
        self.driver_class = own_driver(
            self.driver_class, sparing=desk.settings.drawing == "changes"
        )

    # Start and end

    def refresh_css(self, animate: bool = True) -> None:
        """Take up new styles; where there is no screen yet, nothing has to be read anew for it."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    async def on_mount(self) -> None:
        """Show the first screen at once, and open the book beside it."""
        if not self.is_headless:
            self.watch_over()
        if not self._use_keymap():
            return
        self.start(self._open_book)
        last = self.desk.remembered.screen if self.desk.settings.start == "last" else ""
        await self.push_screen(self._main_screen(last if last in MAIN_SCREENS else "resources"))

    async def _open_book(self) -> None:
        try:
            await self.desk.open()
        except DeskError as error:
            self.fail(error)
            return
        except Exception as error:  # noqa: BLE001 - there is no console without its book
            self.give_up(error)
            return
        self._catch_up()
        if isinstance(self.screen, DeskScreen):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.screen.answered(), SETTLE_SECONDS)
        self.unveil()  # what is painted next is true
        await self.settled()
        self.desk.take_first_views()  # for the first screen only: they are old soon
        self.is_open.set()
        self.tell_notices()
        self.set_interval(LOOK_SECONDS, self._look_beside)
        # What a customer's page needs takes a while to import: do it before somebody waits for it,
        # but not before what they see already.
        painted = asyncio.Event()
        self.screen.call_after_refresh(painted.set)  # not by the app: a key may be waiting for it
        with suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), PAINT_SECONDS)
        try:
            await asyncio.to_thread(import_module, "partnerdesk.models.pages.customer")
        finally:
            self.imported.set()
        await asyncio.to_thread(written_by)

    def _look_beside(self) -> None:
        if self._looked.is_set():  # else the last look is not over yet
            self.start(self.look)

    async def look(self) -> None:
        """Look whether the book was changed, and tell the main screen on top."""
        self.tell_notices()
        self._looked.clear()
        try:
            looked = await self.desk.reader.ask(self.desk.look)
            if looked is not None:
                self.desk.seen(*looked)
        finally:
            self._looked.set()
        self._catch_up()

    def _catch_up(self) -> None:
        """Let the main screen on top show what changed; those below do when they come on top."""
        for screen in self._desk_screens()[-1:]:
            screen.call_later(screen.catch_up)

    def _use_keymap(self) -> bool:
        """Take over the remapped keys; False where they end the console with an error."""
        keys = self.desk.settings.keys
        if not keys:
            return True
        from partnerdesk.tui.keys import check_keymap

        screens = [getattr(import_module(module), name) for module, name in SCREENS]
        try:
            check_keymap(keys, (ResourcesScreen, *screens))
        except SettingsError as error:
            self.fail(error)
            return False
        self.set_keymap(keys)
        return True

    # Actions by name

    async def action_palette(self) -> None:
        """Ask for an action by any part of its name, and do it."""
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return
        from partnerdesk.screens.shared.palette import LEAVE, REDRAW, Palette

        async def chosen(id: str | None) -> None:
            if id == REDRAW:
                self.redraw()
            elif id == LEAVE:
                await self.action_quit()
            elif id is not None:
                await screen.action_perform(id)

        await self.ask_dialog(Palette(screen.all_actions(), self.desk.settings.keys), chosen)

    async def action_quit(self) -> None:
        """Leave the console; say first what would be lost, and leave when it is said again."""
        await self.finish_small_jobs()
        job = self.would_be_lost
        if job is None or job is self._warned_of:
            self.exit()
            return
        self._warned_of = job
        self.warn(
            job.keeps or _("{work} ctrl+q again leaves it undone.").format(work=job.busy_with)
        )

    def action_help_quit(self) -> None:
        """Say how to leave: ctrl+c is pressed by habit."""
        self.say(_("ctrl+q quits."))

    def say(self, text: str, *, error: bool = False) -> None:
        """Say something in the status line of the main screen on top, unless it asks something."""
        for screen in self._desk_screens()[-1:]:
            screen.call_later(screen.take_word, text, error=error)

    def warn(self, text: str) -> None:
        """Say on the screen on top what has to be seen, also while it asks something."""
        for screen in self._desk_screens()[-1:]:
            screen.call_later(screen.take_warning, text)

    def tell_notices(self) -> None:
        """Tell of damaged files, unless the screen on top asks something: then later."""
        screens = self._desk_screens()
        if self.desk.notices and screens and not screens[-1].awaits_key:
            self.say(self.desk.take_notices(), error=True)

    # Between screens

    def first_screen(self) -> Screen[Any]:
        """Return the screen below all others."""
        return self._main_screen("resources")

    async def go_back(self) -> None:
        """Go back to the screen below; below the others lie the resources."""
        if len(self._desk_screens()) > 1:
            await self.pop_screen()
            await self.settled()
        else:
            await self.go_to("resources")

    async def go_to(self, name: str) -> None:
        """Go to a main screen by its name: back to it where it is open, else to a new one."""
        while isinstance(self.screen, DeskScreen) and name != self.screen.NAME:
            if len(self._desk_screens()) > 1:
                await self.pop_screen()
            elif name == "resources":
                await self.switch_screen(self._main_screen(name))
            else:
                await self.push_screen(self._main_screen(name))
        await self.settled()

    def _main_screen(self, name: str) -> DeskScreen:
        module, screen = MAIN_SCREENS[name]
        made: DeskScreen = getattr(import_module(module), screen)(self.desk)
        return made

    def _desk_screens(self) -> list[DeskScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, DeskScreen)]

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        if isinstance(self.screen, DeskScreen):
            from partnerdesk.screens.shared.help import HelpScreen

            await self.push_screen(HelpScreen(self.screen.all_actions(), self.desk.settings.keys))

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        if self.desk.scope is None:
            return
        from partnerdesk.screens.shared.cloud_selector import CloudSelector

        await self.ask_dialog(CloudSelector(self.desk), self._scope_chosen)

    async def _scope_chosen(self, key: str | None) -> None:
        if key is None:
            return
        self.desk.choose(key)
        self.start(partial(asyncio.to_thread, self.desk.write_down))
        while len(self._desk_screens()) > 1 and not self._desk_screens()[-1].IS_MAIN:
            await self.pop_screen()  # what it shows belongs to the other account
        self._catch_up()

    async def search_customers(self) -> None:
        """Go to the customers and ask for a filter."""
        await self.go_to("customers")
        if isinstance(self.screen, DeskScreen):
            await self.screen.action_perform("customers.filter")

    async def book_changed(self) -> None:
        """Look at once, since it was changed here, and wait until that is shown."""
        await self.look()
        await self.settled()


def run(
    desk: Desk, *, mouse: bool, last_picture: PictureFile | None, standing: Standing | None
) -> int:
    """Run the console until the person leaves it, and return what to tell the shell.

    That is 0, or 128 and the signal's number where a signal ended it.

    Args:
        desk: the book and the settings.
        mouse: whether the terminal tells of the mouse.
        last_picture: where the picture for the next start is kept, None for none.
        standing: the picture that stands on the terminal already.

    Raises:
        DeskError: the book could not be used; the terminal is as it was.
    """
    app = DeskApp(desk, last_picture)
    app.standing = standing
    # An answer of the book that comes when the loop is closed is nobody's: nothing to print.
    logging.getLogger("concurrent.futures").addHandler(logging.NullHandler())
    logging.getLogger("concurrent.futures").propagate = False
    try:
        app.run(mouse=mouse)
    finally:
        app.keep_picture()
        desk.close()
    if app.failure is not None:
        raise app.failure
    if app.guard is not None and app.guard.is_hanging:
        raise DeskError(
            _("partnerdesk did not answer and was ended."), report_text(app.guard.report)
        )
    return app.return_code or 0
