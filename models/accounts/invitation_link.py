"""The plan to fetch the partner's invitation link from Partner Center, for a connected account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, TakeBack, Target
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account


def plan_fetch_link(account: Account, by: PlanContext) -> Plan:
    """Plan to fetch the invitation link; the account keeps it (`reference/rules.md §7`). Pure."""
    reasons = []
    permission = account.cloud.allows(Capability.INVITATION_URL)
    if not permission.allowed:
        reasons.append(Reason("link.no-call", permission.reason, source=permission.source))
    if not account.connected:
        text = _("This account is kept by hand: give the link with --link URL.")
        reasons.append(Reason("link.by-hand", text))
    return Plan.of(
        ChangeKind.LINK,
        by,
        Target(account.id, account.cloud.id, account.title),
        (),
        reasons,
        TakeBack(possible=False, text=_("Nothing is changed at Partner Center: it is only read.")),
        calls=lambda: (Call(Operation.GET_INVITATION_LINK, {"kind": "reseller"}, by.plan_id),),
        only_summary=True,
    )
