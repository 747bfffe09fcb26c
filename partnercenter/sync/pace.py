"""Keeps the lease of a sync while it works or waits, says what holds it up, and stops it.

The client tells of every attempt and waits by way of this (`PartnerCenter`: `heard`, `wait`).
"""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import OfflineError
from partnerdesk.models.languages import _
from partnerdesk.models.syncing.lease import renew
from partnerdesk.models.syncing.progress import SyncTrouble
from partnerdesk.partnercenter.troubles import NO_ANSWER, trouble_of_attempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.lease import Lease
    from partnerdesk.partnercenter.access import Heard

RENEW = timedelta(seconds=20)
"""How old a lease gets until it is renewed."""
FIRST_ATTEMPTS = 4
"""How often a service that has not answered yet is tried, before the person is told; later in a run
the client's own patience counts."""
_SLICE = 5.0
"""Seconds of waiting between two looks at the lease."""


class SyncStoppedError(Exception):
    """Somebody stopped the sync; it can go on where it was."""


class Pace:
    """Used by the thread that writes, and by the one that fetches the next page meanwhile."""

    def __init__(
        self,
        store: Store,
        lease: Lease,
        clock: Callable[[], datetime],
        stopped: Event,
        on_written: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what is kept up: the lease.

        Args:
            store: the book.
            lease: the right to sync the account.
            clock: tells the present moment.
            stopped: set from any thread to stop the sync: at once where it waits, else behind the
                call that is going on.
            on_written: called after each write, by one thread at a time.
        """
        self._store = store
        self._lease = lease
        self._clock = clock
        self._stopped = stopped
        self._on_written = on_written
        self._lock = Lock()
        self._renewed = clock()
        self._trouble = SyncTrouble.NONE
        """What the last attempt met."""
        self._noted = SyncTrouble.NONE
        """What the book says of it."""
        self._unanswered: int | None = 0
        """How many attempts were not answered since the run began; None once one was."""

    def check(self) -> None:
        """Raise `SyncStoppedError` if the sync is to stop."""
        if self._stopped.is_set():
            raise SyncStoppedError

    def give_up(self) -> None:
        """Let nothing be sent or waited for any more: an error has ended the run."""
        self._stopped.set()

    def written(self) -> None:
        """Note that a write renewed the lease, and took what was noted off.

        What holds up the next page, which is fetched meanwhile, is noted again.
        """
        with self._lock:
            self._renewed, self._noted = self._clock(), SyncTrouble.NONE
            if self._trouble is not SyncTrouble.NONE:
                self._renew()
            self._on_written()

    def heard(self, heard: Heard) -> None:
        """Note how an attempt went; renew the lease if it is getting old.

        Raises:
            SyncStoppedError: the sync is to stop.
            LeaseLostError: another process took the sync over.
            OfflineError: nothing has ever answered.
        """
        self.check()
        self._count(heard)
        with self._lock:
            self._trouble = trouble_of_attempt(heard)
            if self._trouble is not self._noted or self._is_old():
                self._renew()
                self._on_written()

    def _is_old(self) -> bool:
        return self._clock() - self._renewed >= RENEW

    def _renew(self) -> None:
        """Renew the lease, and note what the last attempt met; the caller holds the lock."""
        renew(self._store, self._lease, self._clock(), self._trouble)
        self._renewed, self._noted = self._clock(), self._trouble

    def _count(self, heard: Heard) -> None:
        if heard.status != NO_ANSWER:
            self._unanswered = None
        elif self._unanswered is not None:
            self._unanswered += 1
            if self._unanswered >= FIRST_ATTEMPTS:
                raise OfflineError(
                    heard.problem or _("Partner Center was not reached."),
                    _("Look at the network, and at the proxy in the environment."),
                )

    def wait(self, seconds: float) -> None:
        """Wait, and keep the lease meanwhile.

        Raises: as `heard`.
        """
        left = seconds
        while left > 0:
            if self._stopped.wait(min(left, _SLICE)):
                raise SyncStoppedError
            left -= _SLICE
            with self._lock:
                if self._is_old():
                    self._renew()
