"""The pages of a list: each item once, none left out, whatever the service does in between.

A next page is asked for by the link of the page before, with its headers (`reference/protocol.md
§4`). A page that is empty, that came before, or that holds rows of somebody else is asked for
again; a list that cannot go on is read from its beginning, and what was given already is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.attempt import send
from partnerdesk.partnercenter.errors import is_no_customer
from partnerdesk.partnercenter.identity import ids, items_of, total_of, values_at
from partnerdesk.partnercenter.next_page import (
    CONTINUATION,
    BrokenListError,
    next_request,
    page_size,
    resumed_request,
)
from partnerdesk.partnercenter.operations import Paging, operations
from partnerdesk.partnercenter.request import new_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnerdesk.partnercenter.access import Access
    from partnerdesk.partnercenter.answers import Answer
    from partnerdesk.partnercenter.request import Request

TIMES = 4
"""How often a page is asked for before it is taken as it is."""
RESTARTS = 3
"""How often a list that cannot go on is read from its beginning before a new row comes."""
LARGEST_PAGE = 500
"""The most rows that a page was ever seen to hold (`reference/newer.md §3.1`)."""
PROBES = 3
"""How many rows of a page are looked up before it counts as somebody else's."""
IDLE_PAGES = 1000
"""How many pages without anything new a list may have in a row: it may be read again."""
END_CODE = "2000"
"""What the service answers to a question past the end (`reference/newer.md §3.1`)."""
_REFUSED, _MISSING = 400, 404


