"""Sends the letters that wait in the outbox, none of them twice.

    sending = send_waiting(store, settings.mail, now, outcome.change_id)
    sending.text                                   # what came of it, in words

How a call is claimed, sent and written down stands in `models.changes.outbox`; here is what the
mail server is handed.
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

    def hand_over(call: OutboxCall) -> str:
        send_letter(_letter(call), mail, clock(), call.request_id)
        return _("{host} took it.").format(host=shown(mail.host))

    tried, left = outbox.send_calls(store, Channel.MAIL, hand_over, clock, change_id, again=again)
    return Sending(tuple(_letter_call(one.call, one.error) for one in tried), left)


def unsure_letters(store: Store) -> list[SentCall]:
    """Return the letters of which nobody knows whether they were sent, or that are sent now.

    Raises:
        StoreError: the book cannot be read.
    """
    return [_letter_call(call) for call in outbox.unsure_calls(store, Channel.MAIL)]


def settle_unsure(store: Store, *, sent: bool, at: datetime) -> list[SentCall]:
    """Count the unsure letters as sent, or let them wait to be sent again; return them.

    Raises:
        StoreError: the book cannot be written.
    """
    settled = outbox.settle_unsure(store, Channel.MAIL, sent=sent, at=at)
    return [_letter_call(call) for call in settled]


def _letter(call: OutboxCall) -> Letter:
    """Return the letter that a call holds.

    Raises:
        RefusedError: somebody damaged it.
    """
    given = {name: str(value) for name, value in as_object(call.arguments).items()}
    try:
        return Letter(
            LetterKind(given["kind"]), LetterLanguage(given["language"]), given["name"],
            given["email"], given["subject"], given["body"], given["link"],
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
