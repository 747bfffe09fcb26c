"""What screens ask the app for. They know these words only, never the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping

    from textual.screen import Screen

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec


Answer = TypeVar("Answer")


class Shell(Protocol):
    """The app, as its screens see it. Each call returns when what it asks for is on the screen.

    What is awaited here is for what a person does (`do_…`, and what it calls): the app carries
    that out, one thing after the other, and it may take the screen away that asked. A handler of a
    screen (`on_…`) never waits: it uses `begin`, `start` and `say`, which come back at once.
    """

    # To other screens, by the names in `tui/screens.py`

    async def show(self, name: str, *given: Any, **named: Any) -> None:
        """Show the screen called `name` above this one; its `load` takes what is given."""
        ...

    async def replace(self, name: str, *given: Any, **named: Any) -> None:
        """Show the screen called `name` in the place of this one."""
        ...

    async def go_to(self, name: str, act: str = "") -> None:
        """Go to a main screen by its name, and do the action `act` there."""
        ...

    async def go_back(self) -> None:
        """Go back to the screen below."""
        ...

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show a plan; `done` is called when it was carried out and the plan is off the screen.

        `conflict` is called in its place where somebody changed a record since it was planned.
        """
        ...

    # Dialogs

    async def ask_dialog(
        self, dialog: Screen[Answer], answered: Callable[[Answer | None], Awaitable[None] | None]
    ) -> None:
        """Show a dialog; `answered` gets its answer when it is off the screen."""
        ...

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        ...

    async def choose_columns(
        self,
        spec: ListSpec,
        chosen: Chosen,
        widths: Mapping[str, int],
        hidden: Container[str],
        done: Callable[[Chosen | None], Awaitable[None]],
    ) -> None:
        """Show all columns of a list to choose from; `done` gets the chosen ones.

        `widths` are those on the screen, and `hidden` the columns that say nothing here.
        """
        ...

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        ...

    # What is done

    def begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        """Do something for a screen as if a key had been pressed; not where it is left by then."""
        ...

    def start(
        self, work: Callable[[], Awaitable[object]], busy_with: str = "", *, keeps: str = ""
    ) -> None:
        """Do some work beside: it goes on when the screen that began it is left.

        Where it would be lost with the console, `busy_with` says in words what it is. Work that
        takes a moment is waited for; where it does not come to its end, `keeps` says what is lost.
        """
        ...

    async def ready(self) -> None:
        """Wait until what plans and pages need is imported, which begins when the book is open."""
        ...

    async def settled(self) -> None:
        """Wait until the screen on top shows what it was asked for."""
        ...

    async def send_letters(self, change_id: int | None = None) -> str:
        """Hand the letters that wait to the mail server; return what came of it, in words."""
        ...

    def say(self, text: str, *, error: bool = False) -> None:
        """Say something in the status line of the screen on top, unless it asks something."""
        ...

    async def book_changed(self) -> None:
        """Look at the book at once, since it was changed here."""
        ...

    async def look(self) -> None:
        """Look at the book; for work beside, which waits for no screen."""
        ...

    # What is kept of a screen

    def keep_typed(self, screen: Screen[Any]) -> None:
        """Keep what is typed on a screen that is left, until such a one is opened again."""
        ...

    def take_typed(self, belongs_to: str) -> Mapping[str, str]:
        """Return what was typed when a screen failed, by what it belongs to; once."""
        ...

    def unveil(self) -> None:
        """Show what is there by now, where the picture in which the console was left stands."""
        ...

    def take_picture(self, screen: Screen[Any]) -> None:
        """Take note of what the terminal shows of `screen`, which is about to be covered."""
        ...
