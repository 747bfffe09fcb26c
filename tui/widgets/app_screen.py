"""The base of every screen: header, body, status line and key bar, and the dispatch of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.actions import CLOUD, EVERYWHERE, GO, MAIN_PLACES, Action, bindings
from partnerdesk.tui.widgets.command_line import CommandLine
from partnerdesk.tui.widgets.copying import Copies
from partnerdesk.tui.widgets.header import DeskHeader
from partnerdesk.tui.widgets.lines import KeyBar, StatusLine
from partnerdesk.tui.widgets.motions import (
    ACROSS,
    MOUSE,
    MOVING,
    NO_NUMBERS,
    NUMBERS,
    SEEN,
    Motions,
    Seen,
)
from partnerdesk.tui.widgets.prompt import Prompt
from partnerdesk.tui.widgets.questions import Act, Choice, done
from partnerdesk.tui.widgets.reads import Reads, drained
from partnerdesk.tui.widgets.unsaved import line_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.events import Resize

    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.record_table import RecordTable
    from partnerdesk.tui.widgets.sections import Section

    Show = Callable[..., Awaitable[None]]
    """Leads to a screen by its name."""

SMALLEST = (60, 15)
"""Columns and rows below which the console says that the terminal is too small."""


class AppScreen(Copies):
    """A screen of the console; subclasses set `NAME`, `ACTIONS` (`do_…` methods) and a body."""

    AUTO_FOCUS = ""  # each screen sets the focus itself
    NAME: ClassVar[str] = ""
    IS_MAIN: ClassVar[bool] = False
    """Whether `g` leads to the screen, so that the console can start with it."""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    OWN_ACCOUNT: ClassVar[bool] = False
    """Whether the record decides the account, so that changes are allowed over all clouds, too."""

    DEFAULT_CSS = """
    AppScreen #foot { dock: bottom; height: auto; }
    AppScreen #too-small {
        display: none; width: 100%; height: 100%; content-align: center middle;
    }
    AppScreen.-too-small > * { display: none !important; }
    AppScreen.-too-small #too-small { display: block !important; }
    """

    header = query_one(DeskHeader)
    key_bar = query_one(KeyBar)

    def __init_subclass__(cls) -> None:
        cls.BINDINGS = [*bindings(cls.all_actions())]  # before Textual merges them
        super().__init_subclass__()

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self.shown_state = desk.state
        """The scope and the state of the book that the screen shows."""

    @classmethod
    async def load(cls, desk: AppSession, *given: Any, **named: Any) -> AppScreen:
        """Return the screen with its record, read in a thread; the app then shows the screen.

        Raises:
            AppError: the record cannot be read.
        """
        return cls(desk, *given, **named)

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read what the screen says of a record, for the details beside a list.

        Args:
            desk: the open book.
            key: the key of the record.
            show: leads to a screen by its name.

        Raises:
            AppError: the record cannot be read.
        """
        raise NotImplementedError

    def typed_before(self, label: str) -> str:
        """Remove and return the answer typed to the same question when such a screen failed."""
        return self.shell.take_typed(line_of(self, self.about, label)).get("", "")

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the screen's own actions and those of every screen, help last."""
        own = {action.id for action in cls.ACTIONS}
        return (*cls.ACTIONS, *(action for action in EVERYWHERE if action.id not in own))

    def offered_actions(self) -> tuple[Action, ...]:
        """Return the actions that can mean something here, which help and palette show."""
        return self.all_actions()

    def compose(self) -> ComposeResult:
        """Build the frame around the body."""
        from textual.containers import Vertical

        yield DeskHeader(self.desk)
        yield from self.body()
        with Vertical(id="foot"):
            yield StatusLine()
            yield Prompt()
            yield KeyBar(self.all_actions(), self.desk.settings.keys)
        yield Static(id="too-small")

    def body(self) -> ComposeResult:
        """Build the widgets between header and status line."""
        raise NotImplementedError

    def on_resize(self, event: Resize) -> None:
        """Wrap an open question anew; show a notice instead if the terminal is too small."""
        self.pack_choices()
        columns, rows = SMALLEST
        too_small = event.size.width < columns or event.size.height < rows
        self.set_class(too_small, "-too-small")
        if too_small:
            self.query_one("#too-small", Static).update(
                Content(
                    _(
                        "The terminal is {width}×{height}; at least {columns}×{rows} is needed."
                    ).format(
                        width=event.size.width, height=event.size.height, columns=columns, rows=rows
                    )
                )
            )

    def on_screen_resume(self) -> None:
        """Show changes made while another screen was on top; remember a main screen."""
        self.catch_up()
        for part in self._moved_parts():
            part.refresh_pointer()
        if self.IS_MAIN:
            self.desk.remembered.screen = self.NAME

    def on_screen_suspend(self) -> None:
        """Store the picture of the screen for the next start, and hide the mark of the cursor."""
        self.shell.take_picture(self)
        for part in self._moved_parts():
            part.refresh_pointer()

    def catch_up(self) -> None:
        """Refresh the screen if the scope or the book changed since it was read.

        Called in the screen's own queue when it comes to the top, and when the app sees a change.
        """
        self.header.keep_up()
        before, self.shown_state = self.shown_state, self.desk.state
        if self.shown_state.scope != before.scope:
            self.scope_chosen()
        elif self.shown_state.pulse != before.pulse:
            self.book_changed()

    def open_customers(self) -> tuple[int, ...]:
        """Return the ids of the customers on this screen; a sync reads their details first."""
        return ()

    def scope_chosen(self) -> None:
        """Start to show another scope; called after the scope was changed."""

    def book_changed(self) -> None:
        """Start to read the book again; called after the book was changed."""

    async def answered(self) -> None:
        """Wait until the reads of the screen and its widgets have returned."""
        await drained(self)
        while self.is_reading:
            await super().answered()
            for part in self._reading_parts():
                await part.answered()

    async def settled(self) -> None:
        """Wait until the reads of the screen and its widgets are shown; see `Reads.settled`."""
        while True:
            await super().settled()
            for part in self._reading_parts():
                await part.settled()
            if not self.is_reading:
                return

    @property
    def is_reading(self) -> bool:
        """Whether a read that keys wait for is not shown yet."""
        return super().is_reading or any(part.is_reading for part in self._reading_parts())

    def _reading_parts(self) -> list[Reads]:
        return [part for part in self.walk_children(Widget) if isinstance(part, Reads)]

    def reading_failed(self, error: AppError) -> None:
        """Show the error of a read; the content stays."""
        self.fail(error)

    def _moved_parts(self) -> list[Motions]:
        return [part for part in self.walk_children(Widget) if isinstance(part, Motions)]

    def moving(self) -> list[tuple[str, str]]:
        """Return the keys that move and are no actions, each with its description, for the help."""
        lines = list(MOVING)
        if any(isinstance(part, Seen) for part in self._moved_parts()):
            lines += SEEN
        if any(isinstance(part, Seen) and part.has_columns for part in self._moved_parts()):
            lines += ACROSS
        lines += NUMBERS if self.digits_are_free else NO_NUMBERS
        return [*lines, *MOUSE]

    # Performing actions

    async def action_perform(self, id: str) -> None:
        """Perform the action with this `id`, or show why it is refused now."""
        for action in self.all_actions():
            if action.id == id:
                await self.perform(action)

    async def perform(self, action: Action) -> None:
        """Perform `action`, or show why it is refused now; show errors in the status line."""
        await drained(self)  # messages of the previous key come first
        if self.status.message:
            self.status.say("")
        if reason := self.refusal(action):
            self.status.say(reason)
            return
        if action.changes:
            await self.shell.ready()
        await self.attempt(getattr(self, action.method))

    async def attempt(self, act: Act) -> bool:
        """Run `act` and wait until its result is shown; show an `AppError` in the status line.

        Returns whether `act` succeeded.
        """
        try:
            await done(act)
        except AppError as error:
            self.shell.say(str(error), error=True)
            return False
        await self.shell.settled()
        return True

    def begin(self, action: Action | str) -> None:
        """Let the app perform an action of this screen, as if its key had been pressed.

        Event handlers use this method to start an action that may close the screen; they never wait
        for the action.
        """
        if isinstance(action, str):
            action = next(known for known in self.all_actions() if known.id == action)
        self.shell.begin(self, partial(self.perform, action))

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; empty if it is allowed."""
        if not action.changes:
            return ""
        return self.desk.why_no_change(own_account=self.OWN_ACCOUNT)

    def on_record_table_failed(self, event: RecordTable.Failed) -> None:
        """Show why rows could not be read."""
        self.fail(event.error)

    def on_record_table_slow(self, event: RecordTable.Slow) -> None:
        """Show that reading takes long; the rows stay, and keys work as usual."""
        reading = _("Reading …")
        if not event.is_over and not self.awaits_key:
            self.status.say(reading)
        elif self.status.message == reading:
            self.status.say("")

    def on_desk_header_clicked(self) -> None:
        """Open the cloud selector."""
        self.begin(CLOUD)

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """Perform the clicked action."""
        event.stop()
        self.begin(event.action)

    # Actions of every screen

    async def do_back(self) -> None:
        """Go back to the screen below."""
        await self.shell.go_back()

    def do_go(self) -> None:
        """Ask where to go; a second g goes to the first line, or to the line typed before."""
        count, focused = self.take_count(), self.focused
        parts = [focused] if isinstance(focused, Motions) else self._moved_parts()
        body = parts[0] if parts else None
        top: list[Choice] = []
        if body is not None:
            label = str(count) if count else _("Top")  # short: the question keeps to one line
            top = [Choice("g", label, partial(body.move_to, max(count - 1, 0)))]
        self.choose(
            _("Go:"),
            [
                *(
                    Choice(key, _(title), partial(self.shell.go_to, name))
                    for key, name, title in MAIN_PLACES
                ),
                *top,
            ],
            brief=True,
        )

    async def do_cloud(self) -> None:
        """Open the cloud selector."""
        await self.shell.choose_cloud()

    async def do_sign_in(self) -> None:
        """Open the sign-in of the chosen account."""
        await self.shell.sign_in()

    async def do_theme(self, name: str = "") -> None:
        """Switch to the theme `name`, or open the dialog with all themes."""
        await self.shell.choose_theme(name)

    def do_command(self) -> None:
        """Open the command line."""
        actions = self.all_actions()
        # Only the form's own key leaves a form, because that key asks about unsaved text.
        places = MAIN_PLACES if GO in actions else ()
        words = {name: (_(title), partial(self.shell.go_to, name)) for _key, name, title in places}
        CommandLine(self, actions, words).ask()

    async def do_help(self) -> None:
        """Show the keys of this screen."""
        await self.shell.show_help()

    async def do_refresh(self) -> None:
        """Read the book again and wait until the result is shown; begin to sync beside it."""
        begun = self.shell.sync()
        self.book_changed()
        await self.settled()
        self.status.say(begun or _("Read again."))
