"""What the customers of the seed had bought when the rehearsal began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.newcomers import begun
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
_MONTH, _YEAR = timedelta(days=30), timedelta(days=365)
_WINDOW = timedelta(days=7)
"""How long a subscription of the new commerce can be cancelled."""
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
    start, end = _term(begun(world), dice, offer, status)
    licensed = offer.billing == LICENSE
    offer_path = f"/offers/{offer.id}?country={tenant.country}"
    created = start + timedelta(seconds=dice.randrange(_DAY))
    return {
        "id": own_id,
        "offerId": offer.id,
        "offerName": offer.name,
        "friendlyName": offer.name if dice.random() < 2 / 3 else f"{offer.name} {number + 1}",
        "quantity": dice.choice((1, 3, 5, 10, 12, 25, 40, 100, 250)) if licensed else 1,
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
        **_by_offer(world, owner, offer, start, number),
    }


def _term(
    today: datetime, dice: random.Random, offer: Offer, status: str
) -> tuple[datetime, datetime]:
    """Return the first day, and the end of the term; a monthly one was renewed until today."""
    start = today - timedelta(days=dice.randrange(3, 330))
    length = _MONTH if offer.term == "P1M" else _YEAR
    if status in _OVER:
        return start - length, start
    end = start + length
    while end < today:
        end += length
    return start, end


def _by_offer(
    world: World, owner: str, offer: Offer, start: datetime, number: int
) -> dict[str, Any]:
    """Return the fields that only some offers have."""
    fields: dict[str, Any] = {}
    if offer.term:
        fields |= {"termDuration": offer.term, "renewalTermDuration": offer.term}
    if offer.billing != LICENSE:
        fields["entitlementId"] = derived_id(owner, "entitlement", number)
    if offer.new_commerce:
        until = start + _WINDOW
        kind = "OnlineServicesNCE" if offer.billing == LICENSE else "Azure"
        fields["productType"] = {"id": kind, "displayName": kind}
        fields["cancellationAllowedUntilDate"] = (
            _written(until) if until > world.clock.now() else None
        )
    return fields


def _written(day: datetime) -> str:
    return day.strftime("%Y-%m-%dT00:00:00Z")
