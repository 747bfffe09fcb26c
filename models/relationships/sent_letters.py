"""The letters of an invitation that went out: when, by whom and how, and what each one said.

The invitation itself keeps the text of the last one only. The earlier ones are read out of the
history, which has each record before and after: from the invitation as it is, back step by step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_object
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
"""How long after a letter another one is warned of; the ledger's own rule."""
_LOOKED_AT = 500
"""How many of the latest entries of a name are looked through for those of an invitation."""
_KINDS = (ChangeKind.INVITED, ChangeKind.INVITATION, ChangeKind.UNDONE)
_KEPT = (
    *("how", "subject", "body", "contact", "email", "language", "reminders"),
    *("sent_at", "sent_by", "reminded_at"),
)
"""The fields of an invitation that tell of its letters."""


@dataclass(frozen=True, slots=True)
class SentLetter:
    """One letter that went out."""

    kind: LetterKind
    reminder: int
    """0 for the first letter, then the number of the reminder."""
    at: datetime | None
    """When it went out; None where nobody wrote that down."""
    by: str
    """Who let it out; empty where nobody wrote that down."""
    how: SentBy
    letter: Letter | None
    """What it said; None where the book has not kept it."""
    change_id: int | None = None
    """The entry of the history; None for one that is older than the history."""
    call: CallState | None = None
    """How far it is in the outbox; None where it went out in another way."""


def letters_of(session: Session, invitation: Invitation) -> list[SentLetter]:
    """Return the letters of an invitation that went out, the first one first.

    What was taken back did not go out. One that was made in the portal has none.
    """
    named = select(Change).where(
        Change.subject == invitation.company_name, col(Change.kind).in_(_KINDS)
    )
    entries = session.exec(named.order_by(col(Change.id).desc()).limit(_LOOKED_AT)).all()
    letters = list(_walked_back(invitation, entries))
    return _with_calls(session, letters[::-1])


def just_out(invitation: Invitation, at: datetime) -> list[Reason]:
    """Return that another letter went out a short while before `at`."""
    last = invitation.reminded_at or invitation.sent_at
    if last is None or at - last >= SOON:
        return []
    seconds = max(int((at - last).total_seconds()), 0)
    ago = age(last, at)
    if seconds < MINUTE:
        ago = ngettext("{count} s ago", "{count} s ago", seconds)
    text = _("The last letter went out {age}.").format(age=ago)
    return [Reason("invitation.just-out", text, refuses=False)]


def _walked_back(invitation: Invitation, entries: Iterable[Change]) -> Iterator[SentLetter]:
    """Go through what happened to an invitation, the last first; return its letters."""
    fields: Fields = {name: getattr(invitation, name) for name in _KEPT}
    for entry in entries:
        step = _step_of(entry, invitation.id)
        if step is None:
            continue
        before, after = step.get("before") or {}, step.get("after") or {}
        is_reminder = bool(after.get("reminded_at") or after.get("reminders"))
        stands = entry.kind == ChangeKind.INVITATION and entry.undone_by is None
        if stands and (is_reminder or after.get("sent_at")):
            number = _number(fields["reminders"]) if is_reminder else 0
            yield replace(
                _letter(invitation, fields, number), at=entry.at, by=entry.actor,
                change_id=entry.id,
            )  # fmt: skip
        if step.get("before") is None:
            return  # here it was written
        fields |= {name: value for name, value in before.items() if name in fields}
    yield from _older(invitation, fields)


def _step_of(entry: Change, invitation_id: int | None) -> Fields | None:
    """Return what an entry did to an invitation; None where it is about something else."""
    steps = as_object(entry.plan).get("steps")
    for step in steps if isinstance(steps, list) else ():
        known = isinstance(step, dict) and step.get("record") == records.INVITATION.table
        if known and isinstance(step.get("key"), dict) and step["key"].get("id") == invitation_id:
            return dict(step)
    return None


def _letter(invitation: Invitation, fields: Fields, reminder: int) -> SentLetter:
    """Return the letter that an invitation held when its fields were these."""
    kind = letter_kind(InvitationKind(invitation.kind), reminder=reminder > 0)
    text = str(fields["body"] or "")
    letter = Letter(
        kind, language_for(str(fields["language"])), str(fields["contact"]), str(fields["email"]),
        str(fields["subject"]), text, invitation.link,
    )  # fmt: skip
    how = {way.value: way for way in SentBy}.get(str(fields["how"]), SentBy.NONE)
    return SentLetter(kind, reminder, None, "", how, letter if text else None)


def _older(invitation: Invitation, fields: Fields) -> Iterator[SentLetter]:
    """Return the letters that went out before the history tells of any; the last text is kept."""
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
    """Return a moment as the invitation holds it, or as a step of the history writes it."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _with_calls(session: Session, letters: list[SentLetter]) -> list[SentLetter]:
    """Return the letters with how far those are that the mail server was to have."""
    sent = [letter.change_id for letter in letters if letter.how is SentBy.SMTP]
    if not sent:
        return letters
    found = select(OutboxCall.change_id, OutboxCall.state).where(
        col(OutboxCall.change_id).in_(sent)
    )
    states = {change_id: CallState(state) for change_id, state in session.exec(found)}
    return [replace(letter, call=states.get(letter.change_id or 0)) for letter in letters]


def letter_title(sent: SentLetter) -> str:
    """Return what a letter that went out is called among the others of its invitation."""
    if sent.reminder:
        return ngettext("Reminder {count}", "Reminder {count}", sent.reminder)
    return _("First letter")


def about_letter(sent: SentLetter, at: datetime) -> str:
    """Return in words when a letter went out, by whom, how and in which language."""
    how = _(SENT_BY[sent.how]) if sent.how else ""
    if sent.call not in (None, CallState.SENT, CallState.CONFIRMED):
        state = _(CALL_STATE_TITLES[sent.call])
        how += f" ({state})"
    language = _(LANGUAGE_TITLES[sent.letter.language]) if sent.letter else ""
    when = moment_with_age(sent.at, at) if sent.at else _("nobody wrote down when")
    lost = "" if sent.letter else _("The text of this letter was not kept.")
    return " · ".join(filter(None, (when, sent.by, how, language, lost)))


def moment_with_age(moment: datetime, at: datetime) -> str:
    """Return a moment and how long ago it was."""
    return f"{moment_text(moment)} ({age(moment, at)})"
