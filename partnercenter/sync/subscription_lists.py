"""The phase of a sync that reads subscriptions, customer by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.models.syncing.lookup import Reading, oldest, outdated, unread
from partnerdesk.models.syncing.rows import ToldSubscriptions
from partnerdesk.models.syncing.write import forget_subscriptions, write_subscriptions
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.operations import operations
from partnerdesk.partnercenter.sync.subscription_answers import told_subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.lease import Lease
    from partnerdesk.models.syncing.rows import Used
    from partnerdesk.models.syncing.write import SyncBy
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.sync.pace import Pace

AT_ONCE = 20
"""The lists of how many customers are written together."""
_OPERATION = "list_subscriptions"
_WHAT = Reading.SUBSCRIPTIONS


class SubscriptionLists:
    """Reads them for one run, in the thread of the run."""

    def __init__(
        self,
        center: PartnerCenter,
        store: Store,
        lease: Lease,
        pace: Pace,
        by: Callable[[], SyncBy],
        used: Callable[[], Used],
        *,
        most: int,
        on_screen: Callable[[], Sequence[int]],
    ) -> None:
        """Take what the run works with.

        Args:
            center: the client.
            store: the book.
            lease: the right to sync the account.
            pace: stops the run, and is told of each write.
            by: returns who syncs, and when.
            used: returns what the client used since the last write.
            most: the lists of how many customers a run reads at most.
            on_screen: returns the ids of the customers that are open on the screen.
        """
        self._center = center
        self._store = store
        self._lease = lease
        self._pace = pace
        self._by = by
        self._used = used
        self._most = most
        self._on_screen = on_screen
        self._changed: dict[str, None] = {}
        """Microsoft IDs of customers whose subscriptions the activity names, in its order."""

    def note(self, changed: Mapping[str, datetime]) -> None:
        """Read the lists of some customers first that were changed since they were read.

        Args:
            changed: when their subscriptions were changed, by their Microsoft ID.
        """
        if lists := outdated(self._store, self._lease, changed, _WHAT):
            forget_subscriptions(self._store, self._lease, lists, self._by())
            self._changed |= dict.fromkeys(lists)

    def read(self) -> None:
        """Read those that were changed or are on the screen, then those read longest ago."""
        if operations()[_OPERATION].refusal(self._center.connection) is not None:
            return
        while batch := self._next():
            lists = [self._listed(id) for id in batch]
            write_subscriptions(self._store, self._lease, lists, self._used(), self._by())
            self._pace.written()
            self._changed = {id: None for id in self._changed if id not in batch}

    def _next(self) -> list[str]:
        wanted = [*self._changed, *unread(self._store, self._lease, self._on_screen(), _WHAT)]
        if len(wanted) < AT_ONCE:
            wanted += oldest(self._store, self._lease, self._most, AT_ONCE, what=_WHAT)
        return list(dict.fromkeys(wanted))[:AT_ONCE]

    def _listed(self, microsoft_id: str) -> ToldSubscriptions:
        """Return the subscriptions of a customer; not told where it is refused for this one."""
        self._pace.check()
        try:
            pages = self._center.pages(_OPERATION, {"customer_id": microsoft_id})
            return told_subscriptions(microsoft_id, pages)
        except PartnerCenterError as error:
            if error.kind in (ErrorKind.REFUSED, ErrorKind.GONE):
                return ToldSubscriptions(microsoft_id, is_told=False)
            raise
