"""Sends the letters that wait in the outbox, none of them twice.

    sending = send_waiting(store, settings.mail, now, outcome.change_id)
    sending.text                                   # what came of it, in words

A letter is marked as being sent before the server is spoken to. Where the program is killed then,
or the connection is lost after the server had it, nobody knows whether it was sent: it stays so
marked, is never sent again by itself, and `unsure_calls` names it until a person decides.
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
"""The method of a call that is a letter."""


@dataclass(frozen=True, slots=True)
class SentCall:
    """A letter of the outbox, and how far it is."""

    id: int
    change_id: int
    email: str
    state: CallState
    attempts: int
    answer: str
    """What the server said last, or why it was not reached."""
    changed_at: datetime | None
    error: AppError | None = None
    """Why it was not sent this time."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of sending."""

    calls: tuple[SentCall, ...]
    """The letters that were tried, in their order."""
    left: int
    """How many were not tried any more, since the server was not reached."""

    @property
    def error(self) -> AppError | None:
        """The first thing that went wrong."""
        return next((call.error for call in self.calls if call.error is not None), None)

    @property
    def text(self) -> str:
        """What came of it, in a sentence or two."""
        sent = sum(call.state is CallState.SENT for call in self.calls)
        said = [ngettext("{count} letter is sent.", "{count} letters are sent.", sent)]
        if not sent:
            said = [] if self.calls else [_("No letter waits.")]
        if self.error is not None:
            said.append(str(self.error))
        if self.left:
            said.append(ngettext("{count} letter waits.", "{count} letters wait.", self.left))
        return " ".join(said)


def send_waiting(
    store: Store,
    mail: MailSettings,
    clock: Callable[[], datetime],
    change_id: int | None = None,
    *,
    again: bool = False,
) -> Sending:
    """Hand the letters that wait to the mail server, in the order in which they were written.

    Where the server is not reached the rest is not tried: it waits on.

    Args:
        store: the book.
        mail: which server.
        clock: what time it is.
        change_id: only the letters of this change; None for all.
        again: whether letters that failed are tried again.

    Raises:
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be read or written.
    """
    refuse_read_only(read_only=store.read_only)
    states = (CallState.WAITING, CallState.FAILED) if again else (CallState.WAITING,)
    waiting = _ids(store, states, change_id)
    sent: list[SentCall] = []
    for place, id in enumerate(waiting, 1):
        call = _taken(store, id, states, clock())
        if call is None:  # another process has it
            continue
        sent.append(_sent(store, call, mail, clock))
        error = sent[-1].error
        if error is not None and error.exit_code is ExitCode.OFFLINE:
            return Sending(tuple(sent), len(waiting) - place)
    return Sending(tuple(sent), 0)


def unsure_calls(store: Store) -> list[SentCall]:
    """Return the letters of which nobody knows whether they were sent, or that are sent now.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        sending = select(OutboxCall).where(
            OutboxCall.method == MAIL, OutboxCall.state == CallState.SENDING
        )
        return [_told(call) for call in session.exec(sending.order_by(col(OutboxCall.id)))]


def settle_unsure(store: Store, *, sent: bool, at: datetime) -> list[SentCall]:
    """Count the unsure letters as sent, or let them wait to be sent again; return them.

    Only a person can say so: who looked, or who would rather send a letter twice than not at all.

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
        return [_told(call) for call in calls]


def _ids(store: Store, states: Sequence[CallState], change_id: int | None) -> list[int]:
    with store.reading() as session:
        found = select(OutboxCall.id).where(
            OutboxCall.method == MAIL, col(OutboxCall.state).in_(states)
        )
        if change_id is not None:
            found = found.where(OutboxCall.change_id == change_id)
        return [id for id in session.exec(found.order_by(col(OutboxCall.id))) if id is not None]


def _taken(
    store: Store, id: int, states: Sequence[CallState], at: datetime
) -> OutboxCall | None:  # fmt: skip
    """Mark a letter as being sent, for good, before the server is spoken to."""
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


def _sent(
    store: Store, call: OutboxCall, mail: MailSettings, clock: Callable[[], datetime]
) -> SentCall:
    """Hand over a letter that is marked as being sent, and write down what came of it."""
    error: AppError | None = None
    try:
        send_letter(_letter(call), mail, clock(), call.request_id)
        state, answer = CallState.SENT, _("{host} took it.").format(host=shown(mail.host))
    except AppError as failed:
        error, answer = failed, failed.message
        unsure = isinstance(failed, MailError) and failed.uncertain
        state = CallState.SENDING if unsure else CallState.FAILED
    with store.writing() as session:
        kept = session.get_one(OutboxCall, call.id, with_for_update=True)
        kept.state, kept.answer, kept.changed_at = state, answer, clock()
    return _told(kept, error)


def _letter(call: OutboxCall) -> Letter:
    """Return the letter that a call holds.

    Raises:
        RefusedError: somebody damaged it.
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


def _told(call: OutboxCall, error: AppError | None = None) -> SentCall:
    return SentCall(
        call.id or 0, call.change_id, call.path, CallState(call.state), call.attempts, call.answer,
        call.changed_at, error,
    )  # fmt: skip
