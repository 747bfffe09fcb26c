"""One process syncs an account: it holds a lease in the book, which a dead process loses.

Every write of a sync looks whether the lease is still its own, in the same transaction. So a
process that was stopped for long, and lost its lease to another, writes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from sqlmodel import select

from partnerdesk.models.core.errors import BusyError, ConflictError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.syncing.entities import AccountSync
from partnerdesk.models.syncing.progress import SyncPhase, SyncTrouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store

LEASE = timedelta(minutes=2)
"""How long a lease lasts, unless it is renewed: longer than any call waits for an answer."""
WHOLE_EVERY = timedelta(days=1)
"""How old the last whole list may be; until then, only what was changed is read anew."""
SHORT_LIST = 5000
"""How many customers are so few that their list is read each time: ten calls at most."""
GO_ON = timedelta(hours=1)
"""How long after its begin a list may go on where it was: what it told is outdated later."""


class Holder(NamedTuple):
    """The process that holds a lease."""

    host: str
    pid: int
    birth: str
    """What tells the process from a later one with the same number."""
    nonce: str
    """What tells two leases of one process."""

    @classmethod
    def of(cls, host: str, pid: int, birth: str) -> Holder:
        """Return a new holder in a process."""
        return cls(host.replace("|", ""), pid, birth.replace("|", ""), uuid4().hex)

    @classmethod
    def read(cls, text: str) -> Holder | None:
        """Return the holder that a lease names; None if it is none."""
        host, *rest = text.split("|")
        if len(rest) != 3 or not rest[0].isdecimal():
            return None
        return cls(host, int(rest[0]), rest[1], rest[2])

    def __str__(self) -> str:
        return f"{self.host}|{self.pid}|{self.birth}|{self.nonce}"


class LeaseHeldError(BusyError):
    """Another process syncs the account."""


class LeaseLostError(ConflictError):
    """Another process took the sync over, because this one did not renew its lease."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sync an account."""

    account_id: int
    holder: Holder


def take_lease(
    store: Store,
    account_id: int,
    holder: Holder,
    at: datetime,
    *,
    full: bool = False,
    is_dead: Callable[[Holder], bool] = lambda _holder: False,
) -> Lease:
    """Take the lease of an account, and begin a run or go on with the one that was cut off.

    Args:
        store: the book.
        account_id: the account.
        holder: the process that takes it.
        at: now.
        full: whether a new run reads the whole list whatever its age; a run that goes on does what
            it began, unless this asks for more.
        is_dead: says of a holder that its process has certainly ended; else its time decides.

    Raises:
        LeaseHeldError: another process holds it.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        row = _sync_of(session, account_id)
        if row is None:
            row = AccountSync(account_id=account_id)
        elif row.holder and row.lease_until is not None and row.lease_until > at:
            other = Holder.read(row.holder)
            if other is not None and not is_dead(other):
                raise LeaseHeldError(
                    _("{host} syncs this account already (process {pid}).").format(
                        host=shown(other.host), pid=other.pid
                    )
                )
        row.holder, row.lease_until = str(holder), at + LEASE
        row.trouble, row.error = SyncTrouble.NONE, ""
        if row.phase is SyncPhase.DONE:
            _begin(row, at)
        elif row.listed_at is None or not timedelta(0) <= at - row.listed_at <= GO_ON:
            begin_list_anew(row, at)
        row.whole = row.whole or full
        row.version += 1
        session.add(row)
    return Lease(account_id, holder)


def _begin(row: AccountSync, at: datetime) -> None:
    row.phase = SyncPhase.ACTIVITY
    row.whole = (
        row.whole_at is None or at - row.whole_at >= WHOLE_EVERY or row.expected <= SHORT_LIST
    )
    row.started_at, row.finished_at, row.change_id = at, None, None
    row.calls = row.retries = row.new = row.changed = row.gone = 0
    row.calls_left = None
    _from_the_beginning(row, at)


def begin_list_anew(row: AccountSync, at: datetime) -> None:
    """Let a run that cannot go on where it was begin its list again; what it wrote stays."""
    if row.phase is not SyncPhase.ACTIVITY and row.whole:
        row.phase = SyncPhase.LIST
    _from_the_beginning(row, at)


def _from_the_beginning(row: AccountSync, at: datetime) -> None:
    row.listed_at, row.position = at, ""
    row.received = row.pages = 0


def leased_row(session: Session, lease: Lease, *, lock: bool = True) -> AccountSync:
    """Return the sync of a lease, locked until the transaction ends, or only to be read.

    Raises:
        LeaseLostError: another process has the lease.
    """
    row = _sync_of(session, lease.account_id, lock=lock)
    if row is None or row.holder != str(lease.holder):
        raise LeaseLostError(
            _("Another process took the sync over; this one stopped."),
            _("The other one goes on where this one was."),
        )
    return row


def renew(store: Store, lease: Lease, at: datetime, trouble: SyncTrouble | None = None) -> None:
    """Renew a lease, and note what holds the sync up; None notes nothing.

    Raises:
        LeaseLostError: another process has the lease.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        row = leased_row(session, lease)
        row.lease_until = at + LEASE
        if trouble is not None and trouble is not row.trouble:
            row.trouble = trouble
            row.version += 1


def release(
    store: Store, lease: Lease, trouble: SyncTrouble = SyncTrouble.NONE, error: str = ""
) -> None:
    """Give a lease back, and note what made the sync stop; another process may have it already.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        row = _sync_of(session, lease.account_id)
        if row is not None and row.holder == str(lease.holder):
            row.holder, row.lease_until = "", None
            row.trouble, row.error = trouble, error
            row.version += 1


def forget_trouble(store: Store, account_id: int, trouble: SyncTrouble) -> None:
    """Forget that a trouble made the last sync of an account stop: it is over.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        row = _sync_of(session, account_id)
        if row is not None and row.trouble is trouble:
            row.trouble, row.error = SyncTrouble.NONE, ""
            row.version += 1


def _sync_of(session: Session, account_id: int, *, lock: bool = True) -> AccountSync | None:
    query = select(AccountSync).where(AccountSync.account_id == account_id)
    return session.exec(query.with_for_update() if lock else query).first()
