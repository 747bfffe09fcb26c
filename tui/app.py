"""The app: knows all screens, moves between them, and looks when somebody else changed the book."""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import SystemModalScreen

from models.crash import write_report
from models.errors import DeskError, SettingsError
from models.languages import _
from screens.resources import ResourcesScreen
from tui.themes import THEMES
from tui.widgets.desk_screen import DeskScreen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from textual.events import Event
    from textual.screen import Screen
    from textual.widget import Widget

    from models.desk import Desk
    from models.lists import RowKey
    from models.resources import Resource
    from tui.widgets.actions import Action

LOOK_SECONDS = 2.0
"""How often the app looks whether somebody else changed the book; it sends nothing by itself."""


class DeskApp(App[None]):
    """The console over one open book."""

    TITLE = "partnerdesk"
    ENABLE_COMMAND_PALETTE = True
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.failure: DeskError | None = None
        """Why the console ended, where it did not end because somebody wanted it to."""
        self.crash_report: Path | None = None
        """Where the report of an unexpected error stands."""
        # Textual prints its crash screen, which shows the values of variables, to this console.
        self.error_console = Console(quiet=True)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = desk.settings.theme

    # Start and end

    def on_mount(self) -> None:
        """Show the first screen at once, and open the book beside it."""
        if not self._use_keymap():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            # The terminal is gone, or somebody ends us: leave in order, and remember the views.
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))
        self.push_screen(ResourcesScreen(self.desk))
        self.run_worker(self._open_book(), group="book")

    async def _open_book(self) -> None:
        try:
            await self.desk.reader.aside(self.desk.open)
            looked = await self.desk.reader.ask(self.desk.look)
            if looked is not None:
                self.desk.seen(*looked)
        except DeskError as error:
            self.fail(error)
            return
        await self._tell_scope()
        self.set_interval(LOOK_SECONDS, self._look)
        # What a customer's page needs takes a while to import: do it before somebody waits for it.
        await asyncio.to_thread(import_module, "models.customer_page")

    async def _look(self) -> None:
        """Tell the screen on top when somebody else changed the book."""
        try:
            looked = await self.desk.reader.ask(self.desk.look)
            if looked is None:
                if isinstance(self.screen, DeskScreen):
                    self.screen.header.keep_time()
                return
            self.desk.seen(*looked)
        except DeskError as error:
            self.say(str(error))
            return
        if isinstance(self.screen, DeskScreen):
            self.screen.header.refresh()
            await self.screen.book_changed()

    def fail(self, error: DeskError) -> None:
        """End the console, saying why."""
        self.failure = error
        self.exit(return_code=int(error.exit_code))

    def bell(self) -> None:
        """Ring the bell; on the way to a crash, write a report without values of variables.

        Textual rings it first of all when an error was not caught, while the error is at hand;
        there is no other public place to see it.
        """
        error = sys.exc_info()[1]
        if error is not None and self.crash_report is None:
            self.crash_report = write_report(error, self.desk.clock())
        super().bell()

    def _use_keymap(self) -> bool:
        """Take over the remapped keys; False where they end the console with an error."""
        keys = self.desk.settings.keys
        if not keys:
            return True
        from screens.customer import CustomerScreen
        from screens.customers import CustomersScreen
        from screens.guide import GuideScreen
        from screens.import_customers import ImportScreen
        from tui.keys import check_keymap

        try:
            check_keymap(
                keys, (ResourcesScreen, CustomersScreen, CustomerScreen, GuideScreen, ImportScreen)
            )
        except SettingsError as error:
            self.fail(error)
            return False
        self.set_keymap(keys)
        return True

    # Keys

    async def on_event(self, event: Event) -> None:
        """Do what a key is bound to, whole, before the next key is looked at.

        Textual hands a key to whatever has the focus when it comes; of keys typed ahead the later
        ones would go to the screen that the earlier ones are about to leave.
        """
        if isinstance(event, Key) and not event.is_forwarded and await self._take_key(event):
            return
        await super().on_event(event)

    async def _take_key(self, event: Key) -> bool:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if screen is None or isinstance(screen, SystemModalScreen):
            return False  # Textual's own palette takes its keys itself
        if isinstance(screen, DeskScreen) and screen.awaits_key:
            await screen.take_key(event)
            return True
        active = screen.active_bindings.get(event.key)
        if active is None or not active.enabled:
            return False
        if self.focused is not None:
            if self.focused.check_consume_key(event.key, event.character):
                return False  # it is typed
            await _drained(self.focused)
        return await self.run_action(active.binding.action, active.node)

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
        """Go back to the screen below."""
        if len(self._desk_screens()) > 1:
            await self.pop_screen()

    async def go_to(self, name: str) -> None:
        """Go to a main screen by its name."""
        while isinstance(self.screen, DeskScreen) and name != self.screen.NAME:
            if len(self._desk_screens()) == 1:
                from screens.customers import CustomersScreen

                await self.push_screen(CustomersScreen(self.desk))
                return
            await self.pop_screen()

    def _desk_screens(self) -> list[DeskScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, DeskScreen)]

    async def open_customer(self, key: RowKey) -> None:
        """Show one customer."""
        from models.customer_page import read_customer
        from screens.customer import CustomerScreen

        store = self.desk.store
        page = await self.desk.reader.aside(lambda: read_customer(store, key))
        await self.push_screen(CustomerScreen(self.desk, page))

    async def open_guide(self, resource: Resource) -> None:
        """Show a guide."""
        from screens.guide import GuideScreen

        await self.push_screen(GuideScreen(self.desk, resource))

    async def open_import(self, path: Path) -> None:
        """Show what a file would change."""
        from screens.import_customers import ImportScreen

        scope = self.desk.scope
        if scope is not None and scope.account is not None:
            await self.push_screen(ImportScreen(self.desk, scope.account, path))

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
        while len(self._desk_screens()) > 2:
            await self.pop_screen()
        await self._tell_scope()

    async def _tell_scope(self) -> None:
        for screen in self._desk_screens():
            screen.header.refresh()
        if isinstance(self.screen, DeskScreen):
            await self.screen.scope_chosen()

    async def book_changed(self) -> None:
        """Look at once, since it was changed here."""
        await self._look()


async def _drained(widget: Widget) -> None:
    """Wait until a widget has taken all keys that were handed to it."""
    done = asyncio.Event()
    if widget.call_later(done.set):
        await done.wait()


def run(desk: Desk, *, mouse: bool) -> int:
    """Run the console until the person leaves it, and return what to tell the shell.

    That is 0, or 128 and the signal's number where a signal ended it.

    Raises:
        DeskError: the book could not be used; the terminal is as it was.
    """
    app = DeskApp(desk)
    try:
        app.run(mouse=mouse)
    finally:
        desk.close()
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
