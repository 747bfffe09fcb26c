"""What commands that change a connected account do: send at once, and print how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, ExitCode
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sending.results import FirstAdmin, Sending, SentCall

CALL_MARKS = {"confirmed": "✓", "failed": "✗", "conflict": "✗", "gave_up": "–", "joined": "→"}
"""The mark in front of a call, by its state; `…` for one that goes on by itself."""


def send_now(
    settings: Settings, store: Store, account_id: int, customer_id: int | None = None
) -> Sending:
    """Send what waits in an account; where that is impossible at present, it keeps waiting.

    Args:
        settings: for the cloud of the account, and certificates.
        store: the book.
        account_id: the account.
        customer_id: only the calls of this customer; None for all.

    Raises:
        StoreError: the book cannot be read or written.
    """
    from partnerdesk.cli.shared.demo_rehearsal import unserved
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.waiting_calls import next_call
    from partnerdesk.partnercenter.sending.account import send_account
    from partnerdesk.partnercenter.sending.results import Sending

    why = unserved(store)
    if why is not None and next_call(store, account_id, now(), customer_id=customer_id):
        return Sending(halted=why)
    try:
        return send_account(store, settings, account_id, Actor.present(), now, only=customer_id)
    except AppError as error:
        if error.exit_code is not ExitCode.OFFLINE:
            raise
        return Sending(halted=error)


def sent_json(sent: SentCall) -> Fields:
    """Return a call and, once, the first administrator of a new tenant for `--json`."""
    from partnerdesk.models.changes.history import as_object
    from partnerdesk.models.operations.sent_calls import conflict_of

    call, admin = sent.call, sent.first_admin
    return {
        "id": call.id,
        "change_id": call.change_id,
        "operation": call.operation,
        "about": call.about,
        "state": call.state.value,
        "attempts": call.attempts,
        "answer": call.answer,
        "correlation_id": call.correlation_id,
        "request_id": call.request_id,
        "arguments": as_object(call.arguments),
        "conflict": [field.name for field in conflict_of(call)],
        "first_admin": admin_json(admin),
    }


def admin_json(admin: FirstAdmin | None) -> Fields | None:
    """Return the first administrator for `--json`; None for None."""
    if admin is None:
        return None
    return {"user_name": admin.user_name, "password": admin.password}


def print_admins(admins: Iterable[FirstAdmin], indent: str = "") -> None:
    """Print the first administrators of new tenants: this is the only time."""
    for admin in admins:
        told = {
            _("First administrator"): admin.user_name,
            _("Password, told this once"): admin.password,
        }
        for label, text in told.items():
            print(f"{indent}{label}: {shown(text)}")
