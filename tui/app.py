"""The app: knows all screens, moves between them, and looks when somebody else changed the book."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType

from models.errors import DeskError, SettingsError
from models.languages import _
from screens.resources import ResourcesScreen
from tui.leaving import Leaving
from tui.openings import TAB_SCREENS
from tui.themes import THEMES
from tui.widgets.desk_screen import DeskScreen
from tui.wire import sparing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.screen import Screen

    from models.desk import Desk
    from tui.widgets.actions import Action
    from tui.wire.kept import PictureFile
    from tui.wire.standing import Standing

MAIN_SCREENS = {
    "resources": ("screens.resources", "ResourcesScreen"),
    "customers": ("screens.customers", "CustomersScreen"),
    "relationships": ("screens.invitations", "InvitationsScreen"),
    "changes": ("screens.changes", "ChangesScreen"),
}
"""Where the screens are that `g` leads to; imported when somebody goes there."""
SCREENS = (
    *list(MAIN_SCREENS.values())[1:],
    *TAB_SCREENS.values(),
    ("screens.add_customer", "AddCustomerScreen"),
    ("screens.change", "ChangeScreen"),
    ("screens.customer", "CustomerScreen"),
    ("screens.delegation_form", "DelegationFormScreen"),
    ("screens.drafts", "DraftsScreen"),
    ("screens.edit_customer", "EditCustomerScreen"),
    ("screens.end_relationship", "EndRelationshipScreen"),
    ("screens.guide", "GuideScreen"),
    ("screens.import_customers", "ImportScreen"),
    ("screens.invite", "InviteScreen"),
    ("screens.invite", "InviteManyScreen"),
    ("screens.invitation", "InvitationScreen"),
    ("screens.notice", "NoticeScreen"),
    ("screens.partner_form", "PartnerFormScreen"),
    ("screens.plan", "PlanScreen"),
    ("screens.run", "RunScreen"),
    ("screens.sent_letter", "SentLetterScreen"),
)
"""The screens behind the first one, whose keys can be remapped."""
LOOK_SECONDS = 2.0
"""How often the app looks whether somebody else changed the book; it sends nothing by itself."""


class DeskApp(Leaving):
    """The console over one open book."""

    TITLE = "partnerdesk"
    ENABLE_COMMAND_PALETTE = True
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(self, desk: Desk, last_picture: PictureFile | None = None) -> None:
        super().__init__(desk, last_picture)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = desk.settings.theme
        if desk.settings.drawing == "changes":
            self.driver_class = sparing(self.driver_class)

    # Start and end

    def refresh_css(self, animate: bool = True) -> None:
        """Take up new styles; where there is no screen yet, nothing has to be read anew for it."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        """Show the first screen at once, and open the book beside it."""
        if not self._use_keymap():
            return
        self.leave_on_signals()
        last = self.desk.remembered.screen if self.desk.settings.start == "last" else ""
        self.push_screen(self._main_screen(last if last in MAIN_SCREENS else "resources"))
        self.run_worker(self._open_book(), group="book")

    async def _open_book(self) -> None:
        try:
            await self.desk.open()
        except DeskError as error:
            self.fail(error)
            return
        await self._tell_scope()
        self.screen.call_after_refresh(self.unveil)
        self.set_interval(LOOK_SECONDS, self._look)
        # What a customer's page needs takes a while to import: do it before somebody waits for it,
        # but not before what they see already.
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()
        await asyncio.to_thread(import_module, "models.customer_page")
        self.imported.set()

    async def _look(self) -> None:
        """Tell the screen on top when somebody else changed the book."""
        try:
            looked = await self.desk.reader.ask(self.desk.look)
            if looked is not None:
                self.desk.seen(*looked)
        except DeskError as error:
            self.say(str(error))
            return
        # An app that ends takes its screens apart; a screen that begins is only being built.
        screen = self.screen_stack[-1] if self.is_running and self.screen_stack else None
        if isinstance(screen, DeskScreen) and screen.is_attached and screen.is_mounted:
            screen.header.keep_up()
            if looked is not None:
                await screen.book_changed()

    def _use_keymap(self) -> bool:
        """Take over the remapped keys; False where they end the console with an error."""
        keys = self.desk.settings.keys
        if not keys:
            return True
        from tui.keys import check_keymap

        screens = [getattr(import_module(module), name) for module, name in SCREENS]
        try:
            check_keymap(keys, (ResourcesScreen, *screens))
        except SettingsError as error:
            self.fail(error)
            return False
        self.set_keymap(keys)
        return True

    # Actions by name

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return what the palette offers: the actions of the screen, and quitting."""
        if isinstance(screen, DeskScreen):
            for action in screen.all_actions():
                help_text = _(action.help)
                yield SystemCommand(
                    _(action.label),
                    f"{action.display}  {help_text}",
                    partial(self._perform, screen, action),
                )
        redrawing = _("Draw the whole screen anew, where something else wrote over it")
        yield SystemCommand(_("Redraw"), f"F5  {redrawing}", self.redraw)
        leaving = _("Leave the console")
        yield SystemCommand(_("Quit"), f"ctrl+q  {leaving}", self.exit)

    def action_command_palette(self) -> None:
        """Open the palette, which speaks the language in use."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_("Find an action …")))

    def _perform(self, screen: DeskScreen, action: Action) -> None:
        self.run_worker(screen.perform(action))

    def action_help_quit(self) -> None:
        """Say how to leave: ctrl+c is pressed by habit."""
        self.say(_("ctrl+q quits."))

    def say(self, text: str, *, error: bool = False) -> None:
        """Say something in the status line of the main screen on top, unless it asks something."""
        screens = self._desk_screens()
        if screens and not screens[-1].awaits_key:
            screens[-1].status.say(text, error=error, whole=error)

    # Between screens

    async def go_back(self) -> None:
        """Go back to the screen below; below the others lie the resources."""
        if len(self._desk_screens()) > 1:
            await self.pop_screen()
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

    def _main_screen(self, name: str) -> DeskScreen:
        module, screen = MAIN_SCREENS[name]
        made: DeskScreen = getattr(import_module(module), screen)(self.desk)
        return made

    def _desk_screens(self) -> list[DeskScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, DeskScreen)]

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        if isinstance(self.screen, DeskScreen):
            from screens.help import HelpScreen

            await self.push_screen(HelpScreen(self.screen.all_actions(), self.desk.settings.keys))

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        if self.desk.scope is None:
            return
        from screens.cloud_selector import CloudSelector

        await self.push_screen(CloudSelector(self.desk), self._scope_chosen)

    async def _scope_chosen(self, key: str | None) -> None:
        if key is None:
            return
        self.desk.choose(key)
        while len(self._desk_screens()) > 1 and not self._desk_screens()[-1].IS_MAIN:
            await self.pop_screen()  # what it shows belongs to the other account
        await self._tell_scope()

    async def _tell_scope(self) -> None:
        for screen in self._desk_screens():
            screen.header.refresh()
        if isinstance(self.screen, DeskScreen):
            await self.screen.scope_chosen()

    async def book_changed(self) -> None:
        """Look at once, since it was changed here."""
        await self._look()


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
    try:
        app.run(mouse=mouse)
    finally:
        desk.close()
        app.keep_picture()
    if app.failure is not None:
        raise app.failure
    if app.return_code and app.return_code > 128:
        return app.return_code
    if app.crash_report is not None:
        raise DeskError(
            _("partnerdesk met an error it did not expect and had to stop."),
            _("A report without your data is in {file}.").format(file=app.crash_report),
        )
    return 0
