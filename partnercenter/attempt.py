"""One attempt after the other to send a request, and what its answer means."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from math import ceil
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    SignInNeededError,
    ThrottledError,
    UnclearError,
)
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext
from partnerdesk.partnercenter.access import Heard
from partnerdesk.partnercenter.answers import Answer, UnreadableBodyError, error_words, json_body
from partnerdesk.partnercenter.errors import Trace, answer_error, unclear_error
from partnerdesk.partnercenter.exchange import LostError, NotSentError, exchange
from partnerdesk.partnercenter.identity import foreign_field
from partnerdesk.partnercenter.operations import Repeat
from partnerdesk.partnercenter.request import headers_of, mfa_of, new_id
from partnerdesk.partnercenter.retry import BARE_THROTTLE, AgainError, retry_after, retrying
from partnerdesk.partnercenter.sign_in.errors import clock_remark

if TYPE_CHECKING:
    from partnerdesk.partnercenter.access import Access
    from partnerdesk.partnercenter.connection import Token
    from partnerdesk.partnercenter.exchange import RawAnswer
    from partnerdesk.partnercenter.request import Request

LONGEST_ID = 64
"""Characters of a correlation id that are shown."""
LONGEST_PAUSE = 3600.0
"""Seconds that the other calls of a tenant wait at most, whatever the service asks."""
_UNAUTHORIZED, _NOT_FOUND, _WAITED, _THROTTLED, _FAILED, _NEVER = 401, 404, 408, 429, 500, 501


def send(access: Access, request: Request) -> Answer:
    """Send a request until it is answered or must not be sent again.

    Raises:
        The errors of `client.PartnerCenter.call`.
    """
    attempts = _Attempts(access, request)
    try:
        answer: Answer = retrying(access.wait, access.patience)(attempts.send)
    except AgainError as again:
        raise attempts.settled(again.error) from None
    except AppError as error:
        raise attempts.settled(error) from None
    return answer


class _Attempts:
    """The attempts of one request. The MS-RequestId is kept until an answer comes."""

    def __init__(self, access: Access, request: Request) -> None:
        self._access = access
        self._request = request
        self._operation = request.operation
        self._id = request.request_id
        self._last_id = request.request_id
        """The id that was sent last: an error names it, even after an answer."""
        self._correlation_id = ""
        self._sent = 0
        self._is_unclear = False
        """Whether an earlier attempt may have taken effect: then its id is kept to the end."""

    def send(self) -> Answer:
        """Send the request once; a token that is refused is replaced once on the way.

        Raises:
            AgainError: it may be sent again.
            AppError: it may not.
        """
        access, operation = self._access, self._operation
        kind = operation.token_kind(access.connection.way)
        token = access.tokens.token(operation.audience, kind)
        raw = self._exchange(token)
        if raw.status == _UNAUTHORIZED:
            self._renew_id()
            token = access.tokens.token(operation.audience, kind, refused=token.value)
            raw = self._exchange(token)
        return self._judged(raw)

    def settled(self, error: AppError) -> AppError:
        """Return the error to raise for the whole call: unclear if an attempt may have worked."""
        if not self._is_unclear or isinstance(error, UnclearError):
            return error
        return unclear_error(self._operation, error.message, self._trace(0))

    def _trace(self, status: int) -> Trace:
        return Trace(status, self._correlation_id, self._last_id)

    def _exchange(self, token: Token) -> RawAnswer:
        """Send one attempt, and return its answer as it came.

        Raises:
            AgainError: no answer came, and it may be sent again.
            AppError: no answer came, and it may not.
        """
        access, request = self._access, self._request
        self._await_turn()
        self._choose_ids()
        base = self._operation.audience.base(access.connection.cloud.addresses)
        headers = headers_of(request, token, self._id, self._correlation_id, access.locale)
        sent = access.http.build_request(
            self._operation.method, base + request.target, headers=headers, content=request.content
        )
        access.counts.calls += 1
        access.counts.retries += self._sent > 0
        self._sent += 1
        try:
            raw = exchange(access.http, sent)
        except NotSentError as error:
            raise self._not_sent(error) from None
        except LostError:
            raise self._lost(_("The connection was lost before an answer came.")) from None
        theirs = shown(raw.headers.get("ms-correlationid", ""))[:LONGEST_ID]
        self._correlation_id = theirs or self._correlation_id
        mfa = mfa_of(raw.headers)
        access.mfa = access.mfa if mfa is None else mfa
        self._tell(raw.status)
        return raw

    def _await_turn(self) -> None:
        """Wait until the limit of this host allows another call.

        Raises:
            ThrottledError: that takes longer than the client's patience.
        """
        access, part = self._access, self._request.part
        tenant = access.connection.tenant_id
        while seconds := access.limiter.take(tenant, part=part, urgent=access.urgent):
            if seconds > access.patience:
                raise ThrottledError(
                    _("Partner Center asked for a pause that is not over yet."),
                    ngettext(
                        "Try again in {count} minute.",
                        "Try again in {count} minutes.",
                        ceil(seconds / 60),
                    ),
                )
            access.wait(seconds)

    def _choose_ids(self) -> None:
        """Take a new correlation id, and a new request id if the last one was answered."""
        self._id = self._id or new_id()
        if self._request.before_send is not None and self._id != self._last_id:
            self._request.before_send(self._id)
        self._last_id = self._id
        self._correlation_id = new_id()

    def _renew_id(self) -> None:
        """Forget the request id after an answer, but that of an attempt that may have worked."""
        if not (self._is_unclear or self._request.keeps_id):
            self._id = ""

    def _tell(self, status: int, problem: str = "") -> None:
        request, operation = self._request, self._operation
        self._access.heard(
            Heard(
                operation.name,
                operation.method,
                request.target,
                status,
                self._last_id,
                self._correlation_id,
                problem,
            )
        )

    def _not_sent(self, error: NotSentError) -> Exception:
        """Return what follows where the server was not reached: it may be tried again."""
        if error.is_untrusted:
            untrusted = OfflineError(
                _("Microsoft's server could not prove who it is."),
                _("If a proxy has its own authority, name that in ca_file of [tls]."),
            )
            self._tell(0, untrusted.message)
            return untrusted
        offline = OfflineError(
            _("Partner Center was not reached; nothing was sent."),
            _("Look at the network, and at the proxy in the environment."),
        )
        self._tell(0, offline.message)
        return AgainError(offline)

    def _lost(self, why: str) -> Exception:
        """Return what follows where the request may have arrived, but no whole answer came."""
        self._tell(0, why)
        if self._operation.repeat is Repeat.READ:
            return AgainError(OfflineError(why, _("Look at the network, then try again.")))
        self._is_unclear = True
        error = unclear_error(self._operation, why, self._trace(0))
        return AgainError(error) if self._operation.repeat is Repeat.SAME_ID else error

    def _judged(self, raw: RawAnswer) -> Answer:
        """Return the answer if it is a good one.

        Raises:
            AgainError: the call may be sent again.
            AppError: it may not.
        """
        if raw.status >= 400 and raw.status not in self._operation.answers:
            raise self._refused(raw)
        try:
            body = json_body(raw.content)
        except UnreadableBodyError:
            raise self._unusable(_("The answer was cut off, or is none of the API.")) from None
        if 300 <= raw.status < 400:
            raise self._unusable(_("The answer leads to another address."))
        field = foreign_field(self._operation, body, self._request.values)
        if field:
            self._access.counts.thrown_away += 1
            why = _("The answer was about something else than was asked ({field}): thrown away.")
            raise self._unusable(why.format(field=field))
        return Answer(
            raw.status,
            body,
            raw.headers,
            self._correlation_id,
            self._last_id,
            mfa_of(raw.headers),
        )

    def _unusable(self, why: str) -> Exception:
        """Return what follows where an answer came that says nothing about what was asked."""
        if self._operation.repeat is Repeat.READ:
            self._renew_id()  # with the old one the service would answer the same again
        return self._lost(why)

    def _refused(self, raw: RawAnswer) -> Exception:
        """Return what follows from an error that the service answers."""
        self._renew_id()
        words = error_words(raw.content)
        error = answer_error(self._operation, words, self._trace(raw.status))
        if isinstance(error, SignInNeededError):
            return self._with_clock(error, raw)
        if raw.status == _THROTTLED:
            return self._throttled(error, raw)
        is_read = self._operation.repeat is Repeat.READ
        if raw.status == _WAITED or (raw.status >= _FAILED and raw.status != _NEVER):
            return AgainError(error, self._asked(raw)) if is_read else self._maybe_done(error, raw)
        if self._request.is_later_page and raw.status == _NOT_FOUND:
            return AgainError(error)  # page two was not found for weeks, then was again
        return error

    def _maybe_done(self, error: AppError, raw: RawAnswer) -> UnclearError:
        """Return the error of a change that the service answered with an error of its own."""
        self._is_unclear = True
        return unclear_error(self._operation, error.message, self._trace(raw.status))

    def _throttled(self, error: AppError, raw: RawAnswer) -> AgainError:
        """Let all processes wait as long as the service asks: calls that are too early count."""
        seconds = self._asked(raw)
        access = self._access
        if seconds:
            part = self._request.part
            pause = min(seconds, LONGEST_PAUSE)
            access.limiter.pause(access.connection.tenant_id, pause, part=part)
        return AgainError(error, seconds or BARE_THROTTLE)

    def _asked(self, raw: RawAnswer) -> float:
        return retry_after(raw.headers, self._access.clock())

    def _with_clock(self, error: SignInNeededError, raw: RawAnswer) -> SignInNeededError:
        """Return the error; where this machine's clock is off, it says so."""
        try:
            theirs = parsedate_to_datetime(raw.headers.get("date", ""))
            remark = clock_remark(self._access.clock() - theirs)
        except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
            return error
        return SignInNeededError(" ".join(filter(None, [error.message, remark])), error.remedy)
