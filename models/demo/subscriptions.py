"""Adds subscriptions to the demo book: renewals to come, windows open and closed, add-ons.

They have a random generator of their own, so that they do not affect the generated customers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlmodel import col

from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.database.derived import derived
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.states import ACTIVE, DELETED, SUSPENDED, is_new_commerce

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

MOST = 50_000
"""The greatest number of subscriptions in a book."""
_MANY = (0, 1, 1, 1, 2, 2, 3, 5)
"""How many a customer has, each as often as another."""
_STATUSES = (*(ACTIVE,) * 44, *(SUSPENDED,) * 3, DELETED, "expired", "pending")
_SEATS = (1, 3, 5, 8, 10, 12, 25, 40, 60, 100, 250)
_WINDOW = timedelta(days=7)
_TERMS = {"P1M": timedelta(days=30), "P1Y": timedelta(days=365), "P3Y": timedelta(days=1095)}
_BARE: dict[str, Any] = Subscription(account_id=0, customer_id=0, friendly_name="").model_dump(
    exclude={"id"}
)


@dataclass(frozen=True, slots=True)
class _Offer:
    id: str
    name: str
    price: str
    term: str = "P1Y"
    cycle: str = "monthly"
    billing: str = "license"


_NEW = (
    _Offer("CFQ7TTC0LH18:0001:CFQ7TTC0K971", "Microsoft 365 Business Basic", "5.60"),
    _Offer("CFQ7TTC0LDPB:0001:CFQ7TTC0J203", "Microsoft 365 Business Standard", "11.70"),
    _Offer("CFQ7TTC0LCHC:0002:CFQ7TTC0HL8W", "Microsoft 365 Business Premium", "20.60"),
    _Offer("CFQ7TTC0LH16:0001:CFQ7TTC0K8RD", "Exchange Online (Plan 1)", "4.10", "P1M"),
    _Offer("CFQ7TTC0LFLX:0001:CFQ7TTC0KX0L", "Microsoft 365 E3", "406.80", cycle="annual"),
    _Offer("DZH318Z0BPS6:0001:DZH318Z0BMTX", "Azure plan", "", "", "one_time", "usage"),
)
_OLD = (
    _Offer("031c9e47-4802-4248-838e-778fb1d2cc05", "Office 365 Business Premium", "12.50"),
    _Offer("796b6b5f-613c-4e24-a17c-eba730d49c02", "Office 365 E3", "280.80", cycle="annual"),
    _Offer("195416c1-3447-423a-b37b-ee59a99a19c4", "Exchange Online (Plan 1)", "4.00"),
)
_OF_CLOUD = {"global": _NEW, "us-gov": (*_NEW[:3], *_OLD[1:])}


def fill_subscriptions(
    connection: Connection, accounts: Mapping[str, int | None], seed: int, as_of: datetime
) -> None:
    """Add subscriptions of the customers, who are already written in the same transaction."""
    rng = random.Random(f"{seed}/subscriptions")  # noqa: S311 - nothing secret is drawn
    left = MOST
    for cloud, account_id in accounts.items():
        offers = _OF_CLOUD.get(cloud, _OLD)
        customers = select(col(Customer.id), col(Customer.microsoft_id)).where(
            col(Customer.account_id) == account_id,
            col(Customer.relationship_to_partner) == Relationship.RESELLER,
            unset(Customer.ended_at),
        )
        rows: list[dict[str, Any]] = []
        for id, microsoft_id in connection.execute(customers.order_by(col(Customer.id))):
            chosen = rng.sample(offers, min(rng.choice(_MANY), len(offers)))
            for offer in chosen:
                row = _subscription(rng, offer, as_of, is_known=bool(microsoft_id))
                rows.append(_BARE | row | {"account_id": account_id, "customer_id": id})
            if len(rows) >= left:
                break
        left -= len(rows)
        if rows:
            full = [row | derived(Subscription, row) for row in rows]
            connection.execute(insert(Subscription), full)


def _subscription(
    rng: random.Random, offer: _Offer, as_of: datetime, *, is_known: bool
) -> dict[str, Any]:
    today = datetime.combine(as_of.date(), time(), UTC)
    status = rng.choice(_STATUSES)
    length = _TERMS.get(offer.term, timedelta(days=365))
    began = today - timedelta(days=rng.randint(1, length.days - 1))
    if rng.random() < 1 / 12:
        began = today - timedelta(days=rng.randint(1, 6))
    if status in (DELETED, "expired"):
        began -= length
    is_new = is_new_commerce(offer.id)
    ends = began + length - timedelta(days=is_new)
    window = began + _WINDOW
    is_open = is_new and status == ACTIVE and window > as_of and offer.billing == "license"
    seats = rng.choice(_SEATS) if offer.billing == "license" else 1
    return {
        "microsoft_id": _guid(rng) if is_known else None,
        "order_id": _guid(rng)[:12],
        "offer_id": offer.id,
        "offer_name": offer.name,
        "friendly_name": offer.name,
        "quantity": seats,
        "unit_type": "Licenses" if offer.billing == "license" else "Usage-based",
        "status": status,
        "auto_renew_enabled": offer.billing == "license" and rng.random() < 4 / 5,
        "term_duration": offer.term,
        "billing_cycle": offer.cycle,
        "billing_type": offer.billing,
        "creation_date": began,
        "effective_start_date": began,
        "commitment_end_date": ends if offer.term else None,
        "cancellation_allowed_until_date": window if is_open else None,
        "refundable_quantity": seats if is_open else None,
        "refundable_until": window if is_open else None,
        "unit_price": offer.price,
        "currency": "EUR" if offer.price else "",
        "seen_at": as_of - timedelta(minutes=rng.randint(5, 900)) if is_known else None,
    }


def _guid(rng: random.Random) -> str:
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"
