"""What the customers of the seed had bought when the rehearsal began."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.newcomers import begun_on
from partnerdesk.rehearsal.areas.offers import ADD_ON, LICENSE, Offer, offers_of
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import link

if TYPE_CHECKING:
    import random

    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

Subscription = dict[str, Any]

_MANY = (0, 0, 0, 1, 1, 2, 3, 5)
"""How many a customer has, each as often as another."""
_STATUSES = ("active",) * 12 + ("suspended",) * 2 + ("deleted", "expired", "disabled", "pending")
_OVER = frozenset({"expired", "disabled", "deleted"})
_DAY = 86_400
_MONTHS = {"P1M": 1, "P1Y": 12}
"""The months of a term; an offer without a term has a year."""
WINDOW = timedelta(days=7)
"""How long seats can be given back, and a subscription of the new commerce be cancelled."""
_JUST_BEGUN, _ENDS_SOON = 1 / 6, 1 / 2
"""The share of subscriptions that began a few days ago; with those that end within a month."""
_FAR_FUTURE = "9999-12-31T00:00:00Z"


def from_seed(world: World, tenant: Tenant, owner: str) -> list[Subscription]:
    """Return what a customer had when the rehearsal began; the same seed gives the same."""
    dice = world.dice(tenant.seed, owner, "subscriptions")
    offers = offers_of(tenant.cloud)
    chosen = dice.sample(offers, min(dice.choice(_MANY), len(offers)))
    made = [_made(world, tenant, owner, dice, offer, number) for number, offer in enumerate(chosen)]
    base = next((item for item in made if item["offerName"] == ADD_ON.base), None)
    if base is not None and dice.random() < 1 / 2:
        add_on = _made(world, tenant, owner, dice, ADD_ON, len(made))
        add_on["parentSubscriptionId"] = base["id"]
        add_on["status"] = base["status"]
        add_on["links"]["parentSubscription"] = base["links"]["self"]
        made.append(add_on)
    return made


def _made(
    world: World, tenant: Tenant, owner: str, dice: random.Random, offer: Offer, number: int
) -> Subscription:
    """Return a subscription as it was when the rehearsal began."""
    own_id = derived_id(owner, "subscription", number, offer.id)
    status = dice.choice(_STATUSES)
    start, end = _term(begun_on(world), dice, offer, status)
    licensed = offer.billing == LICENSE
    seats = dice.choice((1, 3, 5, 10, 12, 25, 40, 100, 250)) if licensed else 1
    offer_path = f"/offers/{offer.id}?country={tenant.country}"
    created = start + timedelta(seconds=dice.randrange(_DAY))
    return {
        "id": own_id,
        "offerId": offer.id,
        "offerName": offer.name,
        "friendlyName": offer.name if dice.random() < 2 / 3 else f"{offer.name} {number + 1}",
        "quantity": seats,
        "unitType": offer.unit,
        "hasPurchasableAddons": False,
        "creationDate": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "effectiveStartDate": _written(start),
        "commitmentEndDate": _written(end) if offer.term else _FAR_FUTURE,
        "status": status,
        "autoRenewEnabled": licensed and dice.random() < 4 / 5,
        "isTrial": False,
        "isMicrosoftProduct": True,
        "publisherName": "Microsoft Corporation",
        "billingType": offer.billing,
        "billingCycle": offer.cycle,
        "actions": ["edit", "cancel"] if status == "active" else [],
        "suspensionReasons": [],
        "contractType": "subscription",
        "links": {
            "offer": link(offer_path),
            "self": link(f"/customers/{owner}/subscriptions/{own_id}"),
        },
        "orderId": derived_id(owner, "order", number),
        **_by_offer(owner, offer, (start, end), seats, number),
    }


def completed(body: Subscription, owner: str, tenant: Tenant) -> Subscription:
    """Return a subscription that was handed over, with what every subscription has."""
    offer_id, status = str(body.get("offerId", "")), str(body.get("status", "active"))
    of_product: Subscription = {}
    if ":" in offer_id:
        kind = "OnlineServicesNCE" if body.get("billingType") == LICENSE else "Azure"
        of_product = {
            "productType": {"id": kind, "displayName": kind},
            "cancellationAllowedUntilDate": None,
        }
        if body.get("billingType") == LICENSE:
            of_product["refundableQuantity"] = {"totalQuantity": 0, "details": []}
    return {
        "hasPurchasableAddons": False,
        "commitmentEndDate": _FAR_FUTURE,
        "isTrial": False,
        "isMicrosoftProduct": True,
        "publisherName": "Microsoft Corporation",
        "actions": ["edit", "cancel"] if status == "active" else [],
        "suspensionReasons": [],
        "contractType": "subscription",
        "links": {
            "offer": link(f"/offers/{offer_id}?country={tenant.country}"),
            "self": link(f"/customers/{owner}/subscriptions/{body['id']}"),
        },
        **of_product,
        **body,
    }


def _term(
    today: datetime, dice: random.Random, offer: Offer, status: str
) -> tuple[datetime, datetime]:
    """Return the first day of the present term, and the first day after it."""
    months = _MONTHS.get(offer.term, 12)
    roll, days = dice.random(), dice.randrange(8, 330)
    if roll < _JUST_BEGUN:
        start = today - timedelta(days=days % 6)
    elif roll < _ENDS_SOON:
        start = _months_after(today + timedelta(days=1 + days % 29), -months)
    else:
        start = today - timedelta(days=days)
    if status in _OVER:
        return _months_after(start, -months), start
    end = _months_after(start, months)
    while end <= today:
        start, end = end, _months_after(end, months)
    return start, end


def _months_after(day: datetime, months: int) -> datetime:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _by_offer(
    owner: str, offer: Offer, term: tuple[datetime, datetime], seats: int, number: int
) -> dict[str, Any]:
    """Return the fields that only some offers have.

    The end of the new commerce is the last day of the term, that of the old one is the first day
    after it (reference/newer.md §3.4).
    """
    fields: dict[str, Any] = {}
    start, end = term
    if offer.term:
        fields |= {"termDuration": offer.term, "renewalTermDuration": offer.term}
    if offer.billing != LICENSE:
        fields["entitlementId"] = derived_id(owner, "entitlement", number)
    if offer.new_commerce:
        until = _written(start + WINDOW)
        kind = "OnlineServicesNCE" if offer.billing == LICENSE else "Azure"
        fields["productType"] = {"id": kind, "displayName": kind}
        fields["cancellationAllowedUntilDate"] = until
        if offer.billing == LICENSE:
            details = [{"quantity": seats, "allowedUntilDateTime": until}]
            fields["refundableQuantity"] = {"totalQuantity": seats, "details": details}
    if offer.new_commerce and offer.term:
        last = end - timedelta(days=1)
        fields["commitmentEndDate"] = _written(last)
        fields["commitmentEndDateTime"] = last.strftime("%Y-%m-%dT23:59:59Z")
    return fields


def as_of(subscription: Subscription, now: datetime) -> Subscription:
    """Return a subscription as it is shown: without the windows that have passed."""
    shown = dict(subscription)
    if "cancellationAllowedUntilDate" in shown:
        until = shown["cancellationAllowedUntilDate"]
        is_open = until is not None and datetime.fromisoformat(until) > now
        shown["cancellationAllowedUntilDate"] = until if is_open else None
    if refundable := shown.get("refundableQuantity"):
        details = [
            part
            for part in refundable["details"]
            if datetime.fromisoformat(part["allowedUntilDateTime"]) > now
        ]
        total = sum(part["quantity"] for part in details)
        shown["refundableQuantity"] = {"totalQuantity": total, "details": details}
    return shown


def _written(day: datetime) -> str:
    return day.strftime("%Y-%m-%dT00:00:00Z")
