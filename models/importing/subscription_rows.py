"""Reads and plans rows of subscriptions, as portals and distributors list them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import select

from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.importing.customer_lookup import CustomerLookup
from partnerdesk.models.importing.fields import SubscriptionColumn as Sc
from partnerdesk.models.importing.record_rows import Book, ReadRow, RowValues, stored_value
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.keep import plan_keep
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Plan, PlanContext

_OF_CUSTOMER = (Sc.CUSTOMER_ID, Sc.CUSTOMER_DOMAIN, Sc.CUSTOMER)
_PRICED = re.compile(r"(\d[^A-Za-z]*?)\s*([A-Z]{3})")
"""An amount with its currency, as this program's own exports write it."""
_CHOICES = (Sc.STATUS, Sc.TERM, Sc.BILLING)


class SubscriptionBook(Book):
    """The subscriptions of an account.

    A row is about the subscription with its id; without an id, about the only one of the customer
    with its name.
    """

    COLUMNS: ClassVar[Mapping[str, str]] = {}
    DETAIL = Sc.NAME

    def load(self) -> None:
        """Read the account's customers, and its subscriptions by id and by customer and name."""
        self._customers = CustomerLookup(self.session, self.account.id)
        kind = Subscription
        own = select(kind.id, kind.microsoft_id, kind.customer_id, kind.name_sort).where(
            kind.account_id == self.account.id
        )
        self._by_id: dict[str, int] = {}
        self._by_name: dict[tuple[int, str], list[int]] = {}
        for id, microsoft_id, customer_id, name in self.session.exec(own):
            if microsoft_id:
                self._by_id[microsoft_id] = int(id or 0)
            self._by_name.setdefault((customer_id, name), []).append(int(id or 0))

    def subject(self, values: Mapping[str, str]) -> str:
        """Return the name, domain or id of the customer, else the name of the subscription."""
        fields = (*reversed(_OF_CUSTOMER), Sc.NAME)
        return next((values[name] for name in fields if name in values), "")

    def read(self, values: RowValues) -> ReadRow:
        """Read a row: days become ISO 8601, words become stored values."""
        values = dict(values)
        problems: list[Reason] = []
        found = self._customers.find(*(values.get(name, "") for name in _OF_CUSTOMER))
        if isinstance(found, Reason):
            problems.append(found)
        for column in (Sc.START, Sc.END, Sc.CANCEL_UNTIL):
            moment = self.day(values, column, problems)
            if moment is not None:
                values[column] = iso(moment)
        for column in _CHOICES:
            if column in values:
                values[column] = stored_value("subscriptions", column, values[column])
        if priced := _PRICED.fullmatch(values.get(Sc.PRICE, "")):
            values[Sc.PRICE] = priced[1]
            values.setdefault(Sc.CURRENCY, priced[2])
        customer_id = None if isinstance(found, Reason) else found
        microsoft_id = guid(values.get(Sc.MICROSOFT_ID, "")) or ""
        name = _name(values)
        known = self._by_id.get(microsoft_id, 0)
        if not known and not microsoft_id and customer_id:
            same = self._by_name.get((customer_id, name), [])
            known = same[0] if len(same) == 1 else 0
        key = microsoft_id or (customer_id, name, values.get(Sc.END, ""))
        return ReadRow(values, key, self.subject(values), known, customer_id, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to add a subscription, or to change the fields in which the row differs."""
        customer = self.session.get_one(Customer, row.customer_id)
        stored = self.session.get_one(Subscription, row.record_id) if row.record_id else None
        plan = plan_keep(self.own, customer, row.values, by, stored)
        if stored is not None and stored.customer_id != row.customer_id:
            text = _("This subscription is kept with another customer.")
            return plan.refused(Reason("import.other-customer", text, Sc.MICROSOFT_ID))
        return plan


def _name(values: Mapping[str, str]) -> str:
    return fold(" ".join((values.get(Sc.NAME) or values.get(Sc.OFFER, "")).split()))[:200]
