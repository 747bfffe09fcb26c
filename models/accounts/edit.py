"""Plans changes of a partner account: its name, ids, market and kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.accounts import records
from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, Step, Target
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.countries import country_name
from partnerdesk.models.values.fields import LONGEST, country_field, guid_field, is_visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.settings.clouds import Cloud

EDITED = ("name", "tenant_id", "mpn_id", "market", "kind")
"""The fields of an account that a person can change."""


def plan_edit_account(
    account: PartnerAccount, cloud: Cloud, wanted: Mapping[str, str], by: PlanContext
) -> Plan:
    """Plan to change fields of an account; `wanted` maps names in `EDITED` to new texts.

    The market and the kind decide which questions and warnings the customer form has
    (`reference/rules.md §2, §6, §8`).
    """
    readers: dict[str, Callable[[str], str | Reason]] = {
        "name": _name, "tenant_id": _tenant_id, "mpn_id": mpn_id_of, "market": _market,
        "kind": kind_of,
    }  # fmt: skip
    before, after, reasons = {}, {}, []
    for field, text in wanted.items():
        found = readers[field](text.strip())
        if isinstance(found, Reason):
            reasons.append(found)
        elif found != (was := str(getattr(account, field))):
            before[field], after[field] = was, found
    reasons += _warnings(cloud, after)
    steps = (Step(records.ACCOUNT, {"id": account.id}, before, after),) if after else ()
    target = Target(account.id or 0, account.cloud, account.name or _("kept by hand"))
    return Plan.of(ChangeKind.ACCOUNT, by, target, steps, reasons)


def _warnings(cloud: Cloud, after: Mapping[str, str]) -> list[Reason]:
    """Return warnings if the cloud does not fit the new kind or market."""
    reasons = []
    indirect = cloud.allows(Capability.INDIRECT_MODEL)
    if after.get("kind", PartnerKind.DIRECT_BILL) != PartnerKind.DIRECT_BILL and not indirect:
        reasons.append(
            Reason("account.kind", indirect.reason, "kind", indirect.source, refuses=False)
        )
    own = cloud.only_country
    if own and after.get("market", own) not in ("", own):
        sentence = _("Partners of {cloud} are enrolled in {country}.")
        text = sentence.format(cloud=_(cloud.short_name), country=country_name(own))
        reasons.append(Reason("account.market", text, "market", "rules.md §2", refuses=False))
    return reasons


def _name(text: str) -> str | Reason:
    if not is_visible(text):
        sentence = _("Write a name of at most {count} characters that can be printed.")
        return Reason("account.name", sentence.format(count=LONGEST), "name")
    return text


def _tenant_id(text: str) -> str | Reason:
    return guid_field(text, "account.tenant-id", "tenant_id")


def mpn_id_of(text: str) -> str | Reason:
    """Return an MPN id, which is a number, or an empty text; a Reason for any other text."""
    if not re.fullmatch(r"[0-9]{0,20}", text):
        sentence = _("{text} is no MPN ID: it is a number.")
        return Reason(
            "account.mpn-id",
            sentence.format(text=shown(text[:60])),
            "mpn_id",
            "resources.md, Partner agreement status",
        )
    return text


def _market(text: str) -> str | Reason:
    return country_field(text, "account.market", "market")


def kind_of(text: str) -> str | Reason:
    """Return the stored value of a kind of partner; a Reason for any other text."""
    key = text.lower().replace("-", "_").replace(" ", "_")
    if key not in set(PartnerKind):
        kinds = ", ".join(PartnerKind)
        sentence = _("{text} is no kind of partner; write one of: {kinds}.")
        return Reason(
            "account.kind",
            sentence.format(text=shown(text[:60]), kinds=kinds),
            "kind",
            "rules.md §8",
        )
    return key
