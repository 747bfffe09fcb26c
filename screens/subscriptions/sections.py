"""Fields of a customer's page about its subscriptions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import NEVER, date_text, to_millis, until
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.spec import toned
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.schedule import schedule_words
from partnerdesk.models.subscriptions.states import AT_END, LASTING, STATUSES, AtEnd
from partnerdesk.tui.widgets.sections import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from partnerdesk.models.lists.tones import Toned
    from partnerdesk.models.subscriptions.entities import Subscription
    from partnerdesk.tui.widgets.app_screen import Show


def subscription_lines(
    subscriptions: Iterable[Subscription], at: datetime, show: Show
) -> Iterator[Field]:
    """Return a field for each subscription; `show` opens a screen by its name."""
    for subscription in subscriptions:
        leads = partial(show, "subscription", subscription.id or 0)
        yield Field(
            shown(subscription.friendly_name),
            _text(subscription, at),
            f"subscription:{subscription.id}",
            open=leads,
            edit=leads,
            toned=_tones(subscription, at),
        )


def _ends(subscription: Subscription) -> datetime | None:
    ends = subscription.term_ends_at
    return ends if ends != NEVER and subscription.status in LASTING else None


def _text(subscription: Subscription, at: datetime) -> str:
    count, status = subscription.quantity, subscription.status
    parts = [_(STATUSES.get(status, status))]
    if subscription.billing_type != "usage":
        parts.append(ngettext("{count} seat", "{count} seats", count))
    if ends := _ends(subscription):
        what = _(AT_END[subscription.at_end])
        if subscription.at_end is AtEnd.CHANGES:
            what = _("renews with {what}").format(what=schedule_words(subscription.scheduled))
        parts.append(f"{what} {date_text(ends)} ({until(ends, at)})".strip())
    return " · ".join(parts)


def _tones(subscription: Subscription, at: datetime) -> tuple[Toned, ...]:
    ends = _ends(subscription)
    status = toned(SUBSCRIPTIONS.column("status"), subscription.status, at)
    renews = toned(SUBSCRIPTIONS.column("renews"), to_millis(ends) if ends else 0, at)
    return (*status, *renews)
