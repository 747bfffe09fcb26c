"""Indirect providers and resellers: adding, editing, ending, naming; rules of each cloud."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.entities import PartnerRelation
from partnerdesk.models.relationships.partners import (
    default_kind,
    plan_add_partner,
    plan_edit_partner,
    plan_end_partner,
    plan_name_reseller,
    read_partner,
    read_partners,
)
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Capability
from tests.support.books import ALL_CLOUDS, NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.forms import account_in
from tests.support.relations import add_customer, codes, customer_of, days, findings, provider

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.settings.database_url import SqliteFile

GUID = "aaaaaaaa-1111-4222-8333-444444444444"
NOVA = {"name": "Nova", "mpn_id": "4711", "location": "DE", "agreement_signed": "yes",
        "microsoft_id": GUID}  # fmt: skip
OWN = "4242"


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book of a German indirect provider with an account in every cloud."""
    opened = Store(empty_book(sqlite_database))
    opened.open(list(ALL_CLOUDS))
    provider(opened)
    return opened


def add_plan(store: Store, cloud: str = "global", /, **said: str) -> Plan:
    account = account_in(store, cloud)
    known = read_partners(store, account.id)
    return plan_add_partner(account, NOVA | said, known, by(TESTER, NOW))


def add(store: Store, **said: str) -> Outcome:
    return carry_out(store, add_plan(store, **said))


def name_plan(store: Store, wanted: str, cloud: str = "global", **account: Any) -> Plan:
    """Return a plan that names the reseller of a customer without one."""
    customer = customer_of(store, add_customer(store, "Contoso", "contoso", cloud))
    own = replace(account_in(store, cloud), **account)
    known = read_partners(store, own.id)
    return plan_name_reseller(own, customer, wanted, known, by(TESTER, NOW), own_mpn_id=OWN)


@pytest.mark.parametrize(
    ("cloud", "refused"),
    [("global", False), ("us-gov", True), ("germany", True), ("china", False)],
)
def test_a_cloud_without_the_model_says_why(book: Store, cloud: str, *, refused: bool) -> None:
    """With text and source of the capability table (`reference/rules.md §2, §8`)."""
    cell = settings.load().all_clouds()[cloud].allows(Capability.INDIRECT_MODEL)
    for plan in (add_plan(book, cloud), name_plan(book, "", cloud)):
        said = [(r.text, r.source) for r in plan.reasons if r.code == "partner.cloud"]
        assert said == ([] if cloud == "global" else [(cell.reason, cell.source)])
        assert (plan.verdict is Verdict.REFUSED) == refused
        assert not (refused and plan.steps)


def test_a_partner_is_kept_with_all_that_is_said(book: Store) -> None:
    id = add(book, name="  Nova   Cloud ").record_id or 0
    partner, account = read_partner(book, id)
    assert (partner.name, partner.mpn_id, partner.location) == ("Nova Cloud", "4711", "DE")
    assert (partner.microsoft_id, partner.agreement_signed, partner.since) == (GUID, True, NOW)
    assert partner.relationship_type is PartnerRelation.IS_INDIRECT_RESELLER_OF
    assert (account.cloud, partner.state, partner.ended_at) == ("global", "active", None)
    reseller = replace(account_in(book), kind=PartnerKind.INDIRECT_RESELLER)
    assert default_kind(reseller) == "provider"


@pytest.mark.parametrize(
    "same",
    [{"name": "Other", "mpn_id": "1"}, {"name": "Other", "microsoft_id": ""},
     {"name": "NÓVA", "mpn_id": "1", "microsoft_id": ""}],
)  # fmt: skip
def test_one_that_is_linked_already_is_not_added_again(book: Store, same: dict[str, str]) -> None:
    id = add(book).record_id or 0
    assert codes(add_plan(book, **same), refusing=True) == ["partner.there"]
    partner, account = read_partner(book, id)
    cloud = account_in(book).cloud
    carry_out(book, plan_end_partner(partner, account, cloud, 0, by(TESTER, days(1))))
    assert codes(add_plan(book, **same), refusing=True) == []


def test_an_edit_touches_only_what_changes(book: Store) -> None:
    id = add(book).record_id or 0
    account, known = account_in(book), read_partners(book, 1)
    partner = known[0]
    assert plan_edit_partner(account, partner, NOVA, known, by(TESTER, NOW)).changes_nothing
    said = NOVA | {"name": "Nova SE", "agreement_signed": ""}
    plan = plan_edit_partner(account, partner, said, known, by(TESTER, NOW))
    assert codes(plan) == ["partner.renamed"]
    [step] = plan.steps
    assert (step.before, step.after) == (
        {"name": "Nova", "agreement_signed": True},
        {"name": "Nova SE", "agreement_signed": None},
    )
    edited = carry_out(book, plan)
    carry_out(book, plan_undo(book, edited.change_id or 0, by(TESTER, days(1))))
    assert read_partner(book, id)[0].name == "Nova"
    assert findings(book) == []


