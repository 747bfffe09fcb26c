"""Plans about linked partners, indirect providers and resellers, and about customers' resellers.

Rules: `reference/rules.md §8`; fields: `reference/resources.md`, *PartnerRelationship*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.accounts.edit import mpn_id_of
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.page import of_another_account
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import PartnerLink, PartnerRelation, PartnerState
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.countries import country_name
from partnerdesk.models.values.fields import (
    country_field,
    guid_field,
    kept,
    text_field,
    yes_no_field,
)
from partnerdesk.models.values.regions import in_other_region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.clouds import Cloud

SOURCE = "rules.md §8"
FIELDS = ("name", "mpn_id", "location", "kind", "agreement_signed", "microsoft_id")
"""The fields of a form about a partner, in order."""
KINDS = {
    "reseller": PartnerRelation.IS_INDIRECT_RESELLER_OF,
    "provider": PartnerRelation.IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF,
}
"""The role of a partner, by the word that a person writes."""


def read_partner(store: Store, partner_id: int) -> tuple[PartnerLink, PartnerAccount]:
    """Return a partner and the account it is linked to.

    Raises:
        NotFoundError: the book has no partner with this id.
    """
    with store.reading() as session:
        partner = session.get(PartnerLink, partner_id) if 0 < partner_id < 2**31 else None
        if partner is None:
            raise NotFoundError(
                _("There is no partner {id}.").format(id=partner_id),
                _("Look for it with: partnerdesk relationships partners list"),
            )
        return partner, session.get_one(PartnerAccount, partner.account_id)


def read_partners(store: Store, account_id: int) -> list[PartnerLink]:
    """Return the partners of an account, with those whose link has ended, in order of names."""
    with store.reading() as session:
        mine = select(PartnerLink).where(PartnerLink.account_id == account_id)
        return list(session.exec(mine.order_by(col(PartnerLink.name_sort))))


def default_kind(account: Account) -> str:
    """Return the usual role of partners of an account, a key of `KINDS`."""
    return "provider" if account.kind is PartnerKind.INDIRECT_RESELLER else "reseller"


def model_reasons(account: Account) -> list[Reason]:
    """Return the reason of a cloud without, or with a limited, indirect model (`rules.md §2`)."""
    model = account.cloud.allows(Capability.INDIRECT_MODEL)
    if not model.reason:
        return []
    refuses = not model.allowed
    return [Reason("partner.cloud", model.reason, source=model.source, refuses=refuses)]


def plan_add_partner(
    account: Account, texts: Mapping[str, str], others: Sequence[PartnerLink], by: PlanContext
) -> Plan:
    """Plan to add an indirect provider or reseller, from texts by `FIELDS`. Pure.

    `others`: the partners of the account.
    """
    fields, reasons = _checked(account, texts, others, None)
    reasons = [*model_reasons(account), *reasons]
    new = {"account_id": account.id, **fields, "state": "active", "since": iso(by.at)}
    target = Target(account.id, account.cloud.id, str(fields["name"]))
    steps = (Step(records.PARTNER, {"id": None}, None, new),)
    return Plan.of(ChangeKind.PARTNER, by, target, steps, reasons)


def plan_edit_partner(
    account: Account,
    partner: PartnerLink,
    texts: Mapping[str, str],
    others: Sequence[PartnerLink],
    by: PlanContext,
) -> Plan:
    """Plan to change the record of a partner; the plan contains only the changed fields. Pure.

    `others`: the partners of the account.
    """
    fields, reasons = _checked(account, texts, others, partner)
    if partner.state == PartnerState.ENDED:
        reasons.append(_ended_already())
    before = fields_of(partner, fields)
    changed = {name: value for name, value in fields.items() if value != before[name]}
    if "name" in changed and not is_refused(reasons):
        text = _("Customers keep the name they carry: name the reseller there again.")
        reasons.append(Reason("partner.renamed", text, "name", refuses=False))
    old = {name: before[name] for name in changed}
    steps = (Step(records.PARTNER, {"id": partner.id}, old, changed),) if changed else ()
    target = Target(account.id, account.cloud.id, partner.name)
    return Plan.of(ChangeKind.PARTNER, by, target, steps, reasons)


def plan_end_partner(
    partner: PartnerLink, account: PartnerAccount, cloud: Cloud, customers: int, by: PlanContext
) -> Plan:
    """Plan to end the link with a partner; customers and their delegated admin stay. Pure.

    `customers`: how many customers have the partner as their reseller (`shared_customers`).
    """
    reasons = []
    if partner.state == PartnerState.ENDED:
        reasons.append(_ended_already())
    else:
        text = _(
            "Only the link goes: customers and their delegated admin stay. Nobody is told; "
            "tell the partner yourself."
        )
        reasons.append(Reason("partner.stays", text, source=SOURCE, refuses=False))
    if customers:
        text = ngettext(
            "{count} of your customers carries its name and keeps it.",
            "{count} of your customers carry its name and keep it.",
            customers,
        )
        reasons.append(Reason("partner.customers", text, refuses=False))
    after = {"state": PartnerState.ENDED.value, "ended_at": iso(by.at)}
    step = Step(records.PARTNER, {"id": partner.id}, fields_of(partner, after), after)
    target = Target(account.id or 0, cloud.id, partner.name)
    return Plan.of(ChangeKind.PARTNER, by, target, (step,), reasons)


def _ended_already() -> Reason:
    return Reason("partner.ended", _("The link with this partner ended already."))


def shared_customers(store: Store, partner: PartnerLink) -> int:
    """Return how many active customers have a partner, by its name or an id, as their reseller."""
    from sqlmodel import func

    names = [text for text in (partner.name, partner.mpn_id, partner.microsoft_id) if text]
    with store.reading() as session:
        customers = select(func.count()).where(
            Customer.account_id == partner.account_id,
            col(Customer.indirect_reseller).in_(names),
            col(Customer.indirect_reseller) != "",
            unset(Customer.ended_at),
        )
        return int(session.exec(customers).one())


def plan_name_reseller(
    account: Account,
    customer: Customer,
    wanted: str,
    partners: Sequence[PartnerLink],
    by: PlanContext,
    *,
    own_mpn_id: str = "",
) -> Plan:
    """Plan to set a customer's indirect reseller; an empty text removes it. Pure.

    Args:
        account: the customer's account.
        customer: the customer who gets the reseller.
        wanted: the reseller's name, MPN id or tenant id.
        partners: the partners of the account.
        by: who plans, when, under which id.
        own_mpn_id: the MPN id of the account itself; empty if it is unknown.
    """
    wanted = " ".join(wanted.split())
    partner = find_partner(wanted, partners) if wanted else None
    name = partner.name if partner is not None else wanted
    reasons = model_reasons(account)
    if not is_refused(reasons):
        reasons += _reseller_reasons(account, wanted, partner, own_mpn_id)
    if customer.ended_at is not None:
        reasons.append(Reason("reseller.ended", _("The relationship with this customer ended.")))
    reasons += of_another_account(customer, account.id, "reseller.other-account")
    steps: tuple[Step, ...] = ()
    if name != customer.indirect_reseller:
        before = {"indirect_reseller": customer.indirect_reseller}
        steps = (Step(CUSTOMER, {"id": customer.id}, before, {"indirect_reseller": name}),)
    target = Target(account.id, account.cloud.id, customer.company_name, customer.id)
    return Plan.of(ChangeKind.UPDATED, by, target, steps, reasons)


def find_partner(text: str, partners: Sequence[PartnerLink]) -> PartnerLink | None:
    """Return the partner with a name, MPN id or tenant id, preferably one whose link is active."""
    wanted = fold(text)
    matches = [
        partner
        for partner in partners
        if wanted and wanted in (fold(partner.name), partner.mpn_id, partner.microsoft_id)
    ]
    matches.sort(key=lambda partner: partner.state == PartnerState.ENDED)
    return matches[0] if matches else None


def _reseller_reasons(
    account: Account, wanted: str, partner: PartnerLink | None, own_mpn_id: str
) -> list[Reason]:
    if not wanted:
        return []
    text = _("{name} is an indirect provider: the reseller of a customer is never the provider.")
    numbers = (wanted, partner.mpn_id if partner is not None else "")
    is_own = (
        account.kind is PartnerKind.INDIRECT_PROVIDER and own_mpn_id in numbers and own_mpn_id != ""
    )
    provider = PartnerRelation.IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF
    if is_own or (partner is not None and partner.relationship_type == provider):
        message = text.format(name=shown(partner.name if partner else wanted))
        return [Reason("reseller.provider", message, "reseller", SOURCE + ", 2072")]
    if partner is None:
        text = _("{name} is none of your resellers: add it first (g l, 2, n).")
        return [
            Reason("reseller.unknown", text.format(name=shown(wanted[:60])), "reseller", SOURCE)
        ]
    if partner.state == PartnerState.ENDED:
        text = _("The link with {name} ended.").format(name=shown(partner.name))
        return [Reason("reseller.ended-link", text, "reseller", SOURCE)]
    reasons = []
    if partner.agreement_signed is False:
        text = _("{name} has not signed the partner agreement: orders for it fail (2203, 2206).")
        message = text.format(name=shown(partner.name))
        reasons.append(Reason("reseller.agreement", message, "reseller", SOURCE, refuses=False))
    if in_other_region(partner.location, account.market):
        text = _("{name} is in {country}, outside your CSP region: orders for it fail (2201).")
        message = text.format(name=shown(partner.name), country=country_name(partner.location))
        reasons.append(Reason("reseller.region", message, "reseller", SOURCE, refuses=False))
    return reasons


def _checked(
    account: Account,
    texts: Mapping[str, str],
    others: Sequence[PartnerLink],
    partner: PartnerLink | None,
) -> tuple[Fields, list[Reason]]:
    """Return the fields to store, and the reasons against the typed texts.

    `partner`: the partner that is edited; None for a new one.
    """
    reasons: list[Reason] = []
    name = " ".join(texts.get("name", "").split())
    if not name:
        reasons.append(Reason("partner.no-name", _("Write the partner's name."), "name"))
    kept(text_field(name, "partner.name", "name"), reasons, "")
    mpn_id = kept(mpn_id_of(texts.get("mpn_id", "").strip()), reasons, "")
    place = texts.get("location", "").strip()
    location = kept(country_field(place, "partner.location", "location"), reasons, "")
    tenant = texts.get("microsoft_id", "").strip()
    parsed = guid_field(tenant, "partner.microsoft-id", "microsoft_id")
    microsoft_id = kept(parsed, reasons, "")
    word = texts.get("kind", "").strip() or default_kind(account)
    relation = KINDS.get(word) or (PartnerRelation(word) if word in set(PartnerRelation) else None)
    if relation is None:
        text = _("{text} is neither reseller nor provider.").format(text=shown(word[:40]))
        reasons.append(Reason("partner.kind", text, "kind", SOURCE))
    answer = texts.get("agreement_signed", "").strip()
    signed = kept(yes_no_field(answer, "partner.agreement", "agreement_signed"), reasons, None)
    fields: Fields = {
        "name": name,
        "mpn_id": mpn_id,
        "location": location,
        "relationship_type": str(relation or ""),
        "agreement_signed": signed,
        "microsoft_id": microsoft_id,
    }
    return fields, [*reasons, *_duplicate_reasons(fields, others, partner)]


def _duplicate_reasons(
    fields: Fields, others: Sequence[PartnerLink], partner: PartnerLink | None
) -> list[Reason]:
    """Return a refusal if an active link to a partner has the same name or id."""
    own = partner.id if partner is not None else None
    for other in others:
        if other.id == own or other.state == PartnerState.ENDED:
            continue
        for name in ("mpn_id", "microsoft_id"):
            if fields[name] and fields[name] == getattr(other, name):
                text = _("{partner} has it already.").format(partner=shown(other.name))
                return [Reason("partner.there", text, name)]
        if fold(str(fields["name"])) == other.name_sort:
            text = _("There is a partner of that name already.")
            return [Reason("partner.there", text, "name")]
    return []
