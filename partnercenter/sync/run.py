"""One run of a sync: activity, list, who is gone, details, subscriptions.

Each page is kept at once. While a page of the list is written, the next one is fetched. A run that
was stopped or killed goes on where it was: in the phase and at the page that the book names. What
was written twice changes nothing the second time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.core.errors import PartnerCenterError, RefusedError, ThrottledError
from partnerdesk.models.languages import _
from partnerdesk.models.operations.close_invitations import close_matched
from partnerdesk.models.syncing.lookup import missing, oldest, outdated, unread
from partnerdesk.models.syncing.progress import SyncPhase
from partnerdesk.models.syncing.rows import Position, Used
from partnerdesk.models.syncing.write import (
    SyncBy,
    enter,
    finish,
    list_again,
    read_state,
    write_activity,
    write_details,
    write_gone,
    write_page,
)
from partnerdesk.partnercenter.errors import is_no_customer
from partnerdesk.partnercenter.paging import Link
from partnerdesk.partnercenter.sync.customer_answers import (
    activity_of,
    customer_details,
    listed_customer,
)
from partnerdesk.partnercenter.sync.one_ahead import one_ahead
from partnerdesk.partnercenter.sync.subscription_answers import purchase_of
from partnerdesk.partnercenter.sync.subscription_lists import SubscriptionLists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.lease import Lease
    from partnerdesk.models.syncing.rows import CustomerDetails, ListedCustomer
    from partnerdesk.models.syncing.write import SyncState
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.paging import Page
    from partnerdesk.partnercenter.sync.pace import Pace

PAGE_SIZE = 500
"""Customers of a page: the most that the service was seen to give (`reference/newer.md §3.1`)."""
AT_ONCE = 20
"""How many customers that were read one by one are written together."""
LONGEST_BACK = timedelta(days=89)
"""How old activity may be: the service refuses 90 days (`reference/resources.md`)."""
ASKED_ONE_BY_ONE = 200
"""Of how many customers that a list lacked each is asked for, before it counts as gone."""
SAMPLE = 10
"""Of how many it is asked where the list lacked more."""
_NEVER = datetime.max.replace(tzinfo=UTC)
PASSED_OVER = 5
"""How many customers that cannot be read are passed over, before the run stops."""


class _Received(NamedTuple):
    """A page of the list, ready to be written."""

    customers: list[ListedCustomer]
    following: Position | None
    """Where the next page is; None behind the last one."""
    used: Used
    """What the page took."""


class SyncRun:
    """Does one run for an account whose lease is held, in a worker thread."""

    def __init__(
        self,
        center: PartnerCenter,
        store: Store,
        lease: Lease,
        pace: Pace,
        actor: Actor,
        clock: Callable[[], datetime],
        *,
        details: int,
        subscriptions: int,
        on_screen: Callable[[], Sequence[int]] = tuple,
    ) -> None:
        self._center = center
        self._store = store
        self._lease = lease
        self._pace = pace
        self._actor = actor
        self._clock = clock
        self._details = details
        self._on_screen = on_screen
        self._passed_over: set[str] = set()
        """Microsoft IDs of customers whose details could not be read."""
        self._counted = Used(center.counts.calls, center.counts.retries)
        self._lists = SubscriptionLists(
            center,
            store,
            lease,
            pace,
            self._by,
            self._used,
            most=subscriptions,
            on_screen=on_screen,
        )

    def run(self) -> None:
        """Go through the phases until the run is done.

        Raises:
            SyncStoppedError: it was stopped.
            LeaseLostError: another process took it over.
            AppError: it cannot go on now; the next run begins there.
        """
        phases = {
            SyncPhase.ACTIVITY: self._read_activity,
            SyncPhase.LIST: self._read_list,
            SyncPhase.GONE: self._find_gone,
            SyncPhase.DETAILS: self._read_details,
            SyncPhase.SUBSCRIPTIONS: self._read_subscriptions,
        }
        while True:
            self._pace.check()
            state = read_state(self._store, self._lease)
            phases[state.phase](state)
            if state.phase is SyncPhase.SUBSCRIPTIONS:
                break
        close_matched(self._store, [self._lease.account_id], self._actor, self._clock())
        finish(self._store, self._lease, self._by())

    def _by(self) -> SyncBy:
        return SyncBy(self._actor, self._clock())

    def _used(self) -> Used:
        """Return what the client used since the last write."""
        counts, before = self._center.counts, self._counted
        self._counted = Used(counts.calls, counts.retries)
        return Used(
            counts.calls - before.calls, counts.retries - before.retries, self._center.calls_left
        )

    # Activity

    def _read_activity(self, state: SyncState) -> None:
        """Read day by day what was done since the last time, and the customers it concerns.

        Where it cannot be read, or goes too far back, the whole list is read instead.
        """
        today = self._clock().astimezone(UTC).date()
        whole = state.whole
        last = date.fromisoformat(state.activity_day) if state.activity_day else None
        if last is None:
            self._note_day(today)
        elif last < today - LONGEST_BACK:
            whole = True
            self._note_day(today)
        else:
            whole = self._read_days(last, today) or whole
        following = SyncPhase.LIST if whole else SyncPhase.DETAILS
        enter(self._store, self._lease, following, self._by(), whole=whole)

    def _read_days(self, last: date, today: date) -> bool:
        """Read the days from `last` to `today`; return whether the list is needed instead."""
        for number in range((today - last).days + 1):
            day = last + timedelta(days=number)
            try:
                concerned = self._concerned(day, is_today=day == today)
            except ThrottledError:
                raise
            except (PartnerCenterError, RefusedError):
                self._note_day(today)
                return True
            self._read_each(concerned)
            self._note_day(day)
        return False

    def _concerned(self, day: date, *, is_today: bool) -> list[str]:
        """Return the customers that the activity of a day concerns, if they are not read since."""
        query: dict[str, object] = {"startDate": day.isoformat()}
        if not is_today:
            # Whether the last day belongs to the answer is not documented.
            query["endDate"] = (day + timedelta(days=1)).isoformat()
        found: dict[str, datetime] = {}
        bought: dict[str, datetime] = {}
        for page in self._center.pages("list_audit_records", query=query):
            for told, of_item in ((found, activity_of), (bought, purchase_of)):
                for record in filter(None, map(of_item, page.items)):
                    at = record.at or _NEVER
                    told[record.customer_id] = max(at, told.get(record.customer_id, at))
        self._lists.note(bought)
        return outdated(self._store, self._lease, found)

    def _note_day(self, day: date) -> None:
        write_activity(self._store, self._lease, day, self._used(), self._by())
        self._pace.written()

    # The list

    def _read_list(self, state: SyncState) -> None:
        start = Link(*state.position) if state.position.target else None
        pages = self._center.pages("list_customers", query={"size": PAGE_SIZE}, start=start)
        ended = False
        with one_ahead(map(self._received, pages), self._pace.give_up) as received:
            for page in received:
                write_page(self._store, self._lease, *page, self._by())
                self._pace.written()
                self._pace.check()
                ended = page.following is None
        if not ended:  # an empty list, or one that ended behind its last page
            enter(self._store, self._lease, SyncPhase.GONE, self._by())

    def _received(self, page: Page) -> _Received:
        """Return a page in the book's words; called while the page before is written."""
        customers = list(filter(None, map(listed_customer, page.items)))
        following = Position(*page.following) if page.following is not None else None
        return _Received(customers, following, self._used())

    # Who is gone

    def _find_gone(self, _state: SyncState) -> None:
        """Ask for the customers that the list lacked: a list may have been cut short unseen.

        Raises:
            PartnerCenterError: the list lacked customers that are there; it is read again.
        """
        lacked = missing(self._store, self._lease, ASKED_ONE_BY_ONE + 1)
        if len(lacked) > ASKED_ONE_BY_ONE:
            self._trust_list(lacked)
        while lacked := missing(self._store, self._lease, AT_ONCE):
            self._read_each(lacked)
        enter(self._store, self._lease, SyncPhase.DETAILS, self._by())

    def _trust_list(self, lacked: Sequence[str]) -> None:
        """Mark many customers as gone, if a sample of them is; else have the list read again."""
        if any(self._asked(id) is not None for id in lacked[:: len(lacked) // SAMPLE]):
            list_again(self._store, self._lease, self._by())
            raise PartnerCenterError(
                _("The list of customers was cut short; nobody was marked as gone."),
                _("Sync again."),
            )
        while lacked := missing(self._store, self._lease, PAGE_SIZE):
            write_gone(self._store, self._lease, lacked, self._used(), self._by())
            self._pace.written()
            self._pace.check()

    # Details

    def _read_details(self, _state: SyncState) -> None:
        """Read the customers that are open on the screen, then those read longest ago."""
        self._read_on_screen()
        while rest := oldest(self._store, self._lease, self._details, AT_ONCE, self._passed_over):
            self._read_each(rest, passes_over=True)
            self._read_on_screen()
        enter(self._store, self._lease, SyncPhase.SUBSCRIPTIONS, self._by())

    def _read_subscriptions(self, _state: SyncState) -> None:
        self._lists.read()

    def _read_on_screen(self) -> None:
        self._read_each(unread(self._store, self._lease, self._on_screen()), passes_over=True)

    def _read_each(self, microsoft_ids: Iterable[str], *, passes_over: bool = False) -> None:
        """Read customers one by one, and write those that are there and those that are gone.

        `passes_over` leaves out those that cannot be read now; without it the error is raised.
        """
        wanted = (id for id in microsoft_ids if id not in self._passed_over)
        for batch in _batches(wanted):
            there: list[CustomerDetails] = []
            gone: list[str] = []
            for id in batch:
                self._pace.check()
                try:
                    details = self._asked(id)
                except ThrottledError:
                    raise
                except PartnerCenterError:
                    if not passes_over or len(self._passed_over) >= PASSED_OVER:
                        raise
                    self._passed_over.add(id)
                    continue
                there += [details] if details is not None else []
                gone += [id] if details is None else []
            if there:
                write_details(self._store, self._lease, there, self._used(), self._by())
            if gone:
                write_gone(self._store, self._lease, gone, self._used(), self._by())
            self._pace.written()

    def _asked(self, microsoft_id: str) -> CustomerDetails | None:
        """Return what Partner Center says of a customer; None if it has no such customer."""
        try:
            answer = self._center.call("get_customer", {"customer_id": microsoft_id})
        except PartnerCenterError as error:
            if is_no_customer(error):
                return None
            raise
        details = customer_details(answer.body) if isinstance(answer.body, dict) else None
        if details is None:
            raise PartnerCenterError(_("The answer names no customer."), _("Try again later."))
        return details


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for id in ids:
        batch.append(id)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
