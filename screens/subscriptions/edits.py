"""Changes of one subscription, or of the marked ones: what the list and the page have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.subscriptions.page import SubscriptionPage
    from partnerdesk.tui.widgets.app_screen import AppScreen

    Take = Callable[[Mapping[str, str]], Awaitable[None]]
    Ask = Callable[[AppScreen, Take, str], None]


def edit_actions(name: str) -> tuple[Action, ...]:
    """Return the actions that change a subscription; `name` is that of the screen."""
    return (
        Action(f"{name}.more", "plus", N_("Seats"),
               N_("One seat more; p shows the plan"), "+ −", changes=True),
        Action(f"{name}.fewer", "minus", N_("One seat fewer"),
               N_("One seat fewer; p shows the plan"), "−", changes=True, bar=False),
        Action(f"{name}.seats", "equals_sign", N_("Seats to"),
               N_("Type the number of seats"), "=", changes=True, bar=False),
        Action(f"{name}.plan", "p", N_("Plan"),
               N_("Show the plan of the seats that + and − changed"), "p", changes=True,
               bar=False),
        Action(f"{name}.renew", "a", N_("Auto-renew"),
               N_("Let the marked ones, or the one here, renew themselves, or not"), "a",
               changes=True),
        Action(f"{name}.rename", "e", N_("Rename"),
               N_("Give it another name of your own"), "e", changes=True, bar=False),
        Action(f"{name}.status", "D", N_("Suspend"),
               N_("Suspend, reactivate or cancel the marked ones, or the one here"), "D",
               changes=True, bar=False),
    )  # fmt: skip


class SeatChange:
    """The number of seats that a person counts up and down before the plan is shown."""

    def __init__(self, screen: AppScreen) -> None:
        self._screen = screen
        self._page: SubscriptionPage | None = None
        self._quantity = 0

    @property
    def is_pending(self) -> bool:
        """Whether a number was counted up or down and no plan was shown yet."""
        return self._page is not None

    def step(self, page: SubscriptionPage, by: int) -> None:
        """Count the seats of a subscription up or down, and say the number."""
        if self._page is None or self._page.subscription.id != page.subscription.id:
            self._page, self._quantity = page, page.subscription.quantity
        self._quantity = max(self._quantity + by, 0)
        old, name = page.subscription.quantity, shown(page.subscription.friendly_name)[:40]
        text = _("{name}: {old} → {new} seats. p shows the plan, Esc leaves it.")
        self._screen.status.say(text.format(name=name, old=old, new=self._quantity))

    def drop(self) -> None:
        """Leave the seats as they are."""
        self._page = None
        self._screen.status.say(_("The seats stay as they are."))

    async def review(self) -> None:
        """Show the plan of the counted seats."""
        from partnerdesk.models.subscriptions.change import plan_seats

        page, self._page = self._page, None
        if page is None:
            self._screen.status.say(_("First + or −: then p shows the plan."))
            return
        await review(self._screen, plan_seats(page, self._quantity, self._screen.desk.by()))


def ask_seats(screen: AppScreen, page: SubscriptionPage) -> None:
    """Ask for the number of seats, and show the plan."""

    async def given(text: str | None) -> None:
        if text is not None and text.strip():
            await review(screen, _wished(screen, page, {"seats": text.strip()}))

    old = page.subscription.quantity
    screen.ask(_("Seats (now {count})").format(count=old), str(old), given)


def ask_name(screen: AppScreen, page: SubscriptionPage) -> None:
    """Ask for another name, and show the plan."""

    async def given(text: str | None) -> None:
        if text is not None:
            await review(screen, _wished(screen, page, {"name": text}))

    screen.ask(_("Name"), page.subscription.friendly_name, given)


def ask_renewal(screen: AppScreen, take: Take, about: str) -> None:
    """Ask whether to renew automatically; `take` goes on with the wish."""
    screen.choose(
        _("Auto-renew of {what}:").format(what=about),
        [
            Choice("y", _("on"), partial(take, {"auto_renew": "yes"}), default=True),
            Choice("n", _("off"), partial(take, {"auto_renew": "no"})),
        ],
    )


def ask_status(screen: AppScreen, take: Take, about: str) -> None:
    """Ask whether to suspend, reactivate or cancel; `take` goes on with the wish."""
    screen.choose(
        f"{about}:",
        [
            Choice("s", _("suspend"), partial(take, {"status": "suspended"}), default=True),
            Choice("r", _("reactivate"), partial(take, {"status": "active"})),
            Choice("c", _("cancel"), partial(take, {"status": "deleted"})),
        ],
    )


def about_one(page: SubscriptionPage) -> str:
    """Return the name of a subscription as questions say it."""
    return shown(page.subscription.friendly_name)[:40]


def about_many(count: int, hidden: str) -> str:
    """Return the number of marked subscriptions as questions say it."""
    text = ngettext("{count} subscription", "{count} subscriptions", count)
    return " ".join(filter(None, (text, hidden)))


async def review_wish(screen: AppScreen, page: SubscriptionPage, wish: Mapping[str, str]) -> None:
    """Show the plan of one subscription."""
    await review(screen, _wished(screen, page, wish))


def _wished(screen: AppScreen, page: SubscriptionPage, wish: Mapping[str, str]) -> Plan:
    from partnerdesk.models.subscriptions.change import plan_wish

    return plan_wish(page, wish, screen.desk.by())


async def review(screen: AppScreen, plan: Plan) -> None:
    """Show a plan; say that it was carried out."""

    async def carried_out(_outcome: Outcome) -> None:
        text = _("Kept; Partner Center is told.") if plan.calls else _("Kept.")
        screen.shell.say(f"{text} " + _("u takes it back."))

    async def conflict() -> None:
        screen.book_changed()
        await screen.settled()
        screen.shell.say(_("Somebody else changed this subscription; look at it again."))

    await screen.shell.review(plan, carried_out, conflict)
