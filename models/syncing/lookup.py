"""What a sync asks the book: whom the list lacked, whose details are old, who is unmatched."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select as select_rows
from sqlmodel import SQLModel, col, func, select

from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.syncing.lease import leased_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.lease import Lease


class Reading(StrEnum):
    """What is read of single customers, by the column that says when it was."""

    DETAILS = "read_at"
    SUBSCRIPTIONS = "subscriptions_read_at"


LATE = timedelta(minutes=15)
"""How late a change may come to be seen (`reference/newer.md §4.1`)."""


class Unmatched(NamedTuple):
    """Customers of the book that Partner Center did not name."""

    number: int
    names: list[str]
    """Some of their company names."""


def missing(store: Store, lease: Lease, most: int) -> list[str]:
    """Return Microsoft IDs of customers that the list of this run lacked; at most `most`.

    Raises:
        LeaseLostError: another process has the lease.
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        row = leased_row(session, lease, lock=False)
        lacked = select(Customer.microsoft_id).where(
            Customer.account_id == lease.account_id,
            col(Customer.microsoft_id).is_not(None),
            col(Customer.seen_at) < row.listed_at,
            unset(Customer.gone_at),
            unset(Customer.ended_at),
        )
        found = session.exec(lacked.order_by(col(Customer.id)).limit(most))
        return [str(microsoft_id) for microsoft_id in found]


def oldest(
    store: Store,
    lease: Lease,
    most: int,
    at_once: int,
    leaving_out: Collection[str] = (),
    what: Reading = Reading.DETAILS,
) -> list[str]:
    """Return Microsoft IDs of some customers of whom something was read longest ago, or never.

    Args:
        store: the book.
        lease: the right to sync the account.
        most: how many a run reads; those that it has read count, so that a run that was cut off
            reads no more than another.
        at_once: how many to return at most.
        leaving_out: Microsoft IDs that are not returned.
        what: what is read.

    Raises: as `missing`.
    """
    with store.reading() as session:
        row = leased_row(session, lease, lock=False)
        of_account = (
            Customer.account_id == lease.account_id,
            col(Customer.microsoft_id).is_not(None),
            unset(Customer.gone_at),
            unset(Customer.ended_at),
        )
        read_at = col(getattr(Customer, what))
        read = select(func.count()).where(*of_account, read_at >= row.listed_at)
        left = most - session.exec(read).one() - len(leaving_out)
        if left <= 0:
            return []
        older = select(Customer.microsoft_id).where(
            *of_account,
            read_at < row.listed_at,
            col(Customer.microsoft_id).not_in(leaving_out),
        )
        order = (read_at, col(Customer.id))
        found = session.exec(older.order_by(*order).limit(min(left, at_once)))
        return [str(microsoft_id) for microsoft_id in found]


def outdated(
    store: Store,
    lease: Lease,
    changed: Mapping[str, datetime],
    what: Reading = Reading.DETAILS,
) -> list[str]:
    """Return those of some customers of whom something was read before it was changed.

    Customers that the book lacks are among them where their details are asked for, unless the run
    reads the whole list anyway.

    Args:
        store: the book.
        lease: the right to sync the account.
        changed: when customers were changed, by their Microsoft ID.
        what: what was changed.

    Raises: as `missing`.
    """
    with store.reading() as session:
        row = leased_row(session, lease, lock=False)
        lists = row.whole or what is not Reading.DETAILS
        told = {} if lists else dict.fromkeys(changed, True)
        customers = SQLModel.metadata.tables["customers"].c
        columns = (customers.microsoft_id, customers[what.value], customers.gone_at)
        for ids in _batches(sorted(changed)):
            found = select_rows(*columns).where(
                customers.account_id == lease.account_id, customers.microsoft_id.in_(ids)
            )
            for id, read_at, gone_at in session.connection().execute(found):
                known = max(filter(None, (read_at, gone_at)), default=None)
                told[str(id)] = known is None or known < changed[str(id)] + LATE
        return sorted(id for id, is_outdated in told.items() if is_outdated)


def _batches(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def unread(
    store: Store, lease: Lease, ids: Sequence[int], what: Reading = Reading.DETAILS
) -> list[str]:
    """Return the Microsoft IDs of those of some customers of whom this run has not read something.

    Raises: as `missing`.
    """
    with store.reading() as session:
        row = leased_row(session, lease, lock=False)
        wanted = select(Customer.microsoft_id).where(
            Customer.account_id == lease.account_id,
            col(Customer.id).in_(ids),
            col(Customer.microsoft_id).is_not(None),
            col(getattr(Customer, what)) < row.listed_at,
        )
        return [str(id) for id in session.exec(wanted.order_by(col(Customer.id)))]


def unmatched(store: Store, account_id: int, named: int = 10) -> Unmatched:
    """Return the customers that are kept by hand, and that Partner Center did not name.

    Raises:
        StoreError: the book cannot be read.
    """
    by_hand = (
        Customer.account_id == account_id,
        col(Customer.microsoft_id).is_(None),
        unset(Customer.ended_at),
    )
    with store.reading() as session:
        count = session.exec(select(func.count()).where(*by_hand)).one()
        names = select(Customer.company_name).where(*by_hand).order_by(col(Customer.company_sort))
        return Unmatched(count, list(session.exec(names.limit(named))))
