"""How far the syncs are, for screens and commands; light to import, for the first frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.core import stored
from partnerdesk.models.languages import N_, _, ngettext, number

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection


class SyncPhase(StrEnum):
    """What a run of a sync does, in this order."""

    ACTIVITY = "activity"
    """It reads what was done since the last time."""
    LIST = "list"
    """It reads the list of all customers."""
    GONE = "gone"
    """It asks for the customers that the list lacked."""
    DETAILS = "details"
    """It reads what the list does not tell, customer by customer."""
    SUBSCRIPTIONS = "subscriptions"
    """It reads the subscriptions, customer by customer."""
    DONE = "done"


class SyncTrouble(StrEnum):
    """What holds a sync up, or made it stop."""

    NONE = "none"
    OFFLINE = "offline"
    THROTTLED = "throttled"
    """Partner Center asked to wait; the sync goes on by itself."""
    SIGN_IN = "sign-in"
    """Nobody is signed in, or a person has to sign in again."""
    FAILED = "failed"
    """Partner Center answered with an error; `error` has its words."""


TROUBLE_TITLES = {
    SyncTrouble.OFFLINE: N_("offline"),
    SyncTrouble.THROTTLED: N_("throttled"),
    SyncTrouble.SIGN_IN: N_("sign-in ended"),
    SyncTrouble.FAILED: N_("sync failed"),
}
"""Two words about each trouble, for the header."""


PASSING = (SyncTrouble.OFFLINE, SyncTrouble.THROTTLED)
"""Troubles of a moment: those of a console that has ended say nothing of the present one."""

COUNTS = ("received", "new", "changed", "gone", "calls", "retries")
"""What a run counts, as commands print it."""


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far the sync of an account is, as every process reads it from the book."""

    account_id: int
    phase: SyncPhase
    trouble: SyncTrouble
    error: str
    holder: str
    """The process that syncs; empty while none does."""
    lease_until: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    received: int
    expected: int
    """How many customers the last whole list had; 0 before the first one."""
    pages: int
    calls: int
    retries: int
    new: int
    changed: int
    gone: int
    calls_left: int | None

    def is_running(self, at: datetime) -> bool:
        """Return whether a process syncs at a moment: a dead one's lease has ended by then."""
        return bool(self.holder) and self.lease_until is not None and self.lease_until > at

    def words(self, at: datetime) -> str:
        """Return how the sync stands in few words; empty if there is nothing to say of it."""
        return self.trouble_words() or self.how_far(at)

    def trouble_words(self) -> str:
        """Return two words about what holds the sync up, or made it stop; empty for nothing."""
        return trouble_words(self.trouble)

    def how_far(self, at: datetime) -> str:
        """Return how far the sync is in few words; empty if none is to be gone on with."""
        if not self.is_running(at):
            return "" if self.phase is SyncPhase.DONE else _("sync not finished")
        if self.phase in (SyncPhase.LIST, SyncPhase.GONE):
            if self.expected and self.expected >= self.received:
                text = _("{count} of {all} received")
                return text.format(count=number(self.received), all=number(self.expected))
            return ngettext("{count} received", "{count} received", self.received)
        if self.phase is SyncPhase.SUBSCRIPTIONS:
            return _("reads subscriptions")
        return _("reads details") if self.phase is SyncPhase.DETAILS else _("reads activity")


def trouble_words(trouble: SyncTrouble) -> str:
    """Return two words about a trouble, for the header; empty for none."""
    return _(TROUBLE_TITLES[trouble]) if trouble in TROUBLE_TITLES else ""


def read_progress(connection: Connection) -> dict[int, SyncProgress]:
    """Return how far each account's sync is, by the id of the account."""
    rows = connection.rows(
        "SELECT account_id, phase, trouble, error, holder, lease_until, started_at, finished_at, "
        "received, expected, pages, calls, retries, new, changed, gone, calls_left "
        "FROM account_syncs"
    )
    found: dict[int, SyncProgress] = {}
    for account_id, phase, trouble, error, holder, until, started, finished, *counts in rows:
        found[account_id] = SyncProgress(
            account_id,
            stored.choice(SyncPhase, phase),
            stored.choice(SyncTrouble, trouble),
            error,
            holder,
            stored.moment(until),
            stored.moment(started),
            stored.moment(finished),
            *map(stored.whole, counts),
        )
    return found
