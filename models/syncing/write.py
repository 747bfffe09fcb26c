"""Writes what Partner Center says of customers into the book: each page in one transaction.

    write_page(store, lease, customers, position, used, by)

Customers are matched by Microsoft ID; one that was kept by hand without an ID is matched by its
domain. What the partner keeps itself (tags, notes, invitations, own fields) is never touched. A
page that is written twice, because a process was killed in between, changes nothing again.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import SQLModel

from partnerdesk.models.changes.history import as_json, as_object
from partnerdesk.models.syncing.customers import CustomerWriter
from partnerdesk.models.syncing.details import ProfileWriter
from partnerdesk.models.syncing.entry import RunEntry
from partnerdesk.models.syncing.lease import LEASE, begin_list_anew, leased_row
from partnerdesk.models.syncing.progress import SyncPhase, SyncTrouble
from partnerdesk.models.syncing.rows import Position
from partnerdesk.models.syncing.subscriptions import SubscriptionWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.entities import AccountSync
    from partnerdesk.models.syncing.lease import Lease
    from partnerdesk.models.syncing.rows import (
        CustomerDetails,
        ListedCustomer,
        ToldSubscriptions,
        Used,
    )


@dataclass(frozen=True, slots=True)
class SyncBy:
    """Who syncs, and when."""

    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class SyncState:
    """Where a run stands, as the process that goes on with it has to know."""

    phase: SyncPhase
    whole: bool
    position: Position
    """Where the list goes on; without an address at its beginning."""
    received: int
    pages: int
    expected: int
    """How many customers the last whole list had."""
    whole_at: datetime | None
    """When the last whole list was begun; None if none was received to its end."""
    activity_day: str


class _Writing:
    """The transaction of a sync: the locked row of the lease, and who writes its changes."""

    def __init__(self, session: Session, row: AccountSync, by: SyncBy) -> None:
        accounts = SQLModel.metadata.tables["partner_accounts"].c
        cloud = session.connection().execute(
            select(accounts.cloud).where(accounts.id == row.account_id)
        )
        self.session = session
        self.row = row
        self.entry = RunEntry(session, row, str(cloud.scalar_one()), by.actor, by.at)
        self.customers = CustomerWriter(session, row, self.entry)


@contextmanager
def _writing(
    store: Store, lease: Lease, by: SyncBy, used: Used | None = None
) -> Iterator[_Writing]:
    """Open the transaction of a lease; count what was written, and renew the lease.

    Raises:
        LeaseLostError: another process has the lease.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        row = leased_row(session, lease)
        writing = _Writing(session, row, by)
        yield writing
        row.received += writing.customers.seen
        row.new += writing.customers.new
        row.changed += writing.customers.changed
        if used is not None:
            row.calls += used.calls
            row.retries += used.retries
            row.calls_left = used.left
        if row.holder:
            row.lease_until = by.at + LEASE
        row.trouble = SyncTrouble.NONE
        row.version += 1
        session.add(row)


def read_state(store: Store, lease: Lease) -> SyncState:
    """Return where the run of a lease stands.

    Raises:
        LeaseLostError: another process has the lease.
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        row = leased_row(session, lease, lock=False)
        position = as_object(row.position) if row.position else {}
        headers = tuple((str(name), str(value)) for name, value in position.get("headers", ()))
        return SyncState(
            row.phase,
            row.whole,
            Position(str(position.get("target", "")), headers),
            row.received,
            row.pages,
            row.expected,
            row.whole_at,
            row.activity_day,
        )


def write_page(
    store: Store,
    lease: Lease,
    customers: Sequence[ListedCustomer],
    following: Position | None,
    used: Used,
    by: SyncBy,
) -> None:
    """Write a page of the list, and keep where the list goes on.

    Args:
        store: the book.
        lease: the right to sync the account.
        customers: the rows of the page.
        following: where the next page is; None behind the last page.
        used: what the page took.
        by: who syncs, and when.

    Raises:
        LeaseLostError: another process has the lease.
        StoreError: the book cannot be written.
    """
    with _writing(store, lease, by, used) as writing:
        writing.customers.take(customers)
        row = writing.row
        row.pages += 1
        if following is None:
            row.phase, row.position = SyncPhase.GONE, ""
        else:
            row.position = as_json(following._asdict())


def list_again(store: Store, lease: Lease, by: SyncBy) -> None:
    """Begin the list again, because it does not go on where it was; what was written stays.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by) as writing:
        writing.row.phase = SyncPhase.LIST
        begin_list_anew(writing.row, by.at)


def enter(
    store: Store, lease: Lease, phase: SyncPhase, by: SyncBy, *, whole: bool | None = None
) -> None:
    """Let a run go on with another phase; `whole` says whether it reads the whole list.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by) as writing:
        writing.row.phase = phase
        if whole is not None:
            writing.row.whole = whole


def write_gone(store: Store, lease: Lease, gone: Sequence[str], used: Used, by: SyncBy) -> None:
    """Mark customers that Partner Center does not have any more; nothing is removed.

    Args:
        store: the book.
        lease: the right to sync the account.
        gone: Microsoft IDs of customers that are gone.
        used: what finding out took.
        by: who syncs, and when.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by, used) as writing:
        writing.row.gone += writing.customers.mark_gone(gone)


def write_details(
    store: Store, lease: Lease, details: Sequence[CustomerDetails], used: Used, by: SyncBy
) -> None:
    """Write customers that were read one by one, with their company and billing profiles.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by, used) as writing:
        ids = writing.customers.take([customer.listed for customer in details])
        told = {ids[customer.listed.microsoft_id]: customer for customer in details}
        ProfileWriter(writing.session, writing.row, writing.entry, writing.customers).take(told)


def write_subscriptions(
    store: Store, lease: Lease, lists: Sequence[ToldSubscriptions], used: Used, by: SyncBy
) -> None:
    """Write the subscriptions of some customers, as they were listed one by one.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by, used) as writing:
        writer = SubscriptionWriter(writing.session, writing.row, writing.entry)
        writer.take(lists)
        writing.row.changed += writer.changed


def forget_subscriptions(store: Store, lease: Lease, gone_on: Sequence[str], by: SyncBy) -> None:
    """Note that the subscriptions of some customers were changed since they were listed.

    Args:
        store: the book.
        lease: the right to sync the account.
        gone_on: Microsoft IDs of the customers.
        by: who syncs, and when.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by) as writing:
        table = SQLModel.metadata.tables["customers"]
        mine = table.c.account_id == lease.account_id
        these = update(table).where(mine, table.c.microsoft_id.in_(gone_on))
        writing.session.connection().execute(these.values(subscriptions_read_at=None))


def write_activity(store: Store, lease: Lease, day: date, used: Used, by: SyncBy) -> None:
    """Note that the activity of a day, and so of all days before it, was read and acted on.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by, used) as writing:
        writing.row.activity_day = day.isoformat()


def finish(store: Store, lease: Lease, by: SyncBy) -> None:
    """End a run: the history gets its counts, the account its age; the lease is given back.

    Raises: as `write_page`.
    """
    with _writing(store, lease, by) as writing:
        row = writing.row
        writing.entry.finish()
        if row.whole:
            row.expected, row.whole_at = row.received, row.listed_at
        row.phase, row.finished_at, row.error = SyncPhase.DONE, by.at, ""
        accounts = SQLModel.metadata.tables["partner_accounts"]
        older = accounts.c.synced_at < row.listed_at
        received = update(accounts).where(accounts.c.id == row.account_id, older)
        writing.session.connection().execute(received.values(synced_at=row.listed_at))
        row.holder, row.lease_until = "", None
