"""Send the letters that wait in the outbox, none of them twice.

    sending = send_waiting(store, settings.mail, now, outcome.change_id)
    sending.text                                   # the result, as text for the person

A letter is marked as being sent before the connection to the server. If the program is killed then,
or the connection is lost after the server received the letter, nobody knows whether it was sent:
the letter stays marked, is never sent again by itself, and `unsure_calls` lists it until a person
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.mailing.smtp import send_letter
from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.core.errors import (
    AppError,
    ConflictError,
    ExitCode,
    MailError,
    RefusedError,
)
from partnerdesk.models.core.text import shown
from partnerdesk.models.database.store import refuse_read_only
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.letters.letter import Letter, LetterKind, LetterLanguage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import MailSettings

MAIL = "MAIL"
"""The method of outbox calls that are letters."""


@dataclass(frozen=True, slots=True)
class SentCall:
    """A letter of the outbox and its state."""

    id: int
    change_id: int
    email: str
    state: CallState
    attempts: int
    answer: str
    """The server's last answer, or why the server was not reached."""
    changed_at: datetime | None
    error: AppError | None = None
    """Why this attempt failed; None if it did not fail or there was no attempt."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The result of sending."""

    calls: tuple[SentCall, ...]
    """The letters of which sending was attempted, in their order."""
    left: int
    """The number of letters not attempted, because the server was not reached."""

    @property
    def error(self) -> AppError | None:
        """The first error; None if all letters were sent."""
        return next((call.error for call in self.calls if call.error is not None), None)

    @property
    def text(self) -> str:
        """The result in a sentence or two, for the person."""
        sent = sum(call.state is CallState.SENT for call in self.calls)
        sentences = [ngettext("{count} letter is sent.", "{count} letters are sent.", sent)]
        if not sent:
            sentences = [] if self.calls else [_("No letter waits.")]
        if self.error is not None:
            sentences.append(str(self.error))
        if self.left:
            sentences.append(ngettext("{count} letter waits.", "{count} letters wait.", self.left))
        return " ".join(sentences)


def send_waiting(
    store: Store,
    mail: MailSettings,
    clock: Callable[[], datetime],
    change_id: int | None = None,
    *,
    again: bool = False,
) -> Sending:
    """Send the waiting letters to the mail server, in the order in which they were written.

    If the server is not reached, the remaining letters are not attempted and stay waiting.

    Args:
        store: the book.
        mail: the settings of the mail server.
        clock: returns the current time.
        change_id: send only the letters of this change; None for all.
        again: also send letters that failed before.

    Raises:
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be read or written.
    """
    refuse_read_only(read_only=store.read_only)
    states = (CallState.WAITING, CallState.FAILED) if again else (CallState.WAITING,)
    waiting = _ids(store, states, change_id)
    sent: list[SentCall] = []
    for place, id in enumerate(waiting, 1):
        call = _take(store, id, states, clock())
        if call is None:  # another process took the letter
            continue
        sent.append(_send(store, call, mail, clock))
        error = sent[-1].error
        if error is not None and error.exit_code is ExitCode.OFFLINE:
            return Sending(tuple(sent), len(waiting) - place)
    return Sending(tuple(sent), 0)


def unsure_calls(store: Store) -> list[SentCall]:
    """Return the letters marked as being sent: in progress now, or with an unknown result.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        sending = select(OutboxCall).where(
            OutboxCall.method == MAIL, OutboxCall.state == CallState.SENDING
        )
        return [_sent_call(call) for call in session.exec(sending.order_by(col(OutboxCall.id)))]


def settle_unsure(store: Store, *, sent: bool, at: datetime) -> list[SentCall]:
    """Mark the unsure letters as sent, or as waiting to be sent again; return them.

    Only a person can decide: someone who looked into the server's sent mail, or who prefers
    sending a letter twice to not at all.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        sending = select(OutboxCall).where(
            OutboxCall.method == MAIL, OutboxCall.state == CallState.SENDING
        )
        calls = session.exec(sending.with_for_update()).all()
        for call in calls:
            call.state = CallState.SENT if sent else CallState.WAITING
            call.changed_at = at
        return [_sent_call(call) for call in calls]


def _ids(store: Store, states: Sequence[CallState], change_id: int | None) -> list[int]:
    with store.reading() as session:
        query = select(OutboxCall.id).where(
            OutboxCall.method == MAIL, col(OutboxCall.state).in_(states)
        )
        if change_id is not None:
            query = query.where(OutboxCall.change_id == change_id)
        return [id for id in session.exec(query.order_by(col(OutboxCall.id))) if id is not None]


def _take(
    store: Store, id: int, states: Sequence[CallState], at: datetime
) -> OutboxCall | None:  # fmt: skip
    """Mark a letter as being sent and commit, before the connection to the server.

    Return None if another process took the letter or its state has changed.
    """
    try:
        with store.writing() as session:
            call = session.get(OutboxCall, id, with_for_update=True)
            if call is None or call.state not in states:
                return None
            call.state, call.changed_at = CallState.SENDING, at
            call.attempts += 1
    except ConflictError:
        return None
    return call


def _send(
    store: Store, call: OutboxCall, mail: MailSettings, clock: Callable[[], datetime]
) -> SentCall:
    """Send a letter that is marked as being sent, and store the result."""
    error: AppError | None = None
    try:
        send_letter(_letter(call), mail, clock(), call.request_id)
        state, answer = CallState.SENT, _("{host} took it.").format(host=shown(mail.host))
    except AppError as failed:
        error, answer = failed, failed.message
        unsure = isinstance(failed, MailError) and failed.uncertain
        state = CallState.SENDING if unsure else CallState.FAILED
    with store.writing() as session:
        stored = session.get_one(OutboxCall, call.id, with_for_update=True)
        stored.state, stored.answer, stored.changed_at = state, answer, clock()
    return _sent_call(stored, error)


def _letter(call: OutboxCall) -> Letter:
    """Return the letter in a call's body.

    Raises:
        RefusedError: the body is damaged.
    """
    body = {name: str(value) for name, value in as_object(call.body).items()}
    try:
        return Letter(
            LetterKind(body["kind"]), LetterLanguage(body["language"]), body["name"],
            body["email"], body["subject"], body["body"], body["link"],
        )  # fmt: skip
    except (KeyError, ValueError):
        raise RefusedError(
            _("The letter of change {id} is damaged in the book. Nothing was sent.").format(
                id=call.change_id
            ),
            _("Look with: partnerdesk changes verify. Write the letter anew."),
        ) from None


def _sent_call(call: OutboxCall, error: AppError | None = None) -> SentCall:
    return SentCall(
        call.id or 0, call.change_id, call.path, CallState(call.state), call.attempts, call.answer,
        call.changed_at, error,
    )  # fmt: skip
