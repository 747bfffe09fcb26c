"""What becomes of a subscription when the whole resource is sent back (reference/newer.md §3.4)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.bought import WINDOW, as_of
from partnerdesk.rehearsal.call import invalid
from partnerdesk.rehearsal.wire import RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Iterable

WHILE_SUSPENDED, BAD_QUANTITY, DELETED, CYCLE_OF_ORDER = 2001, 2002, 2011, 2054
BASE_IS_OFF, WRONG_STATUS, NOT_ACTIVATED, NO_DECREASE = 27009, 800040, 800081, 900257
WINDOW_PASSED = 900117
MOST = 10_000
SCHEDULED = "scheduledNextTermInstructions"
_WHOLE = ("id", "friendlyName", "quantity", "status")
_WAYS = {("active", "suspended"), ("suspended", "active"), ("active", "deleted")}
"""The changes of status that a partner may make (reference/resources.md, Subscription)."""


def changed(
    old: dict[str, Any], sent: dict[str, Any], every: Iterable[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """Return a subscription with what was sent.

    The whole resource is wanted. Whatever `autoRenewEnabled` or the instructions for the next term
    were, they are reset where they are left out. A change in the middle of a term deletes the
    instructions, unless it sends new ones.

    Args:
        old: As it stands.
        sent: The body, names with a small letter first.
        every: All subscriptions of the customer.
        now: The time of the rehearsal.

    Raises:
        RefusedCallError: a part is missing, or the service does not allow the change.
    """
    missing = [name for name in _WHOLE if sent.get(name) is None]
    if missing:
        raise invalid(f"The full resource is required; missing: {', '.join(missing)}")
    if str(sent["id"]).lower() != old["id"]:
        raise invalid("The id is not that of the path.")
    if old["status"] == "deleted":
        raise invalid("The subscription is deleted.", DELETED)
    if old["status"] == "pending":
        raise invalid("The subscription is not activated yet.", NOT_ACTIVATED)
    new = {name: value for name, value in old.items() if name != SCHEDULED}
    new["friendlyName"] = str(sent["friendlyName"])
    new["autoRenewEnabled"] = sent.get("autoRenewEnabled") is True
    if sent.get("billingCycle", old["billingCycle"]) != old["billingCycle"]:
        raise invalid("The billing cycle is a property of the order.", CYCLE_OF_ORDER)
    _set_quantity(new, sent["quantity"], now)
    _set_status(new, str(sent["status"]), every, now)
    if scheduled := sent.get(SCHEDULED):
        _set_schedule(new, old, scheduled)
    return new


def _set_schedule(new: dict[str, Any], old: dict[str, Any], scheduled: object) -> None:
    immediate = ("quantity", "status", "autoRenewEnabled")
    changes = any(new[name] != old[name] for name in immediate)
    if changes and scheduled == old.get(SCHEDULED):
        return
    if not isinstance(scheduled, dict) or not isinstance(scheduled.get("product"), dict):
        raise invalid(f"{SCHEDULED} names no product.")
    product, quantity = scheduled["product"], scheduled.get("quantity", new["quantity"])
    if not all(product.get(name) for name in ("productId", "skuId", "termDuration")):
        raise invalid(f"{SCHEDULED}: the product needs its ids and its term.")
    if not isinstance(quantity, int) or not 1 <= quantity <= MOST:
        raise invalid(f"The quantity is between 1 and {MOST}.", BAD_QUANTITY)
    if "productType" not in new:
        raise invalid("Only new-commerce subscriptions can be changed at their renewal.")
    if not new["autoRenewEnabled"]:
        raise invalid("Changes can be scheduled only while auto-renewal is on.")
    new[SCHEDULED] = scheduled


def _set_quantity(new: dict[str, Any], quantity: object, now: datetime) -> None:
    if quantity == new["quantity"]:
        return
    if new["status"] == "suspended":
        raise invalid("The quantity cannot be changed while suspended.", WHILE_SUSPENDED)
    if not isinstance(quantity, int) or not 1 <= quantity <= MOST:
        raise invalid(f"The quantity is between 1 and {MOST}.", BAD_QUANTITY)
    if "refundableQuantity" in new:
        new["refundableQuantity"] = _refundable(new, quantity, now)
    new["quantity"] = quantity


def _refundable(new: dict[str, Any], quantity: int, now: datetime) -> dict[str, Any]:
    """Return what can be given back after a change: added seats open a window of their own.

    Seats are given back to the window that closes first.
    """
    details = [dict(part) for part in as_of(new, now)["refundableQuantity"]["details"]]
    more = quantity - new["quantity"]
    if more > 0:
        until = (now + WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
        details.append({"quantity": more, "allowedUntilDateTime": until})
    elif sum(part["quantity"] for part in details) < -more:
        text = "You have passed your 7-day window for reducing seats for this subscription."
        raise invalid(text, NO_DECREASE)
    for part in sorted(details, key=lambda part: str(part["allowedUntilDateTime"])):
        taken = min(part["quantity"], max(-more, 0))
        part["quantity"] -= taken
        more += taken
    details = [part for part in details if part["quantity"]]
    return {"totalQuantity": sum(part["quantity"] for part in details), "details": details}


def _set_status(
    new: dict[str, Any], status: str, every: Iterable[dict[str, Any]], now: datetime
) -> None:
    if status == new["status"]:
        return
    if (new["status"], status) not in _WAYS:
        raise invalid(f"Status cannot change from {new['status']} to {status[:40]}.", WRONG_STATUS)
    if status == "active" and not _base_is_on(new, every):
        raise RefusedCallError(
            HTTPStatus.CONFLICT, BASE_IS_OFF, "The add-on cannot be enabled while its base is off."
        )
    if status == "deleted" and not _window_is_open(new, now):
        raise invalid("The window for a cancellation has passed.", WINDOW_PASSED)
    new["status"] = status
    new["actions"] = ["edit", "cancel"] if status == "active" else []


def _base_is_on(add_on: dict[str, Any], every: Iterable[dict[str, Any]]) -> bool:
    base = add_on.get("parentSubscriptionId")
    return all(item["status"] == "active" for item in every if item["id"] == base)


def _window_is_open(subscription: dict[str, Any], now: datetime) -> bool:
    until = subscription.get("cancellationAllowedUntilDate")
    return until is not None and datetime.fromisoformat(until) > now
