"""Plans to connect an account to Partner Center, and to end the connection.

An account of the cloud that is kept by hand is taken over, with its customers; where every account
of the cloud is connected already, another one is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts import records
from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, Step, TakeBack, Target
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.values.fields import LONGEST, guid_field, is_visible, kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.settings.clouds import Cloud

SOURCE = "newer.md §2.3"
_CONNECTION = ("tenant_id", "client_id", "kind", "sign_in_way", "connected")
NEW_ACCOUNT = 0
"""The account id of a plan that adds its account."""


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """What a person says of the account to connect; the texts are as typed."""

    tenant_id: str
    client_id: str
    way: SignInWay = SignInWay.DEVICE
    kind: PartnerKind | None = None
    """None: the kind that the account has."""
    name: str = ""


def plan_connect_account(
    accounts: Sequence[PartnerAccount], cloud: Cloud, wanted: ConnectRequest, by: PlanContext
) -> Plan:
    """Plan to connect an account of a cloud.

    Args:
        accounts: all accounts of the book.
        cloud: the cloud of the account.
        wanted: who the partner is there, and how one signs in.
        by: who plans, when.
    """
    reasons: list[Reason] = []
    tenant = kept(guid_field(wanted.tenant_id.strip(), "connect.tenant", "tenant_id"), reasons, "")
    client = kept(guid_field(wanted.client_id.strip(), "connect.client", "client_id"), reasons, "")
    for text, field in ((wanted.tenant_id, "tenant_id"), (wanted.client_id, "client_id")):
        if not text.strip():
            reasons.append(Reason("connect.missing", _("Say the GUID of: ") + field, field))
    mine = [account for account in accounts if account.cloud == cloud.id]
    taken = _to_take_over(mine, tenant)
    kind = wanted.kind or (taken.kind if taken else PartnerKind.DIRECT_BILL)
    reasons += _refusals(cloud, kind, mine, tenant)
    if not is_visible(wanted.name):
        sentence = _("Write a name of at most {count} characters that can be printed.")
        reasons.append(Reason("account.name", sentence.format(count=LONGEST), "name"))
    fields = {
        "tenant_id": tenant,
        "client_id": client,
        "kind": str(kind),
        "sign_in_way": str(wanted.way),
        "connected": True,
    }
    if wanted.name:
        fields["name"] = wanted.name.strip()
    if taken is None:
        return _add(cloud, fields, reasons, by)
    if taken.tenant_id and taken.tenant_id != tenant:
        # Invitation links name the tenant.
        fields |= {"invitation_link": "", "combined_invitation_link": ""}
        text = _("The account had the Microsoft ID {before}; it gets {after}.")
        text = text.format(before=shown(taken.tenant_id), after=tenant)
        reasons.append(Reason("connect.other-tenant", text, "tenant_id", SOURCE, refuses=False))
    return _take_over(taken, fields, reasons, by)


def _to_take_over(accounts: Sequence[PartnerAccount], tenant: str) -> PartnerAccount | None:
    """Return the account kept by hand that becomes the connected one; None if there is none."""
    by_hand = [account for account in accounts if not account.connected]
    same = [account for account in by_hand if account.tenant_id == tenant]
    return next(iter([*same, *by_hand]), None)


def _refusals(
    cloud: Cloud, kind: PartnerKind, accounts: Sequence[PartnerAccount], tenant: str
) -> list[Reason]:
    reasons = []
    if not cloud.addresses.authority or not cloud.addresses.api:
        text = _("The settings name no address to sign in to {cloud}.")
        text = text.format(cloud=_(cloud.short_name))
        reasons.append(Reason("connect.no-address", text, "cloud", "newer.md §2.1"))
    if kind is PartnerKind.INDIRECT_RESELLER:
        text = _(
            "Microsoft gives indirect resellers no access to the Partner Center API; their "
            "provider has it. The account stays kept by hand."
        )
        reasons.append(Reason("connect.reseller", text, "kind", "newer.md §1"))
    if any(account.connected and account.tenant_id == tenant for account in accounts):
        text = _("This tenant is connected already.")
        reasons.append(Reason("connect.twice", text, "tenant_id"))
    return reasons


def _take_over(
    account: PartnerAccount, fields: dict[str, Any], reasons: list[Reason], by: PlanContext
) -> Plan:
    before = {name: _plain(getattr(account, name)) for name in fields}
    changed = [name for name in fields if before[name] != fields[name]]
    step = Step(
        records.ACCOUNT,
        {"id": account.id},
        {name: before[name] for name in changed},
        {name: fields[name] for name in changed},
    )
    target = Target(account.id or 0, account.cloud, account.name or _("kept by hand"))
    return Plan.of(ChangeKind.ACCOUNT, by, target, (step,), reasons, _connected_back())


def _add(cloud: Cloud, fields: dict[str, Any], reasons: list[Reason], by: PlanContext) -> Plan:
    step = Step(records.ACCOUNT, {"id": None}, None, {"cloud": cloud.id, **fields})
    name = fields.get("name") or fields["tenant_id"]
    target = Target(NEW_ACCOUNT, cloud.id, name)
    return Plan.of(ChangeKind.ACCOUNT, by, target, (step,), reasons, _connected_back())


def plan_disconnect_account(account: PartnerAccount, waiting_calls: int, by: PlanContext) -> Plan:
    """Plan to end the connection of an account: it is kept by hand from then on.

    Its customers, invitations and history stay. `waiting_calls` are its calls to Partner Center
    that are not sent yet.
    """
    reasons = []
    if not account.connected:
        reasons.append(Reason("connect.by-hand", _("The account is kept by hand already.")))
    if waiting_calls:
        text = ngettext(
            "{count} call to Partner Center waits in the outbox and is not sent any more.",
            "{count} calls to Partner Center wait in the outbox and are not sent any more.",
            waiting_calls,
        )
        reasons.append(Reason("connect.waiting", text, refuses=False))
    after = {"client_id": "", "sign_in_way": str(SignInWay.DEVICE), "connected": False}
    before = {name: _plain(getattr(account, name)) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    step = Step(
        records.ACCOUNT,
        {"id": account.id},
        {name: before[name] for name in changed},
        {name: after[name] for name in changed},
    )
    target = Target(account.id or 0, account.cloud, account.name or account.tenant_id)
    text = _("It can be connected again; somebody has to sign in then.")
    losses = (
        _("Its customers, tags, notes and invitations stay in the book, kept by hand from now on."),
        _("The sign-in is removed from this computer."),
    )
    return Plan.of(
        ChangeKind.ACCOUNT,
        by,
        target,
        (step,),
        reasons,
        TakeBack(possible=True, text=text),
        losses=losses,
    )


def _plain(value: object) -> object:
    """Return a field's value in the JSON form of steps."""
    return value if isinstance(value, bool) else str(value)


def _connected_back() -> TakeBack:
    text = _("End the connection with: partnerdesk accounts remove. Customers stay.")
    return TakeBack(possible=False, text=text)
