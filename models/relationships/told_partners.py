"""The plan that takes over the partners that Partner Center names for a provider's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import PartnerRelation, PartnerState
from partnerdesk.models.relationships.partners import model_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.relationships.entities import PartnerLink


@dataclass(frozen=True, slots=True)
class ToldPartner:
    """A partner as Partner Center names it (`resources.md`, *PartnerRelationship*)."""

    microsoft_id: str
    name: str
    mpn_id: str = ""
    location: str = ""


def plan_take_partners(
    account: Account, told: Sequence[ToldPartner], known: Sequence[PartnerLink], by: PlanContext
) -> Plan:
    """Plan to add the indirect resellers that are told, and to bring known ones up to date. Pure.

    A partner that is not told stays as it is, with a warning: only a person ends a link here.

    Args:
        account: the account of an indirect provider.
        told: the partners that Partner Center names.
        known: the partners of the account in the book.
        by: who plans.
    """
    steps: list[Step] = []
    found: set[int] = set()
    for one in told:
        link = _known(one, known)
        if link is not None:
            found.add(link.id or 0)
        if step := _step(account, one, link, by):
            steps.append(step)
    reasons = [*model_reasons(account), *_not_told(known, found)]
    target = Target(account.id, account.cloud.id, account.title)
    return Plan.of(ChangeKind.PARTNER, by, target, steps, reasons)


def _known(one: ToldPartner, known: Sequence[PartnerLink]) -> PartnerLink | None:
    """Return the link with the id, else the network id, else the name of a told partner."""
    for name, text in (("microsoft_id", one.microsoft_id), ("mpn_id", one.mpn_id)):
        for link in known:
            if text and getattr(link, name) == text:
                return link
    same = [link for link in known if link.name_sort == fold(one.name) and not link.microsoft_id]
    return same[0] if same else None


def _step(
    account: Account, one: ToldPartner, link: PartnerLink | None, by: PlanContext
) -> Step | None:
    fields: Fields = {"microsoft_id": one.microsoft_id, "name": one.name, "mpn_id": one.mpn_id}
    if one.location:
        fields["location"] = one.location
    if link is None:
        reseller = PartnerRelation.IS_INDIRECT_RESELLER_OF.value
        new = {
            "account_id": account.id,
            **fields,
            "relationship_type": reseller,
            "state": PartnerState.ACTIVE.value,
            "since": iso(by.at),
        }
        return Step(records.PARTNER, {"id": None}, None, new)
    if link.state == PartnerState.ENDED:
        fields |= {"state": PartnerState.ACTIVE.value, "ended_at": None}
    before = fields_of(link, fields)
    changed = [name for name in fields if fields[name] and fields[name] != before[name]]
    if link.state == PartnerState.ENDED:
        changed = list(dict.fromkeys([*changed, "ended_at"]))
    if not changed:
        return None
    old, new = ({name: side[name] for name in changed} for side in (before, fields))
    return Step(records.PARTNER, {"id": link.id}, old, new)


def _not_told(known: Sequence[PartnerLink], found: set[int]) -> list[Reason]:
    reseller = PartnerRelation.IS_INDIRECT_RESELLER_OF
    missing = [
        link.name
        for link in known
        if link.id not in found
        and link.state == PartnerState.ACTIVE
        and link.relationship_type == reseller
    ]
    if not missing:
        return []
    names = ", ".join(shown(name) for name in missing[:5])
    text = _("Partner Center does not name these any more; look, and end the link here: {names}.")
    return [Reason("partner.not-told", text.format(names=names), refuses=False)]
