"""The protocol through which screens call the app; screens never import the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping, Sequence

    from textual.screen import Screen

    from partnerdesk.models.accounts.accounts import SignInWay
    from partnerdesk.models.accounts.signing_in import WatchedSignIn
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec, RowKey
    from partnerdesk.tui.widgets.questions import Instead
    from partnerdesk.tui.widgets.sections import Section


Answer = TypeVar("Answer")


class Shell(Protocol):
    """The app, as its screens see it; each awaited call returns when its result is shown.

    Only actions (`do_…`, and what they call) may await these methods: the app runs one action
    after the other, and the call may remove the screen that made it. An event handler (`on_…`)
    never waits: it uses `begin`, `start` and `say`, which return at once.
    """

    # To other screens, by the names in `tui/screens.py`

    async def show(self, name: str, *given: Any, **named: Any) -> None:
        """Push the screen called `name`; its `load` takes the further arguments."""
        ...

    async def replace(self, name: str, *given: Any, **named: Any) -> None:
        """Replace this screen by the screen called `name`."""
        ...

    async def go_to(self, name: str, act: str = "") -> None:
        """Go to a main screen by its name, and perform the action `act` there."""
        ...

    async def go_back(self) -> None:
        """Go back to the screen below."""
        ...

    async def read_details(self, name: str, key: RowKey) -> Sequence[Section]:
        """Return what the screen called `name` says of a record, for the details beside a list."""
        ...

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
        instead: Instead | None = None,
    ) -> None:
        """Show a plan; call `done` after it was carried out and its screen is closed.

        Call `conflict` instead if somebody changed a record since the plan was made. `instead` is
        what a refused plan offers.
        """
        ...

    # Dialogs

    async def ask_dialog(
        self, dialog: Screen[Answer], answered: Callable[[Answer | None], Awaitable[None] | None]
    ) -> None:
        """Show a dialog; call `answered` with the answer after the dialog is closed."""
        ...

    async def choose_cloud(self) -> None:
        """Open the cloud selector."""
        ...

    async def sign_in(self, account_id: int = 0) -> None:
        """Open the sign-in of an account; 0 for the chosen one.

        Raises:
            AppError: no account is chosen, or it is kept by hand.
        """
        ...

    async def begin_sign_in(self, account_id: int, way: SignInWay) -> WatchedSignIn:
        """Begin to sign in to an account; whoever begins it cancels it.

        Raises:
            AppError: the account cannot be signed in to.
        """
        ...

    async def choose_theme(self, name: str = "") -> None:
        """Switch to the theme `name`; without a name, open the dialog with all themes."""
        ...

    async def choose_columns(
        self,
        spec: ListSpec,
        chosen: Chosen,
        widths: Mapping[str, int],
        hidden: Container[str],
        done: Callable[[Chosen | None], Awaitable[None]],
    ) -> None:
        """Open the dialog to choose the columns of a list; call `done` with the chosen columns.

        `widths` are the current widths in cells; `hidden` are the columns not shown in this scope.
        """
        ...

    async def show_help(self) -> None:
        """Show the keys of the screen on top."""
        ...

    async def check_online(
        self, account_id: int, domain: str, address: Mapping[str, str]
    ) -> tuple[Reason, ...]:
        """Return what Partner Center says of the domain and address of a form, a moment later.

        A newer question replaces it in the screen's `read`; each is asked once.

        Raises:
            AppError: Partner Center cannot be asked at present.
        """
        ...

    async def read_obstacles(self, account_id: int, microsoft_id: str) -> Mapping[str, str]:
        """Return what Partner Center knows of the checklist of an ending, by its points.

        Raises:
            AppError: Partner Center cannot be asked at present.
        """
        ...

    async def fetch_link(self, account_id: int) -> str:
        """Return the invitation link of an account, fetched now if it has none; empty without one.

        Raises:
            AppError: Partner Center cannot be asked at present; the call waits in the outbox.
        """
        ...

    # Work

    def begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        """Run `act` as if a key had been pressed, if `screen` is still on top then."""
        ...

    def start(
        self, work: Callable[[], Awaitable[object]], busy_with: str = "", *, keeps: str = ""
    ) -> None:
        """Start background work; it continues when the screen that started it is left.

        `busy_with` is the text for the person if leaving the console would cut off long work.
        Leaving waits a moment for short work; `keeps` says what is lost if it is cut off.
        """
        ...

    async def ready(self) -> None:
        """Wait until the modules of plans and pages are imported, after the book was opened."""
        ...

    async def settled(self) -> None:
        """Wait until the screen on top has finished its reads."""
        ...

    async def send_letters(self, change_id: int | None = None) -> str:
        """Send the waiting letters; return the result as text for the person."""
        ...

    def say(self, text: str, *, error: bool = False) -> None:
        """Show a message in the status line of the screen on top, unless a question is open."""
        ...

    async def book_changed(self) -> None:
        """Check for changes after a write of this console, and wait until they are shown."""
        ...

    def sync(self) -> str:
        """Begin to sync the chosen account with Partner Center, beside the screens.

        Returns what is to be said of it; empty if no chosen account is connected.
        """
        ...

    async def look(self) -> None:
        """Check whether the book was changed; for background work, which waits for no screen."""
        ...

    # The state of screens

    def keep_typed(self, screen: Screen[Any]) -> None:
        """Keep the text typed on a screen that is left, until such a screen is opened again."""
        ...

    def take_typed(self, belongs_to: str) -> Mapping[str, str]:
        """Remove and return the text typed on a failed screen with this `belongs_to`."""
        ...

    def unveil(self) -> None:
        """Replace the picture of the last run by the current screen."""
        ...

    def take_picture(self, screen: Screen[Any]) -> None:
        """Store the picture of `screen` before another screen covers it."""
        ...
