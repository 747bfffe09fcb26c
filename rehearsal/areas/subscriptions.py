"""The subscriptions of a customer.

What a customer has follows from the seed and is written down only once it is changed, so that a
partner of 100,000 customers costs nothing. The end of a term is not played: which property chooses
what comes then is an open question (reference/newer.md §7.1).
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.audit import note
from partnerdesk.rehearsal.areas.bought import Subscription, as_of, completed, from_seed
from partnerdesk.rehearsal.areas.customers.control import tenant_of
from partnerdesk.rehearsal.areas.customers.rows import Customer, customer
from partnerdesk.rehearsal.areas.newcomers import is_new
from partnerdesk.rehearsal.areas.subscription_changes import SCHEDULED, changed
from partnerdesk.rehearsal.call import not_found
from partnerdesk.rehearsal.operation import Area, Operation, Parameter
from partnerdesk.rehearsal.schemas import (
    FLAG,
    GUID,
    LENGTH,
    LINKS,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    attributes,
    listed,
    maybe,
    one_of,
    page,
    thing,
)
from partnerdesk.rehearsal.tenants import GLOBAL
from partnerdesk.rehearsal.wire import Answer, RefusedCallError, collection

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS subscription_changes (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (tenant, customer, id)
);
CREATE TABLE IF NOT EXISTS subscription_operations (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tenant, customer, id)
);
CREATE TABLE IF NOT EXISTS subscriptions_given (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, bodies TEXT NOT NULL, PRIMARY KEY (tenant, customer)
);
"""
NOT_FOUND, ANOTHER_RUNS = 20003, 900278
_DONE = "subscription-changed"


def _reseller(world: World, tenant: Tenant, owner: str) -> dict[str, str]:
    """Return the network id of the customer's reseller as a field; none without a reseller."""
    mpn_id = world.state.value(
        "SELECT mpn FROM customers JOIN partners"
        " ON partners.tenant = customers.tenant AND partners.id = customers.reseller"
        " WHERE customers.tenant = ? AND customers.id = ?",
        tenant.id,
        owner,
    )
    return {} if mpn_id is None else {"partnerId": mpn_id}


def etag_of(subscription_id: str, version: int) -> str:
    """Return the strong etag of a version of a subscription."""
    return f"{subscription_id.replace('-', '')[:16]}.{version}"


def subscriptions_of(world: World, tenant: Tenant, owner: str) -> list[Subscription]:
    """Return the subscriptions of a customer as they stand, each with its etag."""
    if is_new(world, tenant, owner):
        return []
    rows = world.state.rows(
        "SELECT id, version, body FROM subscription_changes WHERE tenant = ? AND customer = ?",
        tenant.id,
        owner,
    )
    changes = {row["id"]: (json.loads(row["body"]), row["version"]) for row in rows}
    found, reseller = [], _reseller(world, tenant, owner)
    now = world.clock.now()
    for first in _at_first(world, tenant, owner):
        body, version = changes.get(first["id"], (first, 1))
        marks = {"etag": etag_of(first["id"], version), "objectType": "Subscription"}
        found.append({**as_of(body, now), **reseller, "attributes": marks})
    return found


def _at_first(world: World, tenant: Tenant, owner: str) -> list[Subscription]:
    """Return what a customer had when the rehearsal began: what was handed over, or the seed's."""
    bodies = world.state.value(
        "SELECT bodies FROM subscriptions_given WHERE tenant = ? AND customer = ?",
        tenant.id,
        owner,
    )
    return from_seed(world, tenant, owner) if bodies is None else json.loads(bodies)


def _seed(world: World, tenant: Tenant, _customers: int) -> None:
    """Keep what the customers that were handed over have bought."""
    if world.given is None or tenant.cloud != GLOBAL:
        return
    for one in world.given.customers:
        if one.subscriptions is not None:
            bodies = [completed(body, one.id, tenant) for body in one.subscriptions]
            world.state.run(
                "INSERT INTO subscriptions_given VALUES (?, ?, ?)",
                tenant.id,
                one.id,
                json.dumps(bodies),
            )


def _list(call: Call) -> Answer:
    owner = customer(call).id
    items = subscriptions_of(call.world, call.tenant, owner)
    if order := call.query.get("order_id", "").lower():
        items = [item for item in items if item["orderId"] == order]
    if number := call.query.get("mpn_id", ""):
        items = [item for item in items if item.get("partnerId") == number]
    return Answer(collection(items, f"/customers/{owner}/subscriptions"))


def _find(call: Call) -> tuple[Customer, Subscription, list[Subscription]]:
    """Return the customer, the subscription that is asked for, and all of the customer's."""
    owner = customer(call)
    asked = call.path["subscription_id"].lower()
    every = subscriptions_of(call.world, call.tenant, owner.id)
    for item in every:
        if item["id"] == asked or call.fault == "wrong-customer":
            return owner, item, every
    raise not_found(NOT_FOUND, f"Subscription {asked[:80]} was not found.")


