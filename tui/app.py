"""The app: shows screens by their names, moves between them, and says what comes from beside."""

from __future__ import annotations

import asyncio
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from partnerdesk.models.core.errors import SettingsError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.screens.resources.list import ResourcesScreen
from partnerdesk.tui.base_app import BaseApp
from partnerdesk.tui.book_watch import BookWatch
from partnerdesk.tui.last_frame import LastPicture
from partnerdesk.tui.screens import LIGHT_SCREENS, MAIN_SCREENS, all_screens, screen_class
from partnerdesk.tui.themes import ANSI, THEMES
from partnerdesk.tui.widgets.actions import GO
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.wire import own_driver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping

    from textual.screen import Screen

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.wire.startup_snapshot import PictureFile

SAVE_SECONDS = 0.3
"""How long leaving waits for how the lists are left to be written."""


class ConsoleApp(BaseApp):
    """The console over one open book."""

    TITLE = "partnerdesk"
    ENABLE_COMMAND_PALETTE = False  # it takes what it showed before it has narrowed
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True),
        Binding("ctrl+p", "palette", show=False, priority=True),
    ]

    def __init__(self, desk: AppSession, last_picture: PictureFile | None = None) -> None:
        super().__init__(desk.clock, terminal_palette=desk.settings.theme == ANSI.name)
        self.desk = desk
        self.book = BookWatch(self, desk, self._catch_up, self.tell_notices)
        self.last_picture = LastPicture(desk, last_picture)
        self._warned_of: object = None
        """The job of which the person knows that it would be lost by leaving."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = desk.settings.theme
        self.driver_class = own_driver(
            self.driver_class, sparing=desk.settings.drawing == "changes"
        )

    # Start and end

    def before_leaving(self) -> None:
        """Keep what the main screen on top shows for the next start, and how the lists are left.

        The lists at once: on a busy machine the end may have to be forced. In a thread, since the
        disk, or a lock, may be what hangs.
        """
        if self.screen_stack:
            self.take_picture(self.screen_stack[-1])
        saving = Thread(target=self.desk.remembered.save, daemon=True)
        saving.start()
        saving.join(SAVE_SECONDS)

    def take_picture(self, screen: Screen[Any]) -> None:
        """Take note of what the terminal shows of `screen`, which is about to be covered."""
        if self.picture is not None and self.standing is None and isinstance(screen, AppScreen):
            self.last_picture.take(screen, self.picture)

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
        self.start(self.book.open)
        last = self.desk.remembered.screen if self.desk.settings.start == "last" else ""
        first = last if last in MAIN_SCREENS else "resources"
        await self.push_screen(await self._loaded(first))

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

        try:
            check_keymap(keys, all_screens())
        except SettingsError as error:
            self.fail(error)
            return False
        self.set_keymap(keys)
        return True

    # Actions by name

    async def action_palette(self) -> None:
        """Ask for an action by any part of its name, and do it."""
        screen = self.screen
        if not isinstance(screen, AppScreen):
            return
        from partnerdesk.screens.shared.palette import CUSTOMER, LEAVE, REDRAW, SETTING, Palette
        from partnerdesk.tui.screens import actions_elsewhere

        # A form is left by its own key only: that asks for what is not kept.
        leads_away = any(action.id == GO.id for action in screen.all_actions())
        elsewhere = actions_elsewhere(screen) if leads_away else {}

        async def chosen(id: str | None) -> None:
            if id == REDRAW:
                self.redraw()
            elif id == LEAVE:
                await self.action_quit()
            elif id in elsewhere:
                place = elsewhere[id]
                await self.go_to(place.screen, place.tab)
                if isinstance(self.screen, AppScreen):
                    await self.screen.action_perform(place.action.id)
            elif id is not None and id.startswith(CUSTOMER):
                await self.show("customer", int(id.removeprefix(CUSTOMER)))
            elif id is not None and id.startswith(SETTING):
                self.tell_setting(id.removeprefix(SETTING))
            elif id is not None:
                await screen.action_perform(id)

        others = [(id, place.title, place.action) for id, place in elsewhere.items()]
        await self.ask_dialog(Palette(self.desk, screen.all_actions(), others), chosen)

    def tell_setting(self, name: str) -> None:
        """Say what a setting is, who said so, and where it is changed."""
        from partnerdesk.models.core import paths
        from partnerdesk.models.settings.told import told_settings

        told = told_settings(self.desk.settings)[name]
        said = _("{name} = {value}. It is changed in {file}; the next start heeds it.")
        self.say(said.format(name=name, value=shown(told), file=paths.user_settings()), whole=True)

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

    def say(self, text: str, *, error: bool = False, whole: bool = False) -> None:
        """Say something in the status line of the main screen on top, unless it asks something."""
        for screen in self._desk_screens()[-1:]:
            screen.call_later(screen.take_word, text, error=error, whole=whole)

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
        return ResourcesScreen(self.desk)

    async def ready(self) -> None:
        """Wait until what plans and pages need is imported."""
        await self.book.imported.wait()

    async def _loaded(self, name: str, *given: Any, **named: Any) -> AppScreen:
        """Return a screen with what it shows, and the state of the book in which that was read."""
        if name not in LIGHT_SCREENS:
            await self.ready()
        seen = self.desk.state
        screen = await screen_class(name).load(self.desk, *given, **named)
        screen.shown_state = seen
        return screen

    async def show(self, name: str, *given: Any, **named: Any) -> None:
        """Show the screen called `name` above what is open; its `load` takes what is given."""
        screen = await self._loaded(name, *given, **named)
        await self.push_screen(screen)
        await self._shown(screen)

    async def replace(self, name: str, *given: Any, **named: Any) -> None:
        """Show the screen called `name` in the place of the one on top."""
        screen = await self._loaded(name, *given, **named)
        await self.switch_screen(screen)
        await self._shown(screen)

    async def _shown(self, screen: AppScreen) -> None:
        await self.settled()
        self.give_back(screen)

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show a plan; `done` is called when it was carried out, `conflict` where it could not."""
        await self.show("plan", plan, done, conflict)

    async def go_back(self) -> None:
        """Go back to the screen below; below the others lie the resources."""
        if len(self._desk_screens()) > 1:
            await self.pop_screen()
            await self.settled()
        else:
            await self.go_to("resources")

    async def go_to(self, name: str, act: str = "") -> None:
        """Go to a main screen: back to it where it is open, else to a new one; `act` there."""
        while isinstance(self.screen, AppScreen) and name != self.screen.NAME:
            if len(self._desk_screens()) > 1:
                await self.pop_screen()
            elif name == "resources":
                await self.switch_screen(await self._loaded(name))
            else:
                await self.push_screen(await self._loaded(name))
        await self.settled()
        if act and isinstance(self.screen, AppScreen):
            await self.screen.action_perform(act)

    def _desk_screens(self) -> list[AppScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, AppScreen)]

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        screen = self.screen
        if isinstance(screen, AppScreen):
            from partnerdesk.screens.shared.help import SUSPENDING, HelpScreen

            moving = [*screen.moving(), *([SUSPENDING] if self.can_suspend else [])]
            keys = self.desk.settings.keys
            await self.push_screen(HelpScreen(screen.all_actions(), keys, moving))

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

    async def choose_columns(
        self,
        spec: ListSpec,
        chosen: Chosen,
        widths: Mapping[str, int],
        hidden: Container[str],
        done: Callable[[Chosen | None], Awaitable[None]],
    ) -> None:
        """Show all columns of a list to choose from."""
        from partnerdesk.screens.shared.columns_dialog import ColumnsDialog

        await self.ask_dialog(ColumnsDialog(spec, chosen, widths, hidden), done)

    async def send_letters(self, change_id: int | None = None) -> str:
        """Hand the letters that wait to the mail server; return what came of it, in words."""
        from partnerdesk.mailing.outbox import send_waiting

        desk = self.desk
        sent = await asyncio.to_thread(
            send_waiting, desk.store, desk.settings.mail, desk.clock, change_id
        )
        return sent.text

    async def look(self) -> None:
        """Look whether the book was changed."""
        await self.book.look()

    async def book_changed(self) -> None:
        """Look at once, since it was changed here, and wait until that is shown."""
        await self.look()
        await self.settled()
