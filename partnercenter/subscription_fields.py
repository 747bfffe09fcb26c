"""Subscriptions of the API in the words of the book, and back (`reference/newer.md §3.4`)."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from partnerdesk.models.core.clock import NEVER
from partnerdesk.models.core.text import without_nul
from partnerdesk.models.subscriptions.schedule import schedule_of, schedule_text
from partnerdesk.models.syncing.rows import ToldSubscription
from partnerdesk.models.values.identifiers import guid
from partnerdesk.partnercenter.wire.subscriptions import Subscription

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.subscriptions.entities import Subscription as Kept
    from partnerdesk.partnercenter.wire.subscriptions import RefundableQuantity, ScheduledNextTerm

WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "friendly_name": "friendlyName",
        "quantity": "quantity",
        "auto_renew_enabled": "autoRenewEnabled",
        "status": "status",
    }
)
"""The columns that a change writes as they are, with their names on the wire."""
_TERMS: Mapping[str, str] = MappingProxyType(
    {"termDuration": "term_duration", "billingCycle": "billing_cycle"}
)
SCHEDULED = "scheduledNextTermInstructions"
LONGEST = 1_000
"""How many characters of a text the book takes."""
MOST = 2**31 - 1
"""The greatest number that the store can hold."""
_FIRST_YEAR = 1970
"""Earlier dates, such as those of the year 1, stand for no date."""
_TEXTS = (
    "order_id",
    "offer_id",
    "offer_name",
    "unit_type",
    "parent_subscription_id",
    "term_duration",
    "partner_id",
)
_MOMENTS = ("creation_date", "effective_start_date", "commitment_end_date")
_MOMENTS_WRITTEN = {
    **{name: to_camel(name) for name in _MOMENTS},
    "cancellation_allowed_until_date": "cancellationAllowedUntilDate",
}
_CYCLES = {
    "0": "unknown",
    "1": "monthly",
    "2": "annual",
    "3": "none",
    "4": "one_time",
    "onetime": "one_time",
}
"""Other spellings of a billing cycle (`reference/resources.md`, *Subscription*)."""


def told_subscription(item: Any) -> ToldSubscription | None:
    """Return a subscription in the words of the book; None if it names none."""
    if not isinstance(item, dict):
        return None
    told = Subscription.model_validate(item)
    id = guid(told.id.strip())
    if id is None:
        return None
    columns: dict[str, Any] = {name: _text(getattr(told, name)) for name in _TEXTS}
    columns["parent_subscription_id"] = columns["parent_subscription_id"].lower()
    columns["friendly_name"] = _text(told.friendly_name) or columns["offer_name"] or id
    columns["status"] = _text(told.status).lower()
    columns["billing_type"] = _text(told.billing_type).lower()
    cycle = _text(told.billing_cycle).lower()
    columns["billing_cycle"] = _CYCLES.get(cycle, cycle)
    columns["quantity"] = _whole(told.quantity)
    columns["auto_renew_enabled"] = told.auto_renew_enabled
    columns["is_trial"] = told.is_trial
    columns |= {name: _moment(getattr(told, name)) for name in _MOMENTS}
    exact = _moment(told.commitment_end_date_time)
    if exact is not None and exact.time() != time.min:
        columns["commitment_end_date"] = exact
    known = {name: value for name, value in columns.items() if value not in (None, "")}
    until = _moment(told.cancellation_allowed_until_date)
    known["cancellation_allowed_until_date"] = until
    known["suspension_reasons"] = "; ".join(map(_text, told.suspension_reasons))[:LONGEST]
    known["scheduled"] = _scheduled(told.scheduled_next_term_instructions, known)
    known |= _refundable(told.refundable_quantity)
    return ToldSubscription(id, known)


def as_told(subscription: Kept) -> Fields:
    """Return a subscription of the book as the API shows it, as far as the book knows it."""
    moments = {
        wire: f"{value:%Y-%m-%dT%H:%M:%SZ}"
        for name, wire in _MOMENTS_WRITTEN.items()
        if (value := getattr(subscription, name)) is not None
    }
    texts = {
        to_camel(name): value
        for name in (*_TEXTS, *WRITTEN, "billing_cycle", "billing_type", "is_trial")
        if (value := getattr(subscription, name)) not in (None, "")
    }
    until = subscription.refundable_until
    refundable: Fields = {}
    if subscription.refundable_quantity is not None and until is not None:
        part = {
            "quantity": subscription.refundable_quantity,
            "allowedUntilDateTime": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }
        total = subscription.refundable_quantity
        refundable["refundableQuantity"] = {"totalQuantity": total, "details": [part]}
    body: Fields = {"id": subscription.microsoft_id, **texts, **moments, **refundable}
    return with_wanted(body, {"scheduled": subscription.scheduled})


def with_wanted(body: Mapping[str, Any], wanted: Mapping[str, Any]) -> Fields:
    """Return a whole subscription with the wanted columns in it; everything else stays.

    What a PATCH leaves out is reset, so what the program does not know stays as well.
    """
    changed: Fields = {f"{name[:1].lower()}{name[1:]}": body[name] for name in deepcopy(dict(body))}
    changed |= {WRITTEN[name]: value for name, value in wanted.items() if name in WRITTEN}
    if "scheduled" in wanted:
        told = changed.pop(SCHEDULED, None)
        if schedule := schedule_of(str(wanted["scheduled"] or "")):
            changed[SCHEDULED] = _instructions(schedule, told, changed)
    return changed


def is_same(name: str, ours: Any, theirs: Any) -> bool:
    """Return whether a column has the same value on both sides, as it is stored in a call."""
    if name == "scheduled":
        return schedule_of(str(ours or "")) == schedule_of(str(theirs or ""))
    return bool(ours == theirs)


def _instructions(schedule: Mapping[str, Any], told: Any, body: Mapping[str, Any]) -> Fields:
    """Return what to schedule, whole: what does not change is as in the present term.

    What only Partner Center knows of the same product stays.
    """
    parts = str(schedule.get("offer_id") or body.get("offerId", "")).split(":")
    ids = dict(zip(("productId", "skuId", "availabilityId"), filter(None, parts), strict=False))
    before = told if isinstance(told, dict) else {}
    product = before.get("product")
    is_known = isinstance(product, dict) and all(product.get(id) == ids[id] for id in ids)
    kept = product if is_known and isinstance(product, dict) else {}
    new = {
        wire: schedule.get(name) or body[wire]
        for wire, name in _TERMS.items()
        if schedule.get(name) or body.get(wire)
    }
    quantity = schedule.get("quantity", body.get("quantity"))
    return {**before, "product": {**kept, **ids, **new}, "quantity": quantity}


def _scheduled(told: ScheduledNextTerm, present: Mapping[str, Any]) -> str:
    """Return what is scheduled and differs from the present term."""
    product = told.product
    cycle = _text(product.billing_cycle).lower()
    ids = (product.product_id, product.sku_id, product.availability_id)
    known = {
        "offer_id": ":".join(filter(None, map(_text, ids))),
        "quantity": _whole(told.quantity),
        "term_duration": _text(product.term_duration),
        "billing_cycle": _CYCLES.get(cycle, cycle),
    }
    return schedule_text(known, present)


def _refundable(told: RefundableQuantity) -> dict[str, Any]:
    untils = [_moment(part.allowed_until_date_time) for part in told.details]
    parts = [number for part in told.details if (number := _whole(part.quantity)) is not None]
    total = _whole(told.total_quantity)
    if total is None and parts:
        total = sum(parts)
    last = max((until for until in untils if until is not None), default=None)
    return {"refundable_quantity": total, "refundable_until": last}


def _whole(number: float | None) -> int | None:
    """Return a number as the store can hold it; None for one that counts nothing."""
    return int(number) if number is not None and abs(number) <= MOST else None


def _text(value: str) -> str:
    return without_nul(value).strip()[:LONGEST]


def _moment(value: datetime | None) -> datetime | None:
    """Return a moment in UTC, in milliseconds as in the store."""
    if value is None or value.year < _FIRST_YEAR:
        return None
    try:
        moment = value.astimezone(UTC)
    except OverflowError:  # a far future in another zone
        return NEVER
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