def test_the_end_of_a_link_is_taken_back(book: Store) -> None:
    id = add(book).record_id or 0
    partner, account = read_partner(book, id)
    plan = plan_end_partner(partner, account, account_in(book).cloud, 3, by(TESTER, days(1)))
    assert [(r.code, r.source) for r in plan.reasons] == [
        ("partner.stays", "rules.md §8"),
        ("partner.customers", ""),
    ]
    ended = carry_out(book, plan)
    assert codes(name_plan(book, "Nova"), refusing=True) == ["reseller.ended-link"]
    carry_out(book, plan_undo(book, ended.change_id or 0, by(TESTER, days(2))))
    partner, account = read_partner(book, id)
    assert (partner.state, partner.ended_at) == ("active", None)


@pytest.mark.parametrize(
    ("wanted", "kind", "code"),
    [
        (OWN, PartnerKind.INDIRECT_PROVIDER, "reseller.provider"),
        ("We", PartnerKind.INDIRECT_PROVIDER, "reseller.provider"),  # has our own MPN ID
        ("Provider", PartnerKind.INDIRECT_RESELLER, "reseller.provider"),
        ("1000", PartnerKind.INDIRECT_RESELLER, "reseller.provider"),
        ("nobody\x1b[2J", PartnerKind.INDIRECT_PROVIDER, "reseller.unknown"),
        (OWN, PartnerKind.DIRECT_BILL, ""),
        ("nova", PartnerKind.INDIRECT_PROVIDER, ""),
        (GUID, PartnerKind.INDIRECT_PROVIDER, ""),
        (" 4711 ", PartnerKind.INDIRECT_PROVIDER, ""),
    ],
)
def test_the_reseller_of_a_customer_is_never_the_provider(
    book: Store, wanted: str, kind: PartnerKind, code: str
) -> None:
    """`partnerIdOnRecord` must not be the provider: error 2072 (`reference/rules.md §8`)."""
    add(book)
    add(book, name="We", mpn_id=OWN, microsoft_id="")
    add(book, name="Provider", mpn_id="1000", microsoft_id="", kind="provider")
    plan = name_plan(book, wanted, kind=kind)
    assert codes(plan, refusing=True) == ([code] if code else [])
    assert bool(plan.steps) == (not code)
    for reason in plan.reasons:
        assert ("2072" in reason.source) == (reason.code == "reseller.provider")
        assert "\x1b" not in reason.text


@pytest.mark.parametrize(
    ("market", "location", "warned"),
    [("DE", "DE", False), ("DE", "AT", False), ("DE", "US", True), ("US", "CA", True),
     ("", "US", False), ("DE", "", False), ("DE", "AE", False)],
)  # fmt: skip
def test_another_region_is_warned_of_and_not_another_country(
    book: Store, market: str, location: str, *, warned: bool
) -> None:
    """The CSP regions decide, error 2201, as for customers (`reference/rules.md §3, §8`)."""
    add(book, location=location)
    plan = name_plan(book, "Nova", market=market)
    assert codes(plan) == (["reseller.region"] if warned else [])
    assert plan.verdict is not Verdict.REFUSED


def test_a_name_is_taken_away_and_ended_customers_are_left_alone(book: Store) -> None:
    add(book)
    id = add_customer(book, "Fabrikam", "fabrikam", indirect_reseller="Nova")
    over = add_customer(book, "Over", "over", ended_at=NOW)
    account, known = account_in(book), read_partners(book, 1)
    taken = plan_name_reseller(account, customer_of(book, id), " ", known, by(TESTER, NOW))
    done = carry_out(book, taken)
    assert customer_of(book, id).indirect_reseller == ""
    carry_out(book, plan_undo(book, done.change_id or 0, by(TESTER, NOW)))
    assert customer_of(book, id).indirect_reseller == "Nova"
    refused = plan_name_reseller(account, customer_of(book, over), "Nova", known, by(TESTER, NOW))
    assert codes(refused, refusing=True) == ["reseller.ended"]
    other = customer_of(book, add_customer(book, "Gov", "gov", "us-gov"))
    foreign = plan_name_reseller(account, other, "Nova", known, by(TESTER, NOW))
    assert codes(foreign, refusing=True) == ["reseller.other-account"]
