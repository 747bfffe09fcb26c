"""Syncs one account: takes the lease, opens the client, does the run, and says how it ended.

Sync(store, settings, account_id).run()        # in a worker thread; `stop` from any
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.models.syncing.lease import Lease
    from partnerdesk.partnercenter.connection import AccountConnection
    from partnerdesk.partnercenter.sync.pace import Pace


class Sync:
    """The sync of one account by this process."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        account_id: int,
        clock: Callable[[], datetime] = now,
        *,
        full: bool = False,
        on_screen: Callable[[], Sequence[int]] = tuple,
        on_written: Callable[[], None] = lambda: None,
    ) -> None:
        """Name the account; nothing is done yet.

        Args:
            store: the book.
            settings: where the clouds are reached, and how much a sync reads.
            account_id: the account.
            clock: tells the present moment.
            full: whether the whole list is read, however new the last one is.
            on_screen: returns the ids of the customers that are open on the screen, whose details
                and subscriptions are read first; called in the thread of the sync.
            on_written: called after each write, by one thread at a time.
        """
        self._store = store
        self._settings = settings
        self._account_id = account_id
        self._clock = clock
        self._full = full
        self._on_screen = on_screen
        self._on_written = on_written
        self._stopped = Event()

    def stop(self) -> None:
        """Stop soon: at once where it waits, else behind the call that is going on."""
        self._stopped.set()

    def run(self) -> None:
        """Sync until the run is done, or return early where it was stopped.

        Raises:
            LeaseHeldError: another process syncs the account.
            LeaseLostError: another process took the sync over.
            RefusedError: the console is in read-only mode.
            SignInNeededError: a person has to sign in.
            OfflineError: Partner Center was not reached.
            PartnerCenterError: it answered no, or asks to wait too long.
            StoreError: the book cannot be written.
        """
        from partnerdesk.models.syncing.lease import LeaseLostError, release, take_lease
        from partnerdesk.partnercenter.sign_in.accounts import account_connection
        from partnerdesk.partnercenter.sync.holders import is_dead, this_process
        from partnerdesk.partnercenter.sync.pace import Pace, SyncStoppedError
        from partnerdesk.partnercenter.troubles import trouble_of

        connection = account_connection(self._store, self._settings, self._account_id)
        lease = take_lease(
            self._store,
            self._account_id,
            this_process(),
            self._clock(),
            full=self._full,
            is_dead=is_dead,
        )
        pace = Pace(self._store, lease, self._clock, self._stopped, self._on_written)
        try:
            self._do(connection, lease, pace)
        except SyncStoppedError:
            release(self._store, lease)
        except LeaseLostError:
            raise
        except AppError as error:
            with suppress(StoreError):
                release(self._store, lease, trouble_of(error), str(error))
            raise
        except BaseException:
            with suppress(AppError):
                release(self._store, lease)
            raise

    def _do(self, connection: AccountConnection, lease: Lease, pace: Pace) -> None:
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.partnercenter.account_client import connected_client
        from partnerdesk.partnercenter.sync.run import SyncRun

        with (
            self._store.kept_open() as store,
            connected_client(
                self._store,
                self._settings,
                connection,
                self._clock,
                wait=pace.wait,
                heard=pace.heard,
                urgent=False,
            ) as center,
        ):
            run = SyncRun(
                center,
                store,
                lease,
                pace,
                Actor.present(),
                self._clock,
                details=self._settings.sync.details,
                subscriptions=self._settings.sync.subscriptions,
                on_screen=self._on_screen,
            )
            run.run()
