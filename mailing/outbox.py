"""Send the letters that wait in the outbox, none of them twice.

    sending = send_waiting(store, settings.mail, now, outcome.change_id)
    sending.text                                   # the result, as text for the person

`models.changes.outbox` claims the calls, and stores their results; this file hands the letters to
the mail server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.mailing.smtp import send_letter
from partnerdesk.models.changes import outbox
from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.core.errors import AppError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.letters.letter import Letter, LetterKind, LetterLanguage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import MailSettings


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

    def hand_over(call: OutboxCall) -> str:
        send_letter(_letter(call), mail, clock(), call.request_id)
        return _("{host} took it.").format(host=shown(mail.host))

    tried, left = outbox.send_calls(store, Channel.MAIL, hand_over, clock, change_id, again=again)
    return Sending(tuple(_letter_call(attempt.call, attempt.error) for attempt in tried), left)


def unsure_letters(store: Store) -> list[SentCall]:
    """Return the letters marked as being sent: in progress now, or with an unknown result.

    Raises:
        StoreError: the book cannot be read.
    """
    return [_letter_call(call) for call in outbox.unsure_calls(store, Channel.MAIL)]


def settle_unsure(store: Store, *, sent: bool, at: datetime) -> list[SentCall]:
    """Mark the unsure letters as sent, or as waiting to be sent again; return them.

    Only a person can decide: someone who looked into the server's sent mail, or who prefers
    sending a letter twice to not at all.

    Raises:
        StoreError: the book cannot be written.
    """
    settled = outbox.settle_unsure(store, Channel.MAIL, sent=sent, at=at)
    return [_letter_call(call) for call in settled]


def _letter(call: OutboxCall) -> Letter:
    """Return the letter in a call's body.

    Raises:
        RefusedError: the body is damaged.
    """
    texts = {name: str(value) for name, value in as_object(call.arguments).items()}
    try:
        return Letter(
            LetterKind(texts["kind"]), LetterLanguage(texts["language"]), texts["name"],
            texts["email"], texts["subject"], texts["body"], texts["link"],
        )  # fmt: skip
    except (KeyError, ValueError):
        raise RefusedError(
            _("The letter of change {id} is damaged in the book. Nothing was sent.").format(
                id=call.change_id
            ),
            _("Look with: partnerdesk changes verify. Write the letter anew."),
        ) from None


def _letter_call(call: OutboxCall, error: AppError | None = None) -> SentCall:
    return SentCall(
        call.id or 0, call.change_id, call.about, CallState(call.state), call.attempts,
        call.answer, call.changed_at, error,
    )  # fmt: skip
