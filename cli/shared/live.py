"""What commands read from Partner Center before they plan, for a connected account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.relationships.end import Ending, EndingRequest
    from partnerdesk.models.settings.model import Settings


def with_live_findings(
    settings: Settings, store: Store, account: Account, ending: Ending, request: EndingRequest
) -> EndingRequest:
    """Return a request to end with what Partner Center knows of the checklist.

    What the person said stands. Where Partner Center cannot be asked, the checklist stays open;
    the sender looks again before it ends anything.
    """
    microsoft_id = ending.customer.microsoft_id
    if not account.connected or not microsoft_id:
        return request
    from partnerdesk.partnercenter.account_client import account_client
    from partnerdesk.partnercenter.sending.preconditions import read_findings

    try:
        with account_client(store, settings, account.id, patience=0) as client:
            found = read_findings(client, microsoft_id)
    except AppError as error:
        tell(_("The checklist is not read from Partner Center: {reason}").format(reason=error))
        return request
    return replace(request, findings={**found, **request.findings})


def fetch_link(settings: Settings, store: Store, account: Account) -> None:
    """Fetch the invitation link into a connected account that has none yet.

    Where that is impossible at present, the call waits in the outbox, and this says so.

    Raises:
        StoreError: the book cannot be read or written.
    """
    from partnerdesk.cli.shared.plans import plan_context
    from partnerdesk.cli.shared.sent_calls import send_now
    from partnerdesk.models.operations.fetch_link import queue_link

    if queue_link(store, account, plan_context(settings)):
        sending = send_now(settings, store, account.id)
        if sending.error is not None:
            tell(sending.text)
