"""A sync without a service: what Partner Center would say, written into a book page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from partnerdesk.models.syncing.lease import Holder, take_lease
from partnerdesk.models.syncing.lookup import missing
from partnerdesk.models.syncing.progress import SyncPhase
from partnerdesk.models.syncing.rows import ListedCustomer, Position, Used
from partnerdesk.models.syncing.write import (
    SyncBy,
    enter,
    finish,
    read_state,
    write_gone,
    write_page,
)
from tests.support.books import NOW, TESTER
from tests.support.statements import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.lease import Lease

ONCE = Used(1)


def guid(number: int) -> str:
    """Return the Microsoft ID of a customer, by its number."""
    return str(UUID(int=number + 2**100))


def told(
    number: int, name: str = "", domain: str = "", relation: str = "reseller"
) -> ListedCustomer:
    """Return a customer as the list tells it."""
    prefix = domain or f"c{number}.onmicrosoft.com"
    customer = ListedCustomer.of(guid(number), name or f"Customer {number}", prefix, relation)
    assert customer is not None
    return customer


@dataclass
class Syncing:
    """One account's sync in a book, at a time of the test's choice."""

    store: Store
    at: datetime = NOW
    account_id: int = 1
    lease: Lease = field(init=False)

    def begin(self, **options: Any) -> Lease:
        """Take the lease, and go to the list."""
        holder = Holder.of("testhost", 1, "")
        self.lease = take_lease(self.store, self.account_id, holder, self.at, **options)
        if read_state(self.store, self.lease).phase is SyncPhase.ACTIVITY:
            enter(self.store, self.lease, SyncPhase.LIST, self.by, whole=True)
        return self.lease

    @property
    def by(self) -> SyncBy:
        """Who syncs, and when."""
        return SyncBy(TESTER, self.at)

    def pages(self, pages: Sequence[Sequence[ListedCustomer]], most: int = 1000) -> None:
        """Write pages from where the list goes on, at most so many."""
        begin = int(read_state(self.store, self.lease).position.target or 0)
        for number in range(begin, min(len(pages), begin + most)):
            following = Position(str(number + 1)) if number + 1 < len(pages) else None
            write_page(self.store, self.lease, pages[number], following, ONCE, self.by)

    def end(self) -> None:
        """Mark who is gone, and finish."""
        if lacked := missing(self.store, self.lease, 10_000):
            write_gone(self.store, self.lease, lacked, ONCE, self.by)
        finish(self.store, self.lease, self.by)

    def whole(self, *pages: Sequence[ListedCustomer]) -> None:
        """Do a whole run, a day after the one before."""
        self.begin(full=True)
        self.pages(pages)
        self.end()
        self.at += timedelta(days=1)


def content(store: Store) -> list[tuple[Any, ...]]:
    """Return what the book holds of customers, with all moments."""
    return [
        *rows(store, "SELECT * FROM customers ORDER BY id"),
        *rows(store, "SELECT * FROM company_profiles ORDER BY customer_id"),
        *rows(store, "SELECT * FROM billing_profiles ORDER BY customer_id"),
        *rows(store, "SELECT * FROM tags ORDER BY customer_id, name"),
    ]
