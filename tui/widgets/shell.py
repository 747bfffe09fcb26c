"""What screens ask the app for. They know these words only, never the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
    from pathlib import Path

    from textual.screen import Screen

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.drafts import CustomerDraft
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec, RowKey
    from partnerdesk.models.operations.bulk import RunWish
    from partnerdesk.models.relationships.end import Ending
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.resources import Resource


Answer = TypeVar("Answer")


class Shell(Protocol):
    """The app, as its screens see it. Each call returns when what it asks for is on the screen.

    What is awaited here is for what a person does (`do_…`, and what it calls): the app carries
    that out, one thing after the other, and it may take the screen away that asked. A handler of a
    screen (`on_…`) never waits: it uses `begin`, `start` and `say`, which come back at once.
    """

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

    async def settled(self) -> None:
        """Wait until the screen on top shows what it was asked for."""
        ...

    async def ask_dialog(
        self, dialog: Screen[Answer], answered: Callable[[Answer | None], Awaitable[None] | None]
    ) -> None:
        """Show a dialog; `answered` gets its answer when it is off the screen."""
        ...

    async def go_to(self, name: str) -> None:
        """Go to a main screen by its name."""
        ...

    def unveil(self) -> None:
        """Show what is there by now, where the picture in which the console was left stands."""
        ...

    def take_picture(self, screen: Screen[Any]) -> None:
        """Take note of what the terminal shows of `screen`, which is about to be covered."""
        ...

    async def go_back(self) -> None:
        """Go back to the screen below."""
        ...

    async def open_customer(self, key: RowKey) -> None:
        """Show one customer."""
        ...

    async def open_guide(self, resource: Resource) -> None:
        """Show the guide of a resource."""
        ...

    async def open_change(self, key: RowKey) -> None:
        """Show one entry of the history."""
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

    async def edit_customer(self, page: CustomerPage, field: str = "") -> None:
        """Show the form with what the book has of a customer, the cursor in `field`."""
        ...

    async def add_customer(self) -> None:
        """Offer the drafts there are, or an empty form for a new customer."""
        ...

    async def fill_in(self, draft: CustomerDraft | None) -> None:
        """Show the form with a draft, or an empty one in the chosen account."""
        ...

    async def open_import(self, path: Path) -> None:
        """Read a file and show what it would change."""
        ...

    async def open_tab(self, name: str) -> None:
        """Show another tab of the relationship manager in the place of this one."""
        ...

    async def open_customers(self, filter_text: str) -> None:
        """Show the customers that a filter finds."""
        ...

    async def invite(self, customer_id: RowKey | None = None) -> None:
        """Show the form that invites a customer, or a company that is not in the book."""
        ...

    async def open_letter(self, invitation_id: RowKey) -> None:
        """Show an invitation's letter: the one to send, or the reminder."""
        ...

    async def open_sent_letter(self, company: str, sent: SentLetter) -> None:
        """Show a letter to a company that went out, one whose text is kept."""
        ...

    async def open_notice(self, ending: Ending) -> None:
        """Show the letter that tells a customer of the end."""
        ...

    async def invite_many(self, keys: Sequence[RowKey], account_id: int, hidden: str) -> None:
        """Ask what is the same for the invitations of several customers, and plan them.

        `hidden` says in words how many of them the list does not show.
        """
        ...

    async def end_relationship(self, customer_id: RowKey) -> None:
        """Show what has to be settled before the relationship with a customer is ended."""
        ...

    async def open_partner_form(self, partner_id: RowKey | None = None) -> None:
        """Show the form for an indirect provider or reseller: a new one, or one that is kept."""
        ...

    async def open_delegation_form(
        self, delegation_id: RowKey | None = None, customer_id: RowKey | None = None
    ) -> None:
        """Show the form for a delegated-admin relationship: a new one, or one that is kept."""
        ...

    async def open_run(self, wish: RunWish, keys: Sequence[RowKey], account_id: int) -> None:
        """Plan the same change to many records, and show what it will do to each."""
        ...

    async def resume_run(self, run_id: int) -> None:
        """Show a run that was cut off, to go on with it."""
        ...

    async def send_letters(self, change_id: int | None = None) -> str:
        """Hand the letters that wait to the mail server; return what came of it, in words."""
        ...

    async def search_customers(self) -> None:
        """Go to the customers and ask for a filter."""
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

    def take_typed(self, belongs_to: str) -> Mapping[str, str]:
        """Return what was typed when a screen failed, by what it belongs to; once."""
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
