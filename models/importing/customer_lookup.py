"""Finds the customer that a row of another list names, by Microsoft ID, domain or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import _
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from sqlmodel import Session

CUSTOMER_ID, CUSTOMER_DOMAIN, CUSTOMER = "customer_microsoft_id", "customer_domain", "customer"
"""The fields of a row that name its customer, in every list; the surest first."""


class CustomerLookup:
    """The customers of an account, by Microsoft ID, domain and name."""

    def __init__(self, session: Session, account_id: int) -> None:
        own = select(
            Customer.id, Customer.microsoft_id, Customer.primary_domain, Customer.company_name
        ).where(Customer.account_id == account_id)
        self._ids: dict[str, list[int]] = {}
        self._domains: dict[str, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        self._without_id: set[int] = set()
        for id, microsoft_id, domain, name in session.exec(own):
            number = int(id or 0)
            if not microsoft_id:
                self._without_id.add(number)
            for known, text in (
                (self._ids, microsoft_id),
                (self._domains, domain),
                (self._names, fold(name)),
            ):
                if text:
                    known.setdefault(text, []).append(number)

    def find(self, microsoft_id: str, domain: str, name: str) -> int | Reason:
        """Return the id of the customer that a row names, or the reason why there is none.

        The search uses the Microsoft ID first, then the domain, then the name.
        """
        wanted = guid(microsoft_id) if microsoft_id else ""
        if wanted is None:
            text = _("{text} is no GUID such as 1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11.")
            text = text.format(text=shown(microsoft_id[:60]))
            return Reason("import.customer-id", text, CUSTOMER_ID)
        for column, known, text in (
            (CUSTOMER_ID, self._ids, wanted),
            (CUSTOMER_DOMAIN, self._domains, domain_name(domain) or ""),
            (CUSTOMER, self._names, fold(" ".join(name.split()))),
        ):
            if not text:
                continue
            found = known.get(text, [])
            if wanted:  # a customer with another id is another customer, even of the same name
                found = [id for id in found if known is self._ids or id in self._without_id]
            if len(found) == 1:
                return found[0]
            if found:
                several = _("Several customers are called so: add the Microsoft ID.")
                return Reason("import.several", several, column)
        text = _("It is no customer in the book of this account: import the customers first.")
        column = CUSTOMER_ID if wanted else CUSTOMER_DOMAIN if domain else CUSTOMER
        return Reason("import.no-customer", text, column)