def _get(call: Call) -> Answer:
    return Answer(_find(call)[1])


def _change(call: Call) -> Answer:
    owner, old, every = _find(call)
    if call.fault == "another-operation" or _is_under_way(call, owner.id, old["id"]):
        text = "There is a pending operation on this subscription. Please try again after 24 hours."
        raise RefusedCallError(HTTPStatus.CONFLICT, ANOTHER_RUNS, text)
    if "if-match" in call.headers:  # some samples leave it out
        call.check_etag(old["attributes"]["etag"])
    new = changed(old, call.body(), every, call.world.clock.now())
    note(
        call.world,
        call.tenant,
        "update_subscription",
        "subscription",
        (owner.id, owner.name),
        by=call.by,
        new=new,
        old=old,
        more={"SubscriptionId": new["id"]},
        correlation=call.headers.get("ms-correlationid", ""),
    )
    after = [new]
    after += [  # the base takes its add-ons along
        item | {"status": "suspended"}
        for item in every
        if item.get("parentSubscriptionId") == new["id"] and new["status"] == "suspended"
    ]
    if _is_late(call, old):
        about = {"customer": owner.id, "id": new["id"], "after": after}
        call.world.state.run(
            "INSERT INTO subscription_operations VALUES (?, ?, ?)",
            call.tenant.id,
            owner.id,
            new["id"],
        )
        call.world.later(call.world.options.change_seconds, call.tenant, _DONE, about)
        path = f"/v1/customers/{owner.id}/subscriptions/{new['id']}"
        return Answer(status=HTTPStatus.ACCEPTED, headers={"Location": path})
    for item in after:
        _keep(call.world, call.tenant, owner.id, item)
    return Answer(_find(call)[1])


def _is_under_way(call: Call, owner: str, id: str) -> bool:
    found = call.world.state.value(
        "SELECT 1 FROM subscription_operations WHERE tenant = ? AND customer = ? AND id = ?",
        call.tenant.id,
        owner,
        id,
    )
    return found is not None


def _is_late(call: Call, old: Subscription) -> bool:
    """Return whether a change is done later; that follows from the seed and the version."""
    dice = call.world.dice(call.tenant.seed, "change", old["attributes"]["etag"])
    return dice.random() < call.world.options.late_changes


