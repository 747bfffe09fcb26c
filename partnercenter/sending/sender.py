"""Sends the waiting calls of one account, in order per customer, none of them twice.

    sending = send_waiting(store, client, actor, now)
    sending.text                  # for the person
    sending.first_admins          # shown until dismissed, kept nowhere

A call is claimed in the book before it is sent. Accepted, it is read back; only then is it
confirmed. A call without an answer is looked up before anything is repeated. Where nobody is
reached, signed in or let through, the call and those behind it wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from partnerdesk.models.changes.history import as_json
from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.changes.waiting_calls import claim, next_call, note_state, waiting_count
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    PartnerCenterError,
    RefusedError,
    SignInNeededError,
    ThrottledError,
    UnclearError,
)
from partnerdesk.models.database.exclusive import alone
from partnerdesk.models.languages import _
from partnerdesk.models.operations.pending_creation import note_not_taken
from partnerdesk.models.operations.sent_calls import Confirmation, confirm
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.sending.couriers import courier_of
from partnerdesk.partnercenter.sending.errands import errand_of
from partnerdesk.partnercenter.sending.masking import refused
from partnerdesk.partnercenter.sending.results import (
    Accepted,
    Clash,
    NotYetError,
    Repeat,
    Sending,
    SentCall,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.models.database.store import Store
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.sending.errands import Courier, Errand
    from partnerdesk.partnercenter.sending.results import FirstAdmin

LATER = (OfflineError, SignInNeededError, ThrottledError)
"""Errors after which the calls wait: nothing is wrong with them."""
FORBIDDEN = 403
"""The status of a refusal that stands before the work, and so tells nothing of an earlier try."""
READ_AGAIN = timedelta(seconds=30)
"""How long after an answer a result that is not visible yet is read, or looked up, again."""
BUSY_AGAIN = timedelta(minutes=5)
"""How long after the first attempt a record on which something else runs is tried again."""
ATTEMPTS = 3
"""How often a call without an answer is looked up and repeated at once."""


def send_waiting(
    store: Store,
    client: PartnerCenter,
    actor: Actor,
    clock: Callable[[], datetime],
    *,
    only: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Sending:
    """Send the waiting calls of the client's account, in their order.

    Args:
        store: the book.
        client: the client of the account.
        actor: who sends, for the history.
        clock: returns the present moment.
        only: only the calls of this customer; None for all.
        may_go_on: asked before each call; if it returns False, the others wait.

    Raises:
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be read or written.
    """
    store.refuse_writing()
    account_id = client.connection.account_id
    with alone(store, f"sending-{account_id}") as is_alone:
        if not is_alone:
            return Sending(is_busy=True)
        sender = _Sender(store, client, actor, clock)
        tried: list[SentCall] = []
        after = 0
        while may_go_on():
            id = next_call(store, account_id, clock(), after, only)
            if id is None:
                break
            after = id
            sent = sender.send(id)
            if sent is None:
                continue
            tried.append(sent)
            if sent.error is not None and is_later(sent.error) and not is_of_one(sent.error):
                break
    return Sending(tuple(tried), waiting_count(store, account_id))


def is_later(error: AppError) -> bool:
    """Return whether nothing is wrong with a call that met this error: it is sent later."""
    if isinstance(error, PartnerCenterError):
        return error.kind in ("", ErrorKind.BUSY)
    return isinstance(error, LATER)


def is_of_one(error: AppError) -> bool:
    """Return whether only the record that was called about has to wait: others can be sent.

    Such as one on which another operation runs (`reference/newer.md §3.4`, 900278).
    """
    if not isinstance(error, PartnerCenterError) or isinstance(error, ThrottledError):
        return False
    return error.kind == ErrorKind.BUSY and 400 <= error.status < 500


class _UnprovenError(Exception):
    """An error that leaves open whether an earlier attempt took effect."""

    def __init__(self, error: AppError) -> None:
        super().__init__(error)
        self.error = error


class _Sender:
    """Sends single calls; the caller holds the account's sending alone."""

    def __init__(
        self, store: Store, client: PartnerCenter, actor: Actor, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._client = store, client
        self._actor, self._clock = actor, clock

    def send(self, id: int) -> SentCall | None:
        """Send a call as far as it goes now; None if it is settled meanwhile."""
        claimed = claim(self._store, id, self._clock())
        if claimed is None:
            return None
        call = claimed.call
        if claimed.was is CallState.SENT:
            return self._read_back(call, None)
        is_unclear = claimed.was is CallState.SENDING
        trail = [call.request]
        try:
            courier = courier_of(call.operation)
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    accepted = self._send_once(courier, call, trail, is_unclear=is_unclear)
                    break
                except UnclearError as error:
                    is_unclear = True
                    call = self._unclear(call, error, trail[-1])
                    if attempt == ATTEMPTS:
                        return SentCall(call, error)
        except _UnprovenError as unproven:
            return self._not_sent(call, unproven.error, trail[-1], is_unclear=True)
        except (*LATER, PartnerCenterError, RefusedError) as error:
            is_unclear = is_unclear and is_later(error)
            return self._not_sent(call, error, trail[-1], is_unclear=is_unclear)
        if isinstance(accepted, Clash):
            return self._clash(call, accepted)
        admin = accepted.first_admin
        try:
            call = self._note(
                call,
                CallState.SENT,
                _("Accepted; it is read back."),
                exchange=accepted.exchange,
                found=as_json(dict(accepted.found)),
            )
        except AppError as error:  # the person still gets the password
            return SentCall(call, error, admin)
        return self._read_back(call, admin)

    def _send_once(
        self, courier: Courier, call: OutboxCall, trail: list[str], *, is_unclear: bool
    ) -> Accepted | Clash:
        errand = replace(self._errand(call), trail=trail)
        if not is_unclear:
            return courier.send(errand)
        try:
            looked_up = courier.look_up(errand)
        except (*LATER, PartnerCenterError, RefusedError) as error:
            raise _UnprovenError(error) from None
        if isinstance(looked_up, Accepted):
            return looked_up
        try:
            return courier.send(replace(errand, repeat=looked_up))
        except PartnerCenterError as error:
            if looked_up is Repeat.SAME_ID and error.status == FORBIDDEN:
                raise _UnprovenError(error) from None
            raise

    def _errand(self, call: OutboxCall) -> Errand:
        keep = partial(self._keep_id, call)
        return errand_of(self._store, call, self._client, keep)

    def _keep_id(self, call: OutboxCall, request_id: str) -> None:
        """Store the id of an attempt before it is sent."""
        if request_id != call.request_id:
            call.request_id = request_id
            self._note(call, CallState.SENDING, call.answer, request_id=request_id)

    def _read_back(self, call: OutboxCall, admin: FirstAdmin | None) -> SentCall:
        """Read what Partner Center has now, and settle the call by it."""
        try:
            courier, errand = courier_of(call.operation), self._errand(call)
            shown_now = courier.read_back(errand, errand.found)
        except NotYetError:
            return SentCall(self._wait_for_result(call), None, admin)
        except LATER as error:
            return SentCall(self._still_accepted(call, error), error, admin)
        except (PartnerCenterError, RefusedError) as error:
            return SentCall(self._wait_for_result(call, str(error)), error, admin)
        except AppError as error:  # the book: the person still gets the password
            return SentCall(call, error, admin)
        if isinstance(shown_now, Clash):
            return replace(self._clash(call, shown_now), first_admin=admin)
        answer = _("Partner Center has it.")
        if errand.found.get("looked_up"):
            answer = _(
                "Partner Center has it; the first administrator's password was lost with the "
                "answer: reset it there."
            )
        confirmation = Confirmation(
            answer,
            customer=shown_now.customer,
            billing=shown_now.billing,
            account=shown_now.account,
            subscription=shown_now.subscription,
        )
        by = PlanContext(self._actor, self._clock(), str(uuid4()))
        try:
            return SentCall(confirm(self._store, call.id or 0, confirmation, by), None, admin)
        except AppError as error:
            return SentCall(call, error, admin)

    def _wait_for_result(self, call: OutboxCall, why: str = "") -> OutboxCall:
        found = self._errand(call).found
        found["reads"] = int(found.get("reads", 0)) + 1
        text = _("Accepted; Partner Center does not show the result yet.")
        return self._note(
            call,
            CallState.SENT,
            f"{text} {why}".strip(),
            found=as_json(found),
            not_before=self._clock() + READ_AGAIN * min(found["reads"], 20),
        )

    def _still_accepted(self, call: OutboxCall, error: AppError) -> OutboxCall:
        text = _("Accepted; it is read back later: {reason}").format(reason=error.message)
        return self._note(call, CallState.SENT, text)

    def _unclear(self, call: OutboxCall, error: UnclearError, request: str) -> OutboxCall:
        return self._note(
            call,
            CallState.SENDING,
            error.message,
            exchange=refused(request, error),
            request_id=error.request_id,
        )

    def _not_sent(
        self, call: OutboxCall, error: AppError, request: str, *, is_unclear: bool
    ) -> SentCall:
        """Return a call that was not taken: it waits, failed, or is still unclear."""
        exchange, text, at = refused(request, error), str(error), self._clock()
        later = at + BUSY_AGAIN * min(call.attempts, 12) if is_of_one(error) else None
        if is_unclear:
            later = later if is_later(error) else at + READ_AGAIN
            noted = self._note(call, CallState.SENDING, text, exchange=exchange, not_before=later)
            return SentCall(noted, error)
        state = CallState.WAITING
        if not is_later(error):
            state = CallState.FAILED
            back = _("Correct it and send it again, or give it up: partnerdesk outbox give-up {id}")
            text = f"{text} {back.format(id=call.id)}"
        id = call.id or 0
        noted = note_not_taken(self._store, id, state, text, at, exchange, not_before=later)
        return SentCall(noted, error)

    def _clash(self, call: OutboxCall, clash: Clash) -> SentCall:
        text = _(
            "Somebody else changed the same fields at Partner Center. Choose which values hold: "
            "partnerdesk outbox show {id}"
        ).format(id=call.id)
        call = self._note(
            call,
            CallState.CONFLICT,
            text,
            exchange=clash.exchange,
            found=as_json({"theirs": dict(clash.theirs)}),
        )
        return SentCall(call)

    def _note(
        self,
        call: OutboxCall,
        state: CallState,
        answer: str,
        *,
        exchange: Exchange | None = None,
        found: str | None = None,
        not_before: datetime | None = None,
        request_id: str = "",
    ) -> OutboxCall:
        return note_state(
            self._store,
            call.id or 0,
            state,
            answer,
            self._clock(),
            exchange=exchange,
            found=found,
            not_before=not_before,
            request_id=request_id,
        )
