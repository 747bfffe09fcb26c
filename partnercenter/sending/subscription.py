"""Changing a subscription: the whole resource with the version that was just read.

What the resource holds besides the wanted values is sent back as it came, because a PATCH resets
what it leaves out (`reference/newer.md §3.4`). Where both sides changed the same column, nothing is
sent: the person chooses. A change that the service has taken on (202) is read until it shows.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import PartnerCenterError, RefusedError
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.records import SENT
from partnerdesk.models.subscriptions.states import DELETED
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.sending.bodies import etag_of
from partnerdesk.partnercenter.sending.errands import is_gone
from partnerdesk.partnercenter.sending.masking import refused
from partnerdesk.partnercenter.sending.results import Accepted, Clash, NotYetError, ReadBack, Repeat
from partnerdesk.partnercenter.subscription_fields import is_same, told_subscription, with_wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.partnercenter.sending.errands import Errand

STALE_ATTEMPTS = 3
"""How often a subscription is read again after somebody else was faster."""
LOOKS = 3
"""How often it is looked for before it counts as gone: an answer about another customer, which has
no such subscription, looks the same."""
SOON, LATE = 8, 160
"""How often it is read until it shows what was written: some minutes, or about a day after 202."""


class SubscriptionCourier:
    """Changes columns of a subscription."""

    def look_up(self, errand: Errand) -> Accepted | Repeat:
        """Return that the attempt took effect, if the subscription has all wanted values."""
        try:
            _body, fields, exchange = _read(errand)
        except PartnerCenterError as error:
            if is_gone(error) and _wanted(errand).get("status") == DELETED:
                return Accepted(refused(errand.trail[-1], error))
            raise
        return Repeat.NEW_ID if _differing(errand, fields) else Accepted(exchange)

    def send(self, errand: Errand) -> Accepted | Clash:
        """Read the subscription with its version, put the wanted values in, and write it.

        Raises:
            RefusedError: the book does not know the subscription's id, or it has no version.
        """
        wanted = _wanted(errand)
        for attempt in range(1, STALE_ATTEMPTS + 1):
            body, fields, exchange = _read(errand)
            differing = _differing(errand, fields)
            if not differing:  # somebody did the same meanwhile
                return Accepted(exchange)
            if clashing := _clashing(errand, fields, differing):
                return Clash(exchange, clashing)
            if not etag_of(body):
                raise RefusedError(_("Partner Center told no version of the subscription."))
            try:
                answer, exchange = errand.ask(
                    "update_subscription",
                    _path(errand),
                    body=with_wanted(body, wanted),
                    etag=etag_of(body),
                    request_id=errand.request_id if attempt == 1 else "",
                    before_send=errand.keep_id,
                )
            except PartnerCenterError as error:
                if error.kind != ErrorKind.STALE:
                    raise
            else:
                is_late = answer.status == HTTPStatus.ACCEPTED
                return Accepted(exchange, {"is_late": True} if is_late else {})
        _body, fields, exchange = _read(errand)
        return Clash(exchange, {name: fields[name] for name in _differing(errand, fields)})

    def read_back(self, errand: Errand, accepted: Mapping[str, Any]) -> ReadBack | Clash:
        """Return the subscription as it is now; a clash if it never shows the wanted values."""
        try:
            _body, fields, exchange = _read(errand)
        except PartnerCenterError as error:
            if is_gone(error) and _wanted(errand).get("status") == DELETED:
                return ReadBack()
            raise
        differing = _differing(errand, fields)
        if not differing:
            return ReadBack(subscription=fields)
        if int(accepted.get("reads", 0)) < (LATE if accepted.get("is_late") else SOON):
            raise NotYetError
        return Clash(exchange, {name: fields[name] for name in differing})


def _path(errand: Errand) -> dict[str, str]:
    id = str(errand.arguments.get("subscription_id") or "")
    if not id:
        raise RefusedError(
            _("The call needs the subscription's Microsoft ID, which the book does not know."),
            _("Read it from Partner Center first: partnerdesk sync"),
        )
    return {**errand.customer, "subscription_id": id}


def _read(errand: Errand) -> tuple[dict[str, Any], Fields, Exchange]:
    """Return the subscription as it came, in the words of the book, and as it may be kept."""
    path = _path(errand)
    for look in range(1, LOOKS + 1):
        try:
            answer, exchange = errand.ask("get_subscription", path)
            break
        except PartnerCenterError as error:
            if look == LOOKS or not is_gone(error):
                raise
    told = told_subscription(answer.body)
    if told is None:
        raise PartnerCenterError(
            _("The answer names no subscription."), _("It is sent again by itself.")
        )
    return answer.body, told.as_fields(), exchange


def _wanted(errand: Errand) -> Fields:
    wanted = errand.arguments.get("wanted", {})
    return {name: value for name, value in wanted.items() if name in SENT}


def _differing(errand: Errand, theirs: Fields) -> list[str]:
    return [
        name
        for name, value in _wanted(errand).items()
        if name in theirs and not is_same(name, value, theirs[name])
    ]


def _clashing(errand: Errand, theirs: Fields, differing: list[str]) -> Fields:
    """Return the columns that somebody else changed to another value than the wanted one.

    Where the book did not know the value before, there is nothing to compare.
    """
    base = errand.arguments.get("base", {})
    return {
        name: theirs[name]
        for name in differing
        if base.get(name) is not None and not is_same(name, base[name], theirs[name])
    }