def _done(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    """Let a change that was answered with 202 take effect."""
    for item in about["after"]:
        _keep(world, tenant, about["customer"], item)
    world.state.run(
        "DELETE FROM subscription_operations WHERE tenant = ? AND customer = ? AND id = ?",
        tenant.id,
        about["customer"],
        about["id"],
    )


def _somebody_edits(call: Call) -> None:
    """Let somebody else rename the subscription in between."""
    owner, old, _every = _find(call)
    renamed = old | {"friendlyName": f"{old['friendlyName'][:40]} (renamed)"}
    _keep(call.world, call.tenant, owner.id, renamed)


def _edit(world: World, about: dict[str, Any]) -> dict[str, Any]:
    """Let somebody change fields of a subscription in the portal, given by their wire names."""
    tenant, owner = tenant_of(world, about), str(about["customer"])
    for item in subscriptions_of(world, tenant, owner):
        if item["id"] == about["subscription"]:
            _keep(world, tenant, owner, item | about["fields"])
            note(
                world,
                tenant,
                "update_subscription",
                "subscription",
                (owner, ""),
                by="somebody",
                new=item | about["fields"],
                old=item,
                more={"SubscriptionId": item["id"]},
            )
    return {}


def _keep(world: World, tenant: Tenant, owner: str, subscription: Subscription) -> None:
    version = int(subscription["attributes"]["etag"].rpartition(".")[2]) + 1
    body = {name: value for name, value in subscription.items() if name != "attributes"}
    world.state.run(
        "INSERT OR REPLACE INTO subscription_changes VALUES (?, ?, ?, ?, ?)",
        tenant.id,
        owner,
        subscription["id"],
        version,
        json.dumps(body),
    )


def _held_orders(world: World, tenant: Tenant, owner: str) -> list[str]:
    return [
        item["orderId"]
        for item in subscriptions_of(world, tenant, owner)
        if item["status"] in ("active", "pending")
        or (item["status"] == "suspended" and "productType" in item)
    ]


def _holding(world: World, about: dict[str, Any]) -> dict[str, list[str]]:
    """Return which of the first 200 customers can be ended, and which their subscriptions hold."""
    tenant = tenant_of(world, about)
    ids = "SELECT id FROM customers WHERE tenant = ? AND gone IS NULL ORDER BY number LIMIT 200"
    found: dict[str, list[str]] = {"free": [], "held": []}
    for row in world.state.rows(ids, tenant.id):
        held = _held_orders(world, tenant, row["id"])
        found["held" if held else "free"].append(row["id"])
    return found


def _holds(world: World, tenant: Tenant, owner: str) -> RefusedCallError | None:
    """Return why a relationship cannot be ended: something active, or new and not cancelled.

    In the old commerce suspended is enough, in the new one it is not (reference/rules.md §9, and
    the newest text of the portal's page).
    """
    orders = _held_orders(world, tenant, owner)
    if not orders:
        return None
    # The text blames reservations that need not exist (Partner-Center-PowerShell#215); its code
    # is in no document.
    text = (
        "Customer relationship cannot be removed due to active Azure reserved instances."
        f"Please cancel the following orders: {', '.join(orders)}"
    )
    return RefusedCallError(HTTPStatus.BAD_REQUEST, 0, text[:1024])


_STATUS = one_of("none", "active", "pending", "suspended", "expired", "disabled", "deleted")
_REFUNDABLE = thing(
    {
        "totalQuantity": WHOLE,
        "details": listed(thing({"quantity": WHOLE, "allowedUntilDateTime": TIME})),
    },
    "totalQuantity",
    "details",
)
_SCHEDULED = thing(
    {
        "product": thing(
            {
                "productId": TEXT,
                "skuId": TEXT,
                "availabilityId": TEXT,
                "billingCycle": TEXT,
                "termDuration": TEXT,
            }
        ),
        "quantity": WHOLE,
    },
    "product",
)
SUBSCRIPTION = thing(
    {
        "id": GUID,
        "offerId": TEXT,
        "offerName": TEXT,
        "friendlyName": TEXT,
        "quantity": {"type": "integer", "minimum": 0},
        "unitType": TEXT,
        "parentSubscriptionId": GUID,
        "hasPurchasableAddons": FLAG,
        "creationDate": TIME,
        "effectiveStartDate": TIME,
        "commitmentEndDate": TIME,
        "commitmentEndDateTime": TIME,
        "cancellationAllowedUntilDate": maybe(TIME),
        "status": _STATUS,
        "autoRenewEnabled": FLAG,
        "isTrial": FLAG,
        "partnerId": TEXT,
        "billingType": one_of("none", "usage", "license", "benefit"),
        "billingCycle": one_of("unknown", "monthly", "annual", "none", "one_time"),
        "termDuration": LENGTH,
        "renewalTermDuration": LENGTH,
        "refundableQuantity": _REFUNDABLE,
        SCHEDULED: _SCHEDULED,
        "actions": TEXTS,
        "suspensionReasons": TEXTS,
        "contractType": one_of("subscription", "productKey", "redemptionCode"),
        "orderId": GUID,
        "links": LINKS,
        "attributes": attributes("Subscription", etag=True),
    },
    *("id", "offerId", "friendlyName", "quantity", "status", "autoRenewEnabled", "attributes"),
)
_SENT = thing(
    {
        "id": GUID,
        "friendlyName": TEXT,
        "quantity": WHOLE,
        "status": _STATUS,
        "autoRenewEnabled": FLAG,
        "billingCycle": TEXT,
        SCHEDULED: maybe(_SCHEDULED),
    },
    *("id", "friendlyName", "quantity", "status"),
)
_ONE = "/v1/customers/{customer_id}/subscriptions/{subscription_id}"

AREA = Area(
    name="subscriptions",
    seed=_seed,
    tables=TABLES,
    holds=_holds,
    control={"holding": _holding, "subscription": _edit},
    events={_DONE: _done},
    operations=(
        Operation(
            name="subscription-list",
            method="GET",
            path="/v1/customers/{customer_id}/subscriptions",
            handler=_list,
            source="get-all-of-a-customer-s-subscriptions",
            per_customer=True,
            parameters=(Parameter("order_id"), Parameter("mpn_id")),
            answers={200: page(SUBSCRIPTION)},
        ),
        Operation(
            name="subscription-get",
            method="GET",
            path=_ONE,
            handler=_get,
            source="get-a-subscription-by-id",
            per_customer=True,
            answers={200: SUBSCRIPTION},
        ),
        Operation(
            name="subscription-change",
            method="PATCH",
            path=_ONE,
            handler=_change,
            source="suspend-a-subscription, reactivate-a-suspended-a-subscription,"
            " change-the-quantity-of-a-subscription, update-the-nickname-for-a-subscription,"
            " create-scheduled-changes",
            per_customer=True,
            parameters=(Parameter("If-Match", header=True),),
            somebody_else=_somebody_edits,
            request=_SENT,
            answers={200: SUBSCRIPTION, 202: None},
        ),
    ),
)
