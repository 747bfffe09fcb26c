"""Reads the letters of an invitation that went out: when, by whom, how and with which text.

The invitation stores only the text of the last letter. The earlier letters are restored from the
history, which has each record before and after: the invitation's changes are undone one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, kept_steps
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CALL_STATE_TITLES, CallState, OutboxCall
from partnerdesk.models.core.clock import MINUTE, age, moment_text
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.letters.letter import LANGUAGE_TITLES, Letter, LetterKind, language_for
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import InvitationKind, SentBy
from partnerdesk.models.relationships.invite import letter_kind
from partnerdesk.models.relationships.lists import SENT_BY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.relationships.entities import Invitation

SOON = timedelta(days=1)
"""How long after a letter a plan warns about another one; this program's own rule."""
_MOST_ENTRIES = 500
"""Maximum number of history entries read for a company; the entries are then searched."""
_KINDS = (ChangeKind.INVITED, ChangeKind.INVITATION, ChangeKind.UNDONE)
"""The kinds of history entries that can change an invitation."""
_LETTER_FIELDS = (
    *("how", "subject", "body", "contact", "email", "language", "reminders"),
    *("sent_at", "sent_by", "reminded_at"),
)
"""The fields of an invitation that describe its last letter."""


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that went out."""

    kind: LetterKind
    reminder: int
    """0 for the first letter, then the number of the reminder."""
    at: datetime | None
    """When it went out; None if that is unknown."""
    by: str
    """The name of the user who sent it; empty if that is unknown."""
    how: SentBy
    letter: Letter | None
    """The letter with its text; None if the book does not have the text."""
    change_id: int | None = None
    """The id of its history entry; None if the history does not have the letter."""
    call: CallState | None = None
    """The state of its call in the outbox; None if the letter did not go out by SMTP."""


def letters_of(session: Session, invitation: Invitation) -> list[SentLetter]:
    """Return the letters of an invitation that went out, the oldest first.

    Letters whose change was undone are left out. Invitations made in the portal have no letters.
    """
    named = select(Change).where(
        Change.subject == invitation.company_name, col(Change.kind).in_(_KINDS)
    )
    entries = session.exec(named.order_by(col(Change.id).desc()).limit(_MOST_ENTRIES)).all()
    letters = list(_letters_backwards(invitation, entries))
    return _with_calls(session, letters[::-1])


def recent_letter(invitation: Invitation, at: datetime) -> list[Reason]:
    """Return a warning if another letter went out less than `SOON` before `at`."""
    last = invitation.reminded_at or invitation.sent_at
    if last is None or at - last >= SOON:
        return []
    seconds = max(int((at - last).total_seconds()), 0)
    ago = age(last, at)
    if seconds < MINUTE:
        ago = ngettext("{count} s ago", "{count} s ago", seconds)
    text = _("The last letter went out {age}.").format(age=ago)
    return [Reason("invitation.just-out", text, refuses=False)]


def _letters_backwards(invitation: Invitation, entries: Iterable[Change]) -> Iterator[SentLetter]:
    """Yield the letters of an invitation, the newest first, by undoing its changes one by one."""
    fields: Fields = {name: getattr(invitation, name) for name in _LETTER_FIELDS}
    for entry in entries:
        step = _step_of(entry, invitation.id)
        if step is None:
            continue
        before, after = step.get("before") or {}, step.get("after") or {}
        is_reminder = bool(after.get("reminded_at") or after.get("reminders"))
        is_valid = entry.kind == ChangeKind.INVITATION and entry.undone_by is None
        if is_valid and (is_reminder or after.get("sent_at")):
            number = _number(fields["reminders"]) if is_reminder else 0
            letter = _letter(invitation, fields, number)
            yield replace(letter, at=entry.at, by=entry.actor, change_id=entry.id)
        if step.get("before") is None:
            return  # this entry added the invitation
        fields |= {name: value for name, value in before.items() if name in fields}
    yield from _older(invitation, fields)


def _step_of(entry: Change, invitation_id: int | None) -> Fields | None:
    """Return the step of an entry that changed an invitation; None if there is none."""
    for step in kept_steps(entry.plan, records.INVITATION.table):
        if step["key"].get("id") == invitation_id:
            return step
    return None


def _letter(invitation: Invitation, fields: Fields, reminder: int) -> SentLetter:
    """Return the letter of an invitation that had these fields; time and author are empty."""
    kind = letter_kind(InvitationKind(invitation.kind), reminder=reminder > 0)
    language = language_for(str(fields["language"]))
    subject, body = str(fields["subject"]), str(fields["body"] or "")
    name, email = str(fields["contact"]), str(fields["email"])
    letter = Letter(kind, language, name, email, subject, body, invitation.link)
    how = {way.value: way for way in SentBy}.get(str(fields["how"]), SentBy.NONE)
    return SentLetter(kind, reminder, None, "", how, letter if body else None)


def _older(invitation: Invitation, fields: Fields) -> Iterator[SentLetter]:
    """Yield the letters before the first one in the history; only the last of them has a text."""
    if not fields["sent_at"] or fields["how"] == SentBy.PORTAL:
        return
    last = _number(fields["reminders"])
    for number in range(last, -1, -1):
        letter = _letter(invitation, fields, number)
        at = _moment(fields["sent_at"]) if number == 0 else None
        if number == last:
            at = _moment(fields["reminded_at"]) if number else at
        else:
            letter = replace(letter, letter=None, how=SentBy.NONE)
        yield replace(letter, at=at, by="" if number else str(fields["sent_by"]))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    """Return a moment from an invitation's field or a step's ISO text; None if there is none."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _with_calls(session: Session, letters: list[SentLetter]) -> list[SentLetter]:
    """Return the letters, those sent by SMTP with the state of their calls in the outbox."""
    sent = [letter.change_id for letter in letters if letter.how is SentBy.SMTP]
    if not sent:
        return letters
    calls = select(OutboxCall.change_id, OutboxCall.state).where(
        col(OutboxCall.change_id).in_(sent)
    )
    states = {change_id: CallState(state) for change_id, state in session.exec(calls)}
    return [replace(letter, call=states.get(letter.change_id or 0)) for letter in letters]


def letter_title(sent: SentLetter) -> str:
    """Return the title of a letter in its invitation's list: first letter, or reminder N."""
    if sent.reminder:
        return ngettext("Reminder {count}", "Reminder {count}", sent.reminder)
    return _("First letter")


def about_letter(sent: SentLetter, at: datetime) -> str:
    """Return a line on a letter: when, by whom, how, in which language; and if its text is lost."""
    how = _(SENT_BY[sent.how]) if sent.how else ""
    if sent.call not in (None, CallState.SENT, CallState.CONFIRMED):
        state = _(CALL_STATE_TITLES[sent.call])
        how += f" ({state})"
    language = _(LANGUAGE_TITLES[sent.letter.language]) if sent.letter else ""
    when = moment_with_age(sent.at, at) if sent.at else _("nobody wrote down when")
    missing_text = "" if sent.letter else _("The text of this letter was not kept.")
    return " · ".join(filter(None, (when, sent.by, how, language, missing_text)))


def moment_with_age(moment: datetime, at: datetime) -> str:
    """Return a moment and its age: `2026-11-30 07:15 UTC (3 min ago)`."""
    return f"{moment_text(moment)} ({age(moment, at)})"
