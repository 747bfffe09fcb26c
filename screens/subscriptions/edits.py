"""Changes of one subscription, or of the marked ones: what the list and the page have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.subscriptions.states import BILLING_CYCLES, TERMS
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice, Instead

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.subscriptions.page import SubscriptionPage
    from partnerdesk.tui.widgets.app_screen import AppScreen

    Take = Callable[[Mapping[str, str]], Awaitable[None]]
    Ask = Callable[[AppScreen, Take, str], None]


_TERM_KEYS = {"m": "P1M", "y": "P1Y", "3": "P3Y"}
_BILLING_KEYS = {"m": "monthly", "y": "annual", "3": "triennial"}
"""The keys of the terms and billing cycles that can be scheduled."""


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
        Action(f"{name}.schedule", "S", N_("Schedule"),
               N_("Schedule seats, term, billing or product for the renewal, or take that back"),
               "S", changes=True, bar=False),
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
        page, self._page = self._page, None
        if page is None:
            self._screen.status.say(_("First + or −: then p shows the plan."))
            return
        await review_wish(self._screen, page, {"seats": str(self._quantity)})


def ask_seats(screen: AppScreen, page: SubscriptionPage) -> None:
    """Ask for the number of seats, and show the plan."""

    async def given(text: str | None) -> None:
        if text is not None and text.strip():
            await review_wish(screen, page, {"seats": text.strip()})

    old = page.subscription.quantity
    screen.ask(_("Seats (now {count})").format(count=old), str(old), given)


def ask_name(screen: AppScreen, page: SubscriptionPage) -> None:
    """Ask for another name, and show the plan."""

    async def given(text: str | None) -> None:
        if text is not None:
            await review_wish(screen, page, {"name": text})

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


def ask_schedule(screen: AppScreen, take: Take, about: str) -> None:
    """Ask what to renew with; `take` goes on with the wish."""
    from partnerdesk.models.subscriptions.wishes import AS_IT_IS

    def ask_text(label: str, wish: str) -> None:
        async def given(text: str | None) -> None:
            if text is not None and text.strip():
                await take({wish: text.strip()})

        screen.ask(label, "", given)

    def choose(wish: str, keys: Mapping[str, str], titles: Mapping[str, str]) -> None:
        screen.choose(
            _("At the renewal of {what}:").format(what=about),
            [
                Choice(key, _(titles[value]), partial(take, {wish: value}))
                for key, value in keys.items()
            ],
        )

    screen.choose(
        _("At the renewal of {what}:").format(what=about),
        [
            Choice("s", _("seats"), partial(ask_text, _("Seats at the renewal"), "renewal_seats"),
                   default=True),
            Choice("t", _("term"), partial(choose, "renewal_term", _TERM_KEYS, TERMS)),
            Choice("b", _("billing"),
                   partial(choose, "renewal_billing", _BILLING_KEYS, BILLING_CYCLES)),
            Choice("p", _("product"),
                   partial(ask_text, _("Offer ID of the new product"), "renewal_offer")),
            Choice("a", _("as it is"), partial(take, {"renewal": AS_IT_IS})),
        ],
    )  # fmt: skip


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
    """Show the plan of one subscription; say that it was carried out.

    Seats that cannot be given back now can be scheduled instead; what a change deletes of the
    schedule can be scheduled again after it.
    """
    from partnerdesk.models.subscriptions.wishes import plan_wish

    plan = plan_wish(page, wish, screen.desk.by())

    async def carried_out(_outcome: Outcome) -> None:
        screen.shell.say(_told(plan))
        if _loses_schedule(plan):
            await _offer_again(screen, page)

    instead = _instead(screen, page, wish, plan)
    await screen.shell.review(plan, carried_out, partial(_conflict, screen), instead)


def _instead(
    screen: AppScreen, page: SubscriptionPage, wish: Mapping[str, str], plan: Plan
) -> Instead | None:
    """Return the offer of a plan that refuses fewer seats now: them from the renewal on."""
    from partnerdesk.models.subscriptions.change import FEWER_LATER
    from partnerdesk.models.subscriptions.wishes import seats_of

    if "seats" not in wish or all(reason.code != FEWER_LATER for reason in plan.reasons):
        return None
    seats = seats_of(wish["seats"], page.subscription.quantity)
    text = ngettext("{count} seat from the renewal on", "{count} seats from the renewal on", seats)
    later = {"renewal_seats": str(seats)}
    return Instead(text, partial(review_wish, screen, page, later))


def _loses_schedule(plan: Plan) -> bool:
    from partnerdesk.models.subscriptions.change import SCHEDULE_LOST

    return any(reason.code == SCHEDULE_LOST for reason in plan.reasons)


async def _offer_again(screen: AppScreen, page: SubscriptionPage) -> None:
    """Ask whether to schedule again what a change deleted; `page` is from before it."""
    from partnerdesk.models.subscriptions.page import read_subscription
    from partnerdesk.models.subscriptions.renewal import plan_schedule, scheduled_before
    from partnerdesk.models.subscriptions.schedule import schedule_words

    async def again() -> None:
        now = await screen.desk.aside(read_subscription, page.subscription.id or 0)
        plan = plan_schedule(now, scheduled_before(page.subscription), screen.desk.by())
        await review(screen, plan)

    what = schedule_words(page.subscription.scheduled)
    text = _("No longer scheduled: {what}. Schedule it again?").format(what=what)
    screen.choose(text, [Choice("y", _("yes"), again, default=True)], _("no"))


async def review(screen: AppScreen, plan: Plan) -> None:
    """Show a plan that offers nothing further."""

    async def carried_out(_outcome: Outcome) -> None:
        screen.shell.say(_told(plan))

    await screen.shell.review(plan, carried_out, partial(_conflict, screen))


def _told(plan: Plan) -> str:
    text = _("Kept; Partner Center is told.") if plan.calls else _("Kept.")
    return f"{text} " + _("u takes it back.")


async def _conflict(screen: AppScreen) -> None:
    screen.book_changed()
    await screen.settled()
    screen.shell.say(_("Somebody else changed this subscription; look at it again."))
