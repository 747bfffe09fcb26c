"""The app: opens screens by name, moves between them, and shows messages of background work."""

from __future__ import annotations

import asyncio
import gc
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from partnerdesk.models.core.errors import SettingsError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.screens.resources.list import ResourcesScreen
from partnerdesk.tui.book_watch import BookWatch
from partnerdesk.tui.last_frame import LastPicture
from partnerdesk.tui.partner_center import PartnerCenterApp
from partnerdesk.tui.screens import LIGHT_SCREENS, MAIN_SCREENS, all_screens, screen_class
from partnerdesk.tui.theme_switch import ThemeSwitch
from partnerdesk.tui.widgets.actions import GO, SIGN_IN_TO
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.wire import own_driver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping, Sequence

    from textual.screen import Screen

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec, RowKey
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.questions import Instead
    from partnerdesk.tui.widgets.sections import Section
    from partnerdesk.tui.wire.startup_snapshot import PictureFile

SAVE_SECONDS = 0.3
"""How long leaving waits until the state of the lists is saved."""


class ConsoleApp(PartnerCenterApp):
    """The console over one open book."""

    TITLE = "partnerdesk"
    ENABLE_COMMAND_PALETTE = False  # Enter takes an old entry while Textual's own is searching
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True),
        Binding("ctrl+p", "palette", show=False, priority=True),
    ]

    def __init__(self, desk: AppSession, last_picture: PictureFile | None = None) -> None:
        super().__init__(desk)
        self.book = BookWatch(self, desk, self._catch_up, self.tell_notices)
        self.last_picture = LastPicture(desk, last_picture)
        self._warned_of: object = None
        """The job whose loss on leaving the person was warned of."""
        self._themes = ThemeSwitch(self, desk, self.last_picture.themed)
        self.driver_class = own_driver(
            self.driver_class, sparing=desk.settings.drawing == "changes"
        )

    # Start and end

    def before_leaving(self) -> None:
        """Save the state of the lists, and store the picture of the top screen for the next start.

        The lists are saved at once, because the process may be ended by force later. They are
        saved in a thread, because the disk or a lock may hang.
        """
        self.stop_calls()
        if self.screen_stack:
            self.take_picture(self.screen_stack[-1])
        saving = Thread(target=self.desk.remembered.save, daemon=True)
        saving.start()
        saving.join(SAVE_SECONDS)

    @property
    def is_restricted(self) -> bool:
        """Whether the person has the console alone, and no shell behind it."""
        return self.desk.settings.restricted

    def stop_waiting(self) -> bool:
        """Stop the wait for a book that another process holds; nothing was written yet."""
        return self.desk.store.lock_waits.stop()

    def take_picture(self, screen: Screen[Any]) -> None:
        """Store the picture of `screen` before another screen covers it."""
        if self.picture is not None and self.standing is None and isinstance(screen, AppScreen):
            self.last_picture.take(screen, self.picture)

    def refresh_css(self, animate: bool = True) -> None:
        """Apply new styles; before the first screen only the variables are set, which is faster."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    async def on_mount(self) -> None:
        """Show the first screen at once, and open the book in the background."""
        if not self.is_headless:
            self.watch_over()
        if not self._use_keymap():
            return
        self.start(self.book.open)
        self.rehearsal.begin()
        last = self.desk.remembered.screen if self.desk.settings.start == "last" else ""
        first = last if last in MAIN_SCREENS else "resources"
        await self.push_screen(await self._load_screen(first))
        self.call_after_refresh(self._collect_garbage)

    def _collect_garbage(self) -> None:
        """Collect garbage from now on, but never look again at what the start has made."""
        if not self.is_headless:
            gc.freeze()
        gc.enable()

    def _catch_up(self) -> None:
        """Refresh the screen on top; a screen below refreshes when it comes to the top."""
        for screen in self._app_screens()[-1:]:
            screen.call_later(screen.catch_up)
        self.keep_up()

    def _use_keymap(self) -> bool:
        """Apply the remapped keys; end the console and return False if they are invalid."""
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
        """Open the palette of actions and perform the chosen one."""
        screen = self.screen
        if not isinstance(screen, AppScreen):
            return
        from partnerdesk.screens.shared.palette import CUSTOMER, LEAVE, REDRAW, SETTING, Palette
        from partnerdesk.tui.screens import actions_elsewhere

        # Only the form's own key leaves a form, because that key asks about unsaved text.
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
        await self.ask_dialog(Palette(self.desk, screen.offered_actions(), others), chosen)

    def tell_setting(self, name: str) -> None:
        """Show the value of a setting, its origin, and the file in which to change it."""
        from partnerdesk.models.core import paths
        from partnerdesk.models.settings.describe import describe_settings

        value = shown(describe_settings(self.desk.settings)[name])
        text = _("{name} = {value}. It is changed in {file}; the next start heeds it.")
        self.say(text.format(name=name, value=value, file=paths.user_settings()), whole=True)

    async def action_quit(self) -> None:
        """Leave the console; if work would be lost, warn first and leave at the second request."""
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
        """Show which key leaves the console, because many press ctrl+c by habit."""
        self.say(_("ctrl+q quits."))

    def say(self, text: str, *, error: bool = False, whole: bool = False) -> None:
        """Show a message in the status line of the screen on top, unless a question is open."""
        for screen in self._app_screens()[-1:]:
            screen.call_later(screen.take_word, text, error=error, whole=whole)

    def unsay(self, text: str) -> None:
        """Take a message back, on whichever screen it still stands: it holds no more."""
        for screen in self._app_screens():
            if text and screen.status.message == text:
                screen.status.say("")

    def warn(self, text: str) -> None:
        """Show a warning on the screen on top, even while a question is open."""
        for screen in self._app_screens()[-1:]:
            screen.call_later(screen.take_warning, text)

    def tell_notices(self) -> None:
        """Report damaged files; while a question is open, keep the notices for a later call."""
        screens = self._app_screens()
        if self.desk.notices and screens and not screens[-1].awaits_key:
            self.say(self.desk.take_notices(), error=True)

    # Between screens

    def first_screen(self) -> Screen[Any]:
        """Return the screen below all others."""
        return ResourcesScreen(self.desk)

    async def ready(self) -> None:
        """Wait until the modules that plans and pages need are imported."""
        await self.book.imported.wait()

    async def _load_screen(self, name: str, *given: Any, **named: Any) -> AppScreen:
        """Return a loaded screen, with the state of the book before its reads."""
        if name not in LIGHT_SCREENS:
            await self.ready()
        state = self.desk.state
        screen = await screen_class(name).load(self.desk, *given, **named)
        screen.shown_state = state
        return screen

    async def show(self, name: str, *given: Any, **named: Any) -> None:
        """Push the screen called `name`; its `load` takes the further arguments."""
        screen = await self._load_screen(name, *given, **named)
        await self.push_screen(screen)
        await self._after_shown(screen)

    async def replace(self, name: str, *given: Any, **named: Any) -> None:
        """Replace the screen on top by the screen called `name`."""
        screen = await self._load_screen(name, *given, **named)
        await self.switch_screen(screen)
        await self._after_shown(screen)

    async def _after_shown(self, screen: AppScreen) -> None:
        await self.settled()
        self.give_back(screen)

    async def read_details(self, name: str, key: RowKey) -> Sequence[Section]:
        """Return what the screen called `name` says of a record, for the details beside a list."""
        await self.ready()
        return await screen_class(name).read_details(self.desk, key, self.show)

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
        instead: Instead | None = None,
    ) -> None:
        """Show a plan.

        Args:
            plan: the plan.
            done: called after the plan was carried out.
            conflict: called if the plan's data were changed by others.
            instead: what a refused plan offers.
        """
        await self.show("plan", plan, done, conflict, instead)

    async def go_back(self) -> None:
        """Go back to the screen below; from the last screen, go to the resources."""
        if len(self._app_screens()) > 1:
            await self.pop_screen()
            await self.settled()
        else:
            await self.go_to("resources")

    async def go_to(self, name: str, act: str = "") -> None:
        """Go to a main screen, back if it is open, else to a new one; then perform action `act`."""
        with self.batch_update():  # the screens in between are never painted
            while isinstance(self.screen, AppScreen) and name != self.screen.NAME:
                if len(self._app_screens()) > 1:
                    await self.pop_screen()
                elif name == "resources":
                    await self.switch_screen(await self._load_screen(name))
                else:
                    await self.push_screen(await self._load_screen(name))
        self.screen.refresh()
        await self.settled()
        if act and isinstance(self.screen, AppScreen):
            await self.screen.action_perform(act)

    def _app_screens(self) -> list[AppScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, AppScreen)]

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        screen = self.screen
        if isinstance(screen, AppScreen):
            from partnerdesk.screens.shared.help import SUSPENDING, HelpScreen

            moving = [*screen.moving(), *([SUSPENDING] if self.can_suspend else [])]
            keys = self.desk.settings.keys
            await self.push_screen(HelpScreen(screen.offered_actions(), keys, moving))

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        if self.desk.scope is None:
            return
        from partnerdesk.screens.shared.cloud_selector import CloudSelector

        await self.ask_dialog(CloudSelector(self.desk), self._scope_chosen)

    async def _scope_chosen(self, key: str | None) -> None:
        if key is None:
            return
        if key.startswith(SIGN_IN_TO):
            await self.sign_in(int(key.removeprefix(SIGN_IN_TO)))
            return
        self.desk.choose(key)
        self.start(partial(asyncio.to_thread, self.desk.write_down))
        while len(self._app_screens()) > 1 and not self._app_screens()[-1].IS_MAIN:
            await self.pop_screen()  # its record belongs to the other account
        self._catch_up()

    async def choose_theme(self, name: str = "") -> None:
        """Switch to a theme, or let choose from all; see `ThemeSwitch.choose`."""
        await self._themes.choose(name)

    async def choose_columns(
        self,
        spec: ListSpec,
        chosen: Chosen,
        widths: Mapping[str, int],
        hidden: Container[str],
        done: Callable[[Chosen | None], Awaitable[None]],
    ) -> None:
        """Open the dialog to choose the columns of a list."""
        from partnerdesk.screens.shared.columns_dialog import ColumnsDialog

        await self.ask_dialog(ColumnsDialog(spec, chosen, widths, hidden), done)

    async def send_letters(self, change_id: int | None = None) -> str:
        """Send the waiting letters in a thread; return the result as text for the person."""
        from partnerdesk.mailing.outbox import send_waiting

        desk = self.desk
        sent = await asyncio.to_thread(
            send_waiting, desk.store, desk.settings.mail, desk.clock, change_id
        )
        return sent.text

    async def look(self) -> None:
        """Check whether the book was changed."""
        await self.book.look()

    async def book_changed(self) -> None:
        """Check for changes after a write of this console, and wait until they are shown."""
        await self.look()
        await self.settled()
