"""The client of the Partner Center API for one account: one call, or the pages of a list.

It is blocking and belongs into a worker thread. What it may repeat by itself it repeats; every
other trouble is raised as an error that a person can read. It logs nothing.
"""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.languages import language
from partnerdesk.partnercenter.access import Access
from partnerdesk.partnercenter.attempt import send
from partnerdesk.partnercenter.operations import operations
from partnerdesk.partnercenter.paging import PageReader
from partnerdesk.partnercenter.request import DEFAULT_LOCALE, LOCALES, new_request
from partnerdesk.partnercenter.retry import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    import httpx

    from partnerdesk.partnercenter.access import Counts, Heard
    from partnerdesk.partnercenter.answers import Answer
    from partnerdesk.partnercenter.connection import AccountConnection, Tokens
    from partnerdesk.partnercenter.limiter import Limiter
    from partnerdesk.partnercenter.operations import ApiOperation
    from partnerdesk.partnercenter.paging import Link, Page

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class PartnerCenter:
    """Calls operations for one account.

    Args:
        connection: the account.
        tokens: gives its access tokens.
        http: a client of `http.http_client`; the caller closes it.
        limiter: the limit of calls of this host.
        clock: returns the present moment.
        wait: waits some seconds; it may raise, to end a call that is waiting.
        heard: is told of every attempt.
        urgent: whether a person waits; other clients leave some calls of each minute to those.
        patience: the seconds that a call may wait between its attempts.
    """

    def __init__(
        self,
        connection: AccountConnection,
        tokens: Tokens,
        http: httpx.Client,
        limiter: Limiter,
        clock: Callable[[], datetime] = now,
        *,
        wait: Callable[[float], None] = time.sleep,
        heard: Callable[[Heard], None] | None = None,
        urgent: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        self._access = Access(
            connection,
            tokens,
            http,
            limiter,
            clock,
            wait,
            heard or (lambda _heard: None),
            urgent,
            patience,
            LOCALES.get(language(), DEFAULT_LOCALE),
        )

    @property
    def connection(self) -> AccountConnection:
        """The account."""
        return self._access.connection

    @property
    def counts(self) -> Counts:
        """What the client has done so far."""
        return self._access.counts

    @property
    def mfa(self) -> bool | None:
        """Whether the last answer that told called the sign-in MFA; None: not known yet."""
        return self._access.mfa

    @property
    def calls_left(self) -> int:
        """How many calls the limit allows at once; other processes use them, too."""
        return self._access.limiter.left(self.connection.tenant_id)

    def call(
        self,
        operation: str,
        path: Mapping[str, str] = _NOTHING,
        *,
        query: Mapping[str, object] = _NOTHING,
        body: object = None,
        etag: str = "",
        request_id: str = "",
        keeps_id: bool = False,
        before_send: Callable[[str], None] | None = None,
    ) -> Answer:
        """Call an operation of `operations.toml` and return its answer.

        Args:
            operation: the name in the table.
            path: the names of its path with their values.
            query: names and values of the query; a dict is a filter.
            body: a JSON value to send; None for none.
            etag: sent as `If-Match`, with its quotes.
            request_id: the MS-RequestId of the first attempt, such as the one that is kept with an
                unclear call that is repeated; empty: a new one.
            keeps_id: whether later attempts have that id, too: where an earlier call with it may
                have taken effect, only the answer to that id tells.
            before_send: called with the MS-RequestId before each attempt that uses another one than
                the attempt before, so that it can be kept.

        Raises:
            RefusedError: the operation cannot be called for this account; nothing was sent.
            SignInNeededError: a person has to sign in.
            OfflineError: the service was not reached or does not answer, and nothing was changed.
            ThrottledError: the service asks to wait longer than the client's patience.
            UnclearError: the call may have taken effect; its `request_id` is the last one sent.
            PartnerCenterError: the service said no; `kind` says what follows.
        """
        known = self._callable(operation)
        request = new_request(known, self.connection, path, query, body, etag)
        with_id = replace(
            request, request_id=request_id, keeps_id=keeps_id, before_send=before_send
        )
        return send(self._access, with_id)

    def pages(
        self,
        operation: str,
        path: Mapping[str, str] = _NOTHING,
        *,
        query: Mapping[str, object] = _NOTHING,
        start: Link | None = None,
    ) -> Iterator[Page]:
        """Return the pages of a list as they come: each item once, none left out.

        `start` is the page to go on with (`Page.following`); where that is stale, the list begins
        anew, so that its first pages come again.

        Raises:
            RefusedError: the operation cannot be called for this account.
            PartnerCenterError: while it is read: the list cannot be read to its end.
            The other errors of `call`.
        """
        known = self._callable(operation)
        first = new_request(known, self.connection, path, query, None, "")
        return PageReader(self._access, first, start).read()

    def _callable(self, name: str) -> ApiOperation:
        """Return an operation that can be called for this account.

        Raises:
            RefusedError: it cannot.
        """
        known = operations()[name]
        reason = known.refusal(self.connection)
        if reason is not None:
            raise RefusedError(reason.text)
        return known
