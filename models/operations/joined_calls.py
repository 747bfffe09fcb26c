"""An edit that Partner Center refused becomes part of the next edit of the same customer.

The person corrects what was refused by another edit; both are then sent as one call, so that the
refused one does not stand in its way. The joined call keeps what it wanted: where the call that it
became part of is given up, it stands for itself again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import as_json, as_object
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.waiting_calls import later_calls, set_state
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


def take_over_refused(session: Session, edit: OutboxCall, at: datetime) -> None:
    """Make edits of the same customer that were refused part of a new call, if that is an edit."""
    if edit.operation != Operation.UPDATE_BILLING_PROFILE:
        return
    refused = select(OutboxCall).where(
        OutboxCall.customer_id == edit.customer_id,
        OutboxCall.operation == Operation.UPDATE_BILLING_PROFILE,
        OutboxCall.state == CallState.FAILED,
        col(OutboxCall.id) < (edit.id or 0),
    )
    # The latest first: the earlier ones know what Partner Center has.
    for call in session.exec(refused.order_by(col(OutboxCall.id).desc()).with_for_update()):
        _join(call, edit, at)


def join_next_edit(session: Session, refused: OutboxCall, at: datetime) -> None:
    """Make a refused edit part of the edit that waits behind it, if there is one."""
    for call in later_calls(session, refused, locked=True):
        is_edit = call.operation == Operation.UPDATE_BILLING_PROFILE
        if is_edit and call.state == CallState.WAITING:
            _join(refused, call, at)
            return


def _join(refused: OutboxCall, edit: OutboxCall, at: datetime) -> None:
    """Let an edit send the fields of a refused one, too; its own values hold."""
    old, new = as_object(refused.arguments), as_object(edit.arguments)
    wanted = old.get("wanted", {}) | new.get("wanted", {})
    base = new.get("base", {}) | old.get("base", {})
    edit.arguments = as_json(new | {"wanted": wanted, "base": base})
    join(refused, edit, at)


def join(call: OutboxCall, to: OutboxCall, at: datetime) -> None:
    """Mark a call as part of another one, which is sent instead."""
    text = _("It became part of call {id}, which is sent instead.").format(id=to.id)
    set_state(call, CallState.JOINED, text, at, exchange=None)
    call.found = as_json({"part_of": to.id})


def stand_again(session: Session, given_up: OutboxCall, at: datetime) -> None:
    """Let the refused edits that are part of a call stand for themselves, as it is given up."""
    if given_up.operation != Operation.UPDATE_BILLING_PROFILE:
        return
    joined = select(OutboxCall).where(
        OutboxCall.customer_id == given_up.customer_id,
        OutboxCall.state == CallState.JOINED,
        OutboxCall.found == as_json({"part_of": given_up.id}),
    )
    text = _("Refused, and not sent with call {id}: that was given up.").format(id=given_up.id)
    for call in session.exec(joined.with_for_update()):
        set_state(call, CallState.FAILED, text, at, exchange=None)
        call.found = ""


def in_the_way(session: Session, call: OutboxCall) -> list[OutboxCall]:
    """Return the later calls that cannot stand without a call: they go on from what it does."""
    later = later_calls(session, call)
    if call.operation != Operation.UPDATE_BILLING_PROFILE:
        return later
    return [other for other in later if _fields(call) & _fields(other)]


def _fields(call: OutboxCall) -> set[str]:
    return set(as_object(call.arguments).get("wanted", ()))
