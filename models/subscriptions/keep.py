"""Plans to keep a subscription that was told by a file: to add it, or to bring it up to date. Pure.

Fields: `reference/newer.md §3.4`. What a file says of a connected account is not kept but for the
price, because Partner Center says the rest itself.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Step, Target
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.change import LONGEST_NAME, MOST_SEATS, SOURCE
from partnerdesk.models.subscriptions.records import SUBSCRIPTION
from partnerdesk.models.subscriptions.states import ACTIVE, BILLING_CYCLES, STATUSES, TERMS
from partnerdesk.models.values.fields import day_field, guid_field, kept, text_field, yes_no_field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.changes.plan import Fields, PlanContext
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.subscriptions.entities import Subscription

FIELDS = (
    "friendly_name",
    "offer_name",
    "offer_id",
    "microsoft_id",
    "order_id",
    "quantity",
    "status",
    "effective_start_date",
    "commitment_end_date",
    "cancellation_allowed_until_date",
    "auto_renew_enabled",
    "term_duration",
    "billing_cycle",
    "partner_id",
    "unit_price",
    "currency",
)
"""The fields that a file can hold, by the book's names."""
OF_CONNECTED = ("unit_price", "currency")
"""The fields that a file can tell of a connected account."""
_CURRENCY = re.compile("[A-Z]{3}")
_DAYS = ("effective_start_date", "commitment_end_date", "cancellation_allowed_until_date")


def plan_keep(
    account: PartnerAccount,
    customer: Customer,
    texts: Mapping[str, str],
    by: PlanContext,
    stored: Subscription | None = None,
) -> Plan:
    """Plan to add a subscription, or to change the fields in which a row differs from `stored`.

    Args:
        account: the account of the customer.
        customer: the customer.
        texts: typed texts by `FIELDS`, without empty ones; days in ISO 8601.
        by: who plans, when, under which id.
        stored: the subscription of the book that the row is about; None for a new one.
    """
    fields, reasons = _checked(texts)
    target = Target(account.id or 0, account.cloud, customer.company_name, customer.id)
    if account.connected:
        fields = {name: value for name, value in fields.items() if name in OF_CONNECTED}
        if stored is None:
            text = _("This account is connected: its subscriptions are read from Partner Center.")
            reasons.append(Reason("subscription.connected", text))
    if stored is None:
        return Plan.of(
            ChangeKind.SUBSCRIPTION, by, target, lambda: _added(customer, fields), reasons
        )
    before = fields_of(stored, list(fields))
    changed = {name: value for name, value in fields.items() if value != before[name]}
    old = {name: before[name] for name in changed}
    steps = (Step(SUBSCRIPTION, {"id": stored.id}, old, changed),) if changed else ()
    return Plan.of(ChangeKind.SUBSCRIPTION, by, target, steps, reasons)


def _added(customer: Customer, fields: Fields) -> tuple[Step]:
    own: Fields = {"account_id": customer.account_id, "customer_id": customer.id}
    own["status"] = ACTIVE
    names = {"friendly_name": fields.get("friendly_name") or fields.get("offer_name") or "?"}
    return (Step(SUBSCRIPTION, {"id": None}, None, {**own, **fields, **names}),)


def _checked(texts: Mapping[str, str]) -> tuple[Fields, list[Reason]]:
    """Return the fields that texts mean, and the reasons against those that mean nothing."""
    reasons: list[Reason] = []
    fields: Fields = {}
    for name in FIELDS:
        text = texts.get(name, "").strip()
        if text:
            value = kept(_PARSED.get(name, _text)(name, text), reasons, None)
            if value is not None:
                fields[name] = value
    if not texts.get("friendly_name") and not texts.get("offer_name"):
        text = _("Write the name of the subscription, or of its offer.")
        reasons.append(Reason("subscription.no-name", text, "friendly_name"))
    if fields.get("unit_price") and not fields.get("currency"):
        text = _("A price needs its currency, such as EUR.")
        reasons.append(Reason("subscription.currency", text, "currency"))
    return fields, reasons


def _text(name: str, text: str) -> str | Reason:
    return text_field(" ".join(text.split()), f"subscription.{name}", name, LONGEST_NAME, SOURCE)


def _guid(name: str, text: str) -> str | Reason:
    return guid_field(text, f"subscription.{name}", name)


def _seats(name: str, text: str) -> int | Reason:
    found = re.fullmatch(r"(\d{1,7})(?:[.,]0+)?", text, re.ASCII)
    if found and int(found[1]) <= MOST_SEATS:
        return int(found[1])
    return Reason("subscription.seats", _("Write a whole number of seats."), name, SOURCE)


def _day(name: str, text: str) -> str | Reason | None:
    found = day_field(text, f"subscription.{name}", name)
    return found if found is None or isinstance(found, Reason) else iso(found)


def _price(name: str, text: str) -> str | Reason:
    plain = text.replace("\u00a0", "").replace(" ", "")
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal(-1)
    if 0 <= amount < 10**9 and amount == amount.quantize(Decimal("0.0001")):
        return format(amount, "f")
    return Reason("subscription.price", _("Write the price as 12.30, without a sign."), name)


def _currency(name: str, text: str) -> str | Reason:
    code = text.upper()
    if _CURRENCY.fullmatch(code):
        return code
    return Reason("subscription.currency", _("Write the code of the currency, such as EUR."), name)


def _choice(titles: Mapping[str, str]) -> Callable[[str, str], str | Reason]:
    def parsed(name: str, text: str) -> str | Reason:
        wanted = fold(text).replace(" ", "").replace("_", "")
        for value, title in titles.items():
            words = (value, title, _(title) if title else "")
            if value and wanted in {fold(word).replace(" ", "").replace("_", "") for word in words}:
                return value
        sentence = _("{text} is none of: {values}.")
        values = ", ".join(filter(None, titles))
        text = sentence.format(text=shown(text[:40]), values=values)
        return Reason(f"subscription.{name}", text, name, SOURCE)

    return parsed


def _yes_no(name: str, text: str) -> bool | Reason | None:
    return yes_no_field(text, f"subscription.{name}", name)


_PARSED: Mapping[str, Callable[[str, str], Any]] = {
    "microsoft_id": _guid,
    "quantity": _seats,
    "status": _choice(STATUSES),
    "term_duration": _choice(TERMS),
    "billing_cycle": _choice(BILLING_CYCLES),
    "auto_renew_enabled": _yes_no,
    "unit_price": _price,
    "currency": _currency,
    **dict.fromkeys(_DAYS, _day),
}
"""What reads the text of a field; other fields are texts of one line."""
