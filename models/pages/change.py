"""One entry of the history whole: what it says, what became of it, and its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import describe_call
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.list import DONE, UNDONE, WORST_FIRST
from partnerdesk.models.changes.outbox import CALL_STATE_TITLES, OutboxCall
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.undo import why_not_undone

if TYPE_CHECKING:
    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


@dataclass(frozen=True)
class ChangePage:
    """An entry of the history with all that belongs to it, detached from the store."""

    entry: Change
    calls: list[OutboxCall]
    """In the order in which they are sent."""
    undone_by: Change | None
    """The entry that took it back; None where it stands."""
    undoes: Change | None
    """The entry that it took back; None for all others."""
    cloud: str
    """The id of its account's cloud; empty for an entry of no account."""
    why_not_undone: str
    """Why it can never be taken back; empty if it may be."""

    @property
    def state(self) -> str:
        """One of `models.changes.list.STATES`, as the list has it."""
        states = {call.state.value for call in self.calls}
        own = UNDONE if self.undone_by is not None else DONE
        return next((state for state in WORST_FIRST if state in states), own)


def read_change(store: Store, change_id: int) -> ChangePage:
    """Read an entry of the history with all that belongs to it.

    Raises:
        NotFoundError: there is no such entry.
    """
    with store.reading() as session:
        entry = entry_of(session, change_id)
        calls = select(OutboxCall).where(OutboxCall.change_id == change_id)
        return ChangePage(
            entry=entry,
            calls=list(session.exec(calls.order_by(col(OutboxCall.id)))),
            undone_by=_get(session, Change, entry.undone_by),
            undoes=_get(session, Change, entry.undoes),
            cloud=getattr(_get(session, PartnerAccount, entry.account_id), "cloud", ""),
            why_not_undone=why_not_undone(entry),
        )


def call_lines(call: OutboxCall) -> tuple[str, list[str]]:
    """Return a call in words: its channel; then what is asked, how far it is, and the answer."""
    channel, asked = describe_call(call.channel, call.operation, call.about)
    attempts = ngettext("{count} attempt", "{count} attempts", call.attempts)
    state = " · ".join((_(CALL_STATE_TITLES[call.state]), attempts))
    return channel, [line for line in (asked, state, call.answer) if line]


def _get(session: Session, kind: Any, id: int | None) -> Any:
    return session.get(kind, id) if id is not None else None


def change_json(page: ChangePage) -> dict[str, Any]:
    """Return an entry as `--json` prints it."""
    undone = page.undone_by
    return {
        **entry_json(page.entry),
        "cloud": page.cloud or None,
        "state": page.state,
        "undone_by": undone.id if undone is not None else None,
        "why_not_undone": page.why_not_undone or None,
        "calls": [
            call.model_dump(mode="json", exclude={"change_id", "account_id", "version"})
            | {"arguments": as_object(call.arguments)}
            for call in page.calls
        ],
    }


def entry_json(entry: Change) -> dict[str, Any]:
    """Return the fields of an entry as JSON has them: before, after and plan as objects."""
    dumped = entry.model_dump(mode="json", exclude={"search_text", "undone_by"})
    told = {name: as_object(getattr(entry, name)) for name in ("before", "after", "plan")}
    return {name: dumped[name] for name in type(entry).model_fields if name in dumped} | told
