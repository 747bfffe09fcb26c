"""Checks of the customer agreement and of the indirect reseller, and when a form asks them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.form.fields import WAY_TITLES, AgreementWay, FormField
from partnerdesk.models.customers.form.reasons import (
    CUSTOMER,
    SECTION_6,
    SECTION_8,
    Checked,
    quoted,
    refusal,
    warning,
)
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.days import typed_day

if TYPE_CHECKING:
    from partnerdesk.models.customers.form.fields import FormContext, Values

FIRST_DAY = date(2019, 10, 1)
"""The first day of the Microsoft Customer Agreement (`reference/rules.md §6`)."""

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ][0-9:.,+\- Zz]{1,32})?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def way_of(values: Values) -> AgreementWay | None:
    """Return the chosen way to accept; by the customer if the field is empty, None if unknown."""
    text = values.get(FormField.AGREEMENT, "").strip()
    return _way(text) if text else AgreementWay.BY_CUSTOMER


def agreement_asked(at: FormContext) -> bool:
    """Say whether the form asks about the agreement: only for a new customer.

    A connected account needs a cloud whose API takes agreements; without a connection, the answer
    stays in the book.
    """
    offered = at.cloud.allows(Capability.CUSTOMER_AGREEMENT).allowed
    return not at.editing and (offered or not at.connected)


def attests(values: Values, at: FormContext) -> bool:
    """Say whether the form asks for the person who accepted: the partner attests it, and may."""
    may = at.kind is not PartnerKind.INDIRECT_RESELLER
    return agreement_asked(at) and may and way_of(values) is AgreementWay.ATTESTED


def check_way(text: str, at: FormContext) -> Checked:
    """Check the way to accept the agreement; the value is that of `AgreementWay`."""
    field, way = FormField.AGREEMENT, _way(text)
    if way is None:
        sentence = _("{text} is no way to accept the agreement; write {ways}.")
        message = sentence.format(text=quoted(text), ways=" / ".join(AgreementWay))
        return Checked(text, (refusal(field, "unknown", message, SECTION_6),))
    if way is AgreementWay.BY_CUSTOMER:
        return Checked(way.value)
    if at.kind is PartnerKind.INDIRECT_RESELLER:
        sentence = _(
            "An indirect reseller cannot attest an agreement. "
            "Ask your provider to, or let the customer accept it itself."
        )
        offer = AgreementWay.BY_CUSTOMER.value
        reason = refusal(field, "reseller-cannot-attest", sentence, SECTION_6, offer)
        return Checked(text, (reason,))
    permission = at.cloud.allows(Capability.CUSTOMER_AGREEMENT)
    if permission.allowed:
        return Checked(way.value)
    if at.connected:
        why, source, offer = permission.reason, permission.source, AgreementWay.BY_CUSTOMER.value
        return Checked(text, (refusal(field, "not-in-cloud", why, source, offer),))
    sentence = _("{reason} What you attest here is a record of your own only.")
    message = sentence.format(reason=permission.reason)
    return Checked(way.value, (warning(field, "record-only", message, permission.source),))


def check_date(text: str, at: FormContext) -> Checked:
    """Check the day of acceptance; the value is `YYYY-MM-DD`, without a typed time."""
    field = FormField.AGREEMENT_DATE
    match = _ISO_DAY.fullmatch(text)
    day = _day(match.group(1)) if match else typed_day(text)
    if day is None:
        sentence = _("{text} is no date; write year, month and day, such as {example}.")
        message = sentence.format(text=quoted(text), example=at.today.isoformat())
        return Checked(text, (refusal(field, "wrong-form", message, SECTION_6, _day_offer(text)),))
    written = day.isoformat()
    if day > at.today:
        sentence = _("{date} is in the future; the customer accepted today ({today}) or before.")
        message = sentence.format(date=written, today=at.today.isoformat())
        return Checked(text, (refusal(field, "future", message, SECTION_6, at.today.isoformat()),))
    if day < FIRST_DAY:
        sentence = _(
            "{date} is before 1 October 2019, when the Microsoft Customer Agreement began. "
            "An older agreement does not count."
        )
        message = sentence.format(date=written)
        return Checked(written, (warning(field, "before-agreement", message, SECTION_6),))
    return Checked(written)


def reseller_asked(at: FormContext) -> bool:
    """Say whether the form asks for the indirect reseller of the customer."""
    allowed = at.cloud.allows(Capability.CREATE_CUSTOMER_FOR_RESELLER).allowed
    return not at.editing and at.kind is PartnerKind.INDIRECT_PROVIDER and allowed


def check_reseller(text: str, at: FormContext) -> Checked:
    """Check the tenant id of an indirect reseller; the value is in lower case."""
    field = FormField.ASSOCIATED_PARTNER_ID
    permission = at.cloud.allows(Capability.CREATE_CUSTOMER_FOR_RESELLER)
    if at.kind is not PartnerKind.INDIRECT_PROVIDER:
        sentence = _("Only an indirect provider adds customers for a reseller. Leave this empty.")
        return Checked(text, (refusal(field, "not-provider", sentence, SECTION_8),))
    if not permission.allowed:
        reason = refusal(field, "not-in-cloud", permission.reason, permission.source)
        return Checked(text, (reason,))
    bare = text.lower().removeprefix("{").removesuffix("}")
    if _GUID.fullmatch(bare):
        return Checked(bare)
    sentence = _("{text} is no tenant id; write the reseller's, a GUID such as {example}.")
    message = sentence.format(text=quoted(text), example="1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11")
    return Checked(text, (refusal(field, "wrong-form", message, CUSTOMER),))


def _way(text: str) -> AgreementWay | None:
    wanted = fold(text[:200])
    for way, title in WAY_TITLES.items():
        if wanted in {way.value, fold(title), fold(_(title))}:
            return way
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_offer(text: str) -> str:
    """Return the day that `31.12.2026` means, as `YYYY-MM-DD`; empty for any other text."""
    match = _DAY_FIRST.fullmatch(text)
    if match is None:
        return ""
    day, month, year = match.groups()
    offer = _day(f"{year}-{int(month):02}-{int(day):02}")
    return offer.isoformat() if offer else ""