class Link(NamedTuple):
    """The next page of a list; with it the list can be gone on with in another process.

    It holds a continuation token, which goes stale after a while; it is no secret.
    """

    target: str
    """Path and query."""
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, as they came."""

    items: list[dict[str, Any]] = field(repr=False)
    """Those that no page before held."""
    received: int
    """How many items came so far, with this page."""
    number: int
    """Counts the pages from 1."""
    following: Link | None = None
    """Where the next page is; None behind the last page."""
    total: int = 0
    """How many items the service says that there are; 0 if it does not say."""


class PageReader:
    """Reads one list from its first page, or from where it goes on, to its end."""

    def __init__(self, access: Access, first: Request, start: Link | None = None) -> None:
        self._access = access
        self._first = first
        self._start = start
        self._seen: set[int] = set()
        """Hashes of what identifies the items that were given."""
        self._numbered = 0
        self._common = ""
        """What stands in the field that is the same in all items; empty until a page was given."""

    def read(self) -> Iterator[Page]:
        """Yield the pages; the errors are those of `client.PartnerCenter.pages`."""
        restarts = 0
        while True:
            before = self._numbered
            try:
                yield from self._from(self._begin())
            except BrokenListError as broken:
                restarts = restarts + 1 if self._numbered == before else 1
                if restarts > RESTARTS:
                    raise broken.error from None
            else:
                return

    def _begin(self) -> Request:
        """Return where to begin: where the list goes on, but only once; it may be stale."""
        start, self._start = self._start, None
        if start is None:
            return self._first
        return resumed_request(self._first, start.target, dict(start.headers))

    def _from(self, begin: Request) -> Iterator[Page]:
        request: Request | None = begin
        followed: set[tuple[str, str]] = set()
        idle = 0
        while request is not None:
            followed.add(_key(request))
            answer = self._page(request)
            if answer is None:
                return
            items = items_of(answer.body)
            self._common = self._common or min(self._alike(request, items), default="")
            following = next_request(request, answer.body, len(items))
            fresh = self._fresh(items)
            if fresh:
                self._numbered += 1
                link = _link(following) if following is not None else None
                total = total_of(answer.body)
                yield Page(fresh, len(self._seen), self._numbered, link, total)
            idle = 0 if fresh else idle + 1
            if idle and request.operation.pages is Paging.OFFSET:
                return  # the service does not heed the offset
            if following is not None and (_key(following) in followed or idle > IDLE_PAGES):
                raise BrokenListError(_circle())
            request = following

    def _fresh(self, items: list[Any]) -> list[dict[str, Any]]:
        """Return the items that were not given yet, and remember them."""
        fresh = []
        for item, id in zip(items, ids(items), strict=True):
            known = hash(id)
            if known not in self._seen and isinstance(item, dict):
                self._seen.add(known)
                fresh.append(item)
        return fresh

    def _page(self, request: Request) -> Answer | None:
        """Return a page that can be believed; None past the end of the list.

        Where every answer is doubtful, the one that leads furthest is taken.

        Raises:
            PartnerCenterError: every answer held rows of somebody else.
        """
        answers: list[Answer] = []
        for turn in range(TIMES):
            answer = self._asked(request)
            if answer is None:
                return max(answers, key=self._worth(request), default=None)
            is_foreign = self._is_foreign(request, answer)
            if not is_foreign:
                answers.append(answer)
                if not self._doubt(request, answer, turn):
                    break
            self._access.counts.thrown_away += is_foreign
        if not answers:
            raise PartnerCenterError(
                _("A page of the list held rows that are not yours, each time it was asked for."),
                _("Nothing of it was taken. Try again later, and tell Microsoft's support."),
            )
        return max(answers, key=self._worth(request))

    def _worth(self, request: Request) -> Callable[[Answer], tuple[int, bool]]:
        """Return how far an answer leads: its new rows, and whether it knows a next page."""

        def worth(answer: Answer) -> tuple[int, bool]:
            items = items_of(answer.body)
            fresh = sum(hash(id) not in self._seen for id in ids(items))
            return fresh, next_request(request, answer.body, len(items)) is not None

        return worth

    def _asked(self, request: Request) -> Answer | None:
        """Return the answer for a page; None past the end of the list.

        Raises:
            BrokenListError: the link of the page before leads nowhere, such as a stale token.
        """
        for _turn in range(2):
            try:
                return send(self._access, request)
            except PartnerCenterError as error:
                if not request.is_later_page or error.status not in (_REFUSED, _MISSING):
                    raise
                if error.code == END_CODE:
                    return None
                refused = error
        raise BrokenListError(refused)

    def _doubt(self, request: Request, answer: Answer, turn: int) -> bool:
        """Say whether the page should be asked for again."""
        if request.operation.pages is not Paging.LINKS:
            return False
        items = items_of(answer.body)
        is_last = next_request(request, answer.body, len(items)) is None
        if not items:
            is_odd = request.is_later_page or bool(request.operation.probe)
            return not is_last or (turn == 0 and is_odd)
        if request.is_later_page and all(hash(id) in self._seen for id in ids(items)):
            return True
        # A list that ends with a full page may have been cut short.
        return is_last and turn == 0 and len(items) in (page_size(request), LARGEST_PAGE)

    def _is_foreign(self, request: Request, answer: Answer) -> bool:
        """Say whether the rows are somebody else's.

        They are if none of a few of them can be read by its id, or if they differ in what is the
        same for all items of the partner.
        """
        items = items_of(answer.body)
        common = self._alike(request, items) | ({self._common} if self._common else set())
        if len(common) > 1:
            return True
        rows = [item for item in items if isinstance(item, dict) and item.get("id")]
        probe = request.operation.probe
        if not probe or not rows:
            return False
        chosen = rows[:: max(len(rows) // PROBES, 1)][:PROBES]
        return not any(self._is_ours(probe, str(row["id"])) for row in chosen)

    def _alike(self, request: Request, items: list[Any]) -> set[str]:
        field = request.operation.alike
        return values_at(items, field) if field else set()

    def _is_ours(self, probe: str, id: str) -> bool:
        connection = self._access.connection
        operation = operations()[probe]
        request = new_request(operation, connection, {"customer_id": id}, {}, None, "")
        try:
            send(self._access, request)
        except PartnerCenterError as error:
            return not is_no_customer(error)
        return True


def _link(request: Request) -> Link:
    return Link(request.target, tuple(sorted(request.headers.items())))


def _key(request: Request) -> tuple[str, str]:
    return request.target, request.headers.get(CONTINUATION, "")


def _circle() -> PartnerCenterError:
    return PartnerCenterError(
        _("The list leads back to a page that was read already."), _("Try again later.")
    )
