"""Adding and editing customers: the plans, their effect on the book, and undo."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.plan import NEW
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.add import plan_add_customer
from partnerdesk.models.customers.agreements import Agreement
from partnerdesk.models.customers.drafts import (
    CustomerDraft,
    begin_draft,
    delete_draft,
    read_draft,
    read_drafts,
    save_draft,
)
from partnerdesk.models.customers.edit import Merge, form_values, merge, plan_edit_customer
from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile, Customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.customers.records import AGREEMENT, BILLING, COMPANY, CUSTOMER
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import speak
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.describe_plan import plan_text
from partnerdesk.models.operations.undo import plan_undo
from tests.conftest import CLOUDS
from tests.support.adding_apart import not_whole
from tests.support.books import NOW, TESTER
from tests.support.commands import HOUSE
from tests.support.depth import times
from tests.support.edits import by, set_tags, write_note
from tests.support.forms import (
    AMERICA,
    ATTESTED,
    GERMANY,
    PORTUGAL,
    account_in,
    add,
    form,
    plan_for,
)
from tests.support.statements import address, rows

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.settings.database_url import SqliteFile

GUID = "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11"


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return an opened, empty book in a file."""
    store = Store(sqlite_database)
    store.open(CLOUDS)
    return store


def plan(account: Account, values: dict[str, str], **changes: str) -> Plan:
    return plan_add_customer(account, form(values, **changes), by(TESTER, NOW), ())


def said(plan: Plan) -> list[tuple[str, str, bool]]:
    """Return code, source and `refuses` of each reason of a plan."""
    return [(reason.code, reason.source, reason.refuses) for reason in plan.reasons]


def count(store: Store, table: str) -> int:
    return int(rows(store, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608


# The plan


def test_a_plan_says_each_record_and_that_it_can_be_taken_back(book: Store) -> None:
    made = plan(account_in(book), PORTUGAL | ATTESTED)
    assert (made.verdict, made.reasons, made.calls) == (Verdict.ALLOWED, (), ())
    assert made.kind is ChangeKind.ADDED
    assert made.unused_domain == "oliveira.onmicrosoft.com"
    assert made.take_back.possible
    steps = {step.record: step for step in made.steps}
    assert list(steps) == [CUSTOMER, COMPANY, BILLING, AGREEMENT]
    assert all(step.before is None for step in made.steps)
    assert steps[CUSTOMER].key == {"id": NEW}
    assert steps[CUSTOMER].after == {
        "account_id": account_in(book).id,
        "company_name": "Oliveira & Filhos Lda",
        "primary_domain": "oliveira.onmicrosoft.com",
        "relationship_to_partner": "reseller",
        "country": "PT",
        "indirect_reseller": "",
        "agreement_accepted_at": "2026-11-20T00:00:00+00:00",
        "added_at": "2026-11-22T12:00:00+00:00",
    }
    billing = steps[BILLING].after
    assert billing is not None
    assert billing["postal_code"] == "1100-053"
    assert billing["culture"] == "pt-PT"
    assert steps[AGREEMENT].after == {
        "way": "attested", "first_name": "Rui", "last_name": "Costa",
        "email": "rui@oliveira.pt", "phone_number": "",
        "date_agreed": "2026-11-20T00:00:00+00:00",
    }  # fmt: skip


def test_planning_changes_nothing_and_is_the_same_twice(book: Store) -> None:
    values, who, account = form(PORTUGAL), by(TESTER, NOW), account_in(book)
    before = dict(values)
    assert plan_add_customer(account, values, who, ()) == plan_add_customer(
        account, values, who, ()
    )
    assert values == before
    assert count(book, "customers") == count(book, "changes") == 0


def test_a_refused_plan_has_reasons_and_no_steps(book: Store) -> None:
    made = plan(account_in(book), PORTUGAL, postal_code="1100", country="PT", email="")
    assert made.verdict is Verdict.REFUSED
    assert (made.steps, made.calls) == ((), ())
    assert {reason.field for reason in made.reasons} == {"postal_code", "email"}
    assert all(reason.source and reason.text for reason in made.reasons)
    with pytest.raises(RefusedError):
        carry_out(book, made)
    assert count(book, "customers") == count(book, "changes") == 0


def test_germany_warns_by_hand_and_refuses_where_partner_center_is_called(book: Store) -> None:
    account = account_in(book, "germany")
    by_hand = plan(account, GERMANY)
    assert by_hand.verdict is Verdict.WARNINGS
    assert [code for code, _source, _refuses in said(by_hand)] == ["country.no-new-customers"]
    assert by_hand.reasons[0].source
    assert "2018" in by_hand.reasons[0].text
    assert by_hand.unused_domain == "oliveira.onmicrosoft.de"
    connected = plan(replace(account, connected=True), GERMANY)
    assert connected.verdict is Verdict.REFUSED
    assert connected.calls == ()
    assert {"country.no-new-customers", "cloud.no-call"} <= {
        reason.code for reason in connected.reasons
    }


def test_us_government_wants_an_address_in_the_united_states(book: Store) -> None:
    account = account_in(book, "us-gov")
    refused = plan(account, PORTUGAL)
    assert refused.verdict is Verdict.REFUSED
    assert ("country.not-united-states", "rules.md §2", True) in said(refused)
    allowed = plan(account, AMERICA)
    assert allowed.verdict is not Verdict.REFUSED
    assert allowed.unused_domain == "oliveira.onmicrosoft.us"


def test_another_market_region_warns_by_hand_and_refuses_connected(book: Store) -> None:
    account = replace(account_in(book), market="PT")
    assert plan(account, GERMANY).verdict is Verdict.ALLOWED
    by_hand = plan(account, AMERICA)
    assert by_hand.verdict is Verdict.WARNINGS
    assert [code for code, _source, _refuses in said(by_hand)] == ["country.other-region"]
    assert plan(replace(account, connected=True), AMERICA).verdict is Verdict.REFUSED


def test_only_an_indirect_provider_names_an_indirect_reseller(book: Store) -> None:
    account = account_in(book)
    provider = replace(account, kind=PartnerKind.INDIRECT_PROVIDER)
    named = plan(provider, PORTUGAL, associated_partner_id=GUID)
    assert named.verdict is Verdict.ALLOWED
    after = named.steps[0].after
    assert after is not None
    assert after["indirect_reseller"] == GUID
    refused = plan(account, PORTUGAL, associated_partner_id=GUID)
    assert "reseller.not-provider" in {reason.code for reason in refused.reasons}
    assert refused.verdict is Verdict.REFUSED


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_plan_reads_well_in_both_languages(book: Store, language: str) -> None:
    account = account_in(book, "germany")
    speak(language)
    made = plan(account, GERMANY | ATTESTED)
    told = plan_text(made, {account.cloud.id: account.cloud})
    assert "Oliveira & Filhos Lda" in told
    assert "oliveira.onmicrosoft.de" in told
    assert "2026-11-20" in told or "20.11.2026" in told
    assert "{" not in told
    page = str(made.reasons[0].source).removeprefix("https://")
    assert f"({page})" in told
    assert ("возможна" in told) == (language == "ru")


# Carrying out


def test_everything_comes_in_one_transaction(store: Store) -> None:
    account, values, who = account_in(store), form(PORTUGAL | ATTESTED), by(TESTER, NOW)
    draft = begin_draft(account.id, who)
    save_draft(store, draft, values, "city", NOW)
    done = carry_out(store, plan_add_customer(account, values, who, (), draft_id=draft.id))
    assert not_whole(store) == []
    assert read_drafts(store, [account.id]) == []
    with store.reading() as session:
        customer = session.exec(select(Customer)).one()
        company = session.exec(select(CompanyProfile)).one()
        billing = session.exec(select(BillingProfile)).one()
        agreement = session.exec(select(Agreement)).one()
        entry = session.exec(select(Change)).one()
    assert customer.id == done.customer_id == entry.customer_id
    assert {company.customer_id, billing.customer_id, agreement.customer_id} == {customer.id}
    assert customer.microsoft_id is None
    assert customer.seen_at is None
    assert customer.added_at == NOW
    assert customer.company_sort == "oliveira & filhos lda"
    assert company.organization_registration_number == "501964843"
    assert billing.phone_number == "+351 21 123 4567"
    assert agreement.date_agreed == datetime(2026, 11, 20, tzinfo=UTC)
    assert (entry.kind, entry.plan_id, entry.result) == ("added", who.plan_id, "done")
    assert entry.subject == "Oliveira & Filhos Lda"
    assert (entry.actor, entry.host) == ("tester", "testhost")
    kept = json.loads(entry.plan)
    assert kept["steps"][0]["key"] == {"id": customer.id}
    assert json.loads(entry.after)["agreement_email"] == "rui@oliveira.pt"


def test_a_connected_account_gets_a_call_and_once_sent_it_cannot_be_undone(store: Store) -> None:
    with store.writing() as session:
        row = session.get_one(PartnerAccount, account_in(store).id)
        row.connected, row.kind = True, PartnerKind.INDIRECT_PROVIDER
    account, who = account_in(store), by(TESTER, NOW)
    values = form(AMERICA | {"address_line2": "Floor 2", "associated_partner_id": GUID})
    made = plan_add_customer(account, values, who, ())
    assert not made.take_back.possible
    assert "cannot be undone" in made.take_back.text
    done = carry_out(store, made)
    with store.reading() as session:
        call = session.exec(select(OutboxCall)).one()
        entry = session.get_one(Change, done.change_id)
    assert (call.state, call.attempts, call.request_id) == (CallState.WAITING, 0, who.plan_id)
    assert call.operation == Operation.CREATE_CUSTOMER
    assert (call.change_id, call.account_id) == (done.change_id, account.id)
    assert entry.result == "queued"
    assert json.loads(call.arguments) == {
        "primary_domain": "oliveira.onmicrosoft.com", "company_name": "Oliveira & Filhos Lda",
        "organization_registration_number": "91-1144442", "indirect_reseller": GUID,
        "email": "rita@oliveira.pt", "culture": "en-US", "language": "en",
        "first_name": "Rita", "last_name": "Oliveira", "address_line1": "Rua Augusta 24",
        "address_line2": "Floor 2", "city": "Redmond", "state": "WA",
        "postal_code": "98052", "country": "US", "phone_number": "+1 425-882-8080",
    }  # fmt: skip
    assert plan_undo(store, done.change_id or 0, by(TESTER, NOW)).verdict is not Verdict.REFUSED
    with store.writing() as session:
        session.get_one(OutboxCall, call.id).state = CallState.CONFIRMED
    refused = plan_undo(store, done.change_id or 0, by(TESTER, NOW))
    assert [reason.code for reason in refused.reasons] == ["undo.confirmed"]
    assert carry_out(store, made).repeated
    assert count(store, "outbox") == 1


def test_the_same_plan_twice_makes_one_customer(store: Store) -> None:
    made = plan_for(store)
    first, second = carry_out(store, made), carry_out(store, made)
    assert not first.repeated
    assert second.repeated
    assert (second.change_id, second.customer_id) == (first.change_id, first.customer_id)
    assert count(store, "customers") == count(store, "changes") == 1


def test_another_plan_for_the_same_domain_is_told(store: Store) -> None:
    made = plan_for(store, company_name="Somebody else")  # planned while the domain is free
    add(store)
    with pytest.raises(RefusedError, match=r"oliveira\.onmicrosoft\.com .* Oliveira & Filhos Lda"):
        carry_out(store, made)
    assert count(store, "customers") == count(store, "changes") == 1
    refused = plan_for(store, company_name="Somebody else")
    assert refused.verdict is Verdict.REFUSED
    assert [reason.code for reason in refused.reasons if reason.refuses] == ["domain.in-book"]


def test_nothing_stays_where_a_step_cannot_be_made(store: Store) -> None:
    made = plan_for(store)
    broken = replace(made, steps=(*made.steps, made.steps[1]))  # a second company profile
    with pytest.raises(ConflictError):
        carry_out(store, broken)
    assert count(store, "customers") == count(store, "company_profiles") == 0
    assert count(store, "changes") == 0
    carry_out(store, made)
    assert not_whole(store) == []


def apart(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.adding_apart", *words],
        cwd=HOUSE,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_of_two_processes_that_add_the_same_domain_at_once_the_second_is_told(
    store: Store,
) -> None:
    rounds = 15
    outcomes = apart("race", address(store.database), str(rounds))
    for turn, pair in enumerate(zip(*outcomes, strict=True)):
        late, added = sorted(pair)
        assert added == "added"
        assert late.startswith(f"RefusedError: same{turn}.onmicrosoft.com came into the book")
    assert count(store, "customers") == rounds
    assert not_whole(store) == []
    assert all("added" in lane for lane in outcomes), "each was the faster one at times"


@pytest.mark.parametrize(
    ("kind", "kills"), [("sqlite", times(200, 40)), ("postgres", times(40, 20))]
)
def test_killed_while_carrying_out_a_plan_is_there_whole_or_not_at_all(
    kind: str, kills: int, request: pytest.FixtureRequest
) -> None:
    store = Store(request.getfixturevalue(f"{kind}_database"))
    store.open(CLOUDS)
    told = apart("kill", address(store.database), str(kills), "3")
    assert told["within"] > kills // 4, "many were in the middle of a plan"
    assert not_whole(store) == []
    add(store)  # the book is still usable
    assert not_whole(store) == []


# Undo


def undo(store: Store, change_id: int | None) -> Plan:
    assert change_id
    return plan_undo(store, change_id, by(TESTER, NOW + timedelta(hours=1)))


def newest(store: Store) -> int:
    return int(rows(store, "SELECT max(id) FROM changes")[0][0])


def everything(store: Store) -> list[list[tuple[Any, ...]]]:
    """Return the customer tables without their version columns."""
    tables = {
        "customers": "id, company_name, primary_domain, country, indirect_reseller, added_at, "
        "agreement_accepted_at, relationship_to_partner, search_text, company_sort",
        "company_profiles": "customer_id, organization_registration_number, email",
        "billing_profiles": "customer_id, company_name, first_name, last_name, email, culture, "
        "language, address_line1, city, state, postal_code, country",
        "agreements": "customer_id, way, first_name, last_name, email, date_agreed",
        "tags": "customer_id, name",
        "notes": "customer_id, text, author, written_at",
    }
    return [
        rows(store, f"SELECT {columns} FROM {table} ORDER BY 1, 2")  # noqa: S608
        for table, columns in tables.items()
    ]


def test_an_addition_is_undone_and_the_undo_is_undone(store: Store) -> None:
    nothing = everything(store)
    id = add(store, **ATTESTED)
    with_it = everything(store)
    back = undo(store, newest(store))
    assert (back.verdict, back.asks_why) == (Verdict.ALLOWED, True)
    carry_out(store, back, "It was a test")
    assert everything(store) == nothing
    with pytest.raises(NotFoundError):
        read_customer(store, id)
    assert undo(store, 1).verdict is Verdict.REFUSED  # already undone
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == with_it
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == nothing
    with closing(store.connect()) as connection:
        assert verify(connection).findings == ()
    assert rows(store, "SELECT why FROM changes WHERE id = 2") == [("It was a test",)]


def test_notes_and_tags_go_with_an_addition_and_come_back(store: Store) -> None:
    id = add(store)
    version = read_customer(store, id).customer.version
    set_tags(store, id, ["vip", "Lisboa"], version=version, actor=TESTER, at=NOW)
    write_note(store, id, "Calls on Mondays", note=None, actor=TESTER, at=NOW)
    with_it = everything(store)
    back = undo(store, 1)
    assert back.verdict is Verdict.WARNINGS
    assert [reason.code for reason in back.reasons] == ["undo.notes", "undo.tags"]
    assert "1 note" in back.reasons[0].text
    assert "2 tags" in back.reasons[1].text
    carry_out(store, back, "Doubled")
    assert count(store, "tags") == count(store, "notes") == count(store, "customers") == 0
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == with_it


def test_a_customer_that_partner_center_knows_is_not_taken_out(store: Store) -> None:
    id = add(store)
    with store.writing() as session:
        session.get_one(Customer, id).seen_at = NOW
    refused = undo(store, newest(store))
    assert [reason.code for reason in refused.reasons] == ["undo.known-to-microsoft"]
    with pytest.raises(RefusedError):
        carry_out(store, refused)
    assert count(store, "customers") == 1


def test_a_customer_that_was_edited_since_is_still_taken_out_as_it_is(store: Store) -> None:
    id = add(store)
    edit(store, id, city="Porto", postal_code="4000-001")
    with_it = everything(store)
    carry_out(store, undo(store, 1), "Doubled")
    assert count(store, "customers") == 0
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == with_it


def test_the_id_of_a_removed_customer_is_never_given_again(store: Store) -> None:
    first = add(store)
    carry_out(store, undo(store, newest(store)), "Doubled")
    second = add(store, company_name="Another", domain_prefix="another")
    assert second > first
    assert [entry.subject for entry in read_customer(store, second).changes] == ["Another"]


def test_an_undone_addition_cannot_come_back_where_its_domain_is_taken(store: Store) -> None:
    add(store)
    carry_out(store, undo(store, newest(store)), "Doubled")
    back = newest(store)
    add(store, company_name="Another")
    refused = undo(store, back)
    assert [reason.code for reason in refused.reasons] == ["undo.domain-taken"]
    assert "Another has it" in refused.reasons[0].text
    assert count(store, "customers") == 1


def test_an_addition_comes_back_only_while_its_domain_is_free(store: Store) -> None:
    add(store)
    carry_out(store, undo(store, newest(store)), "Doubled")
    back = undo(store, newest(store))  # planned while the domain is free
    add(store, company_name="Another")
    with pytest.raises(RefusedError, match="Another has it"):
        carry_out(store, back)
    assert count(store, "customers") == 1


# Editing


def edit_plan(store: Store, id: int, **changes: str) -> Plan:
    page = read_customer(store, id)
    values = form_values(page) | form(changes)
    return plan_edit_customer(page, account_in(store), values, by(TESTER, NOW))


def edit(store: Store, id: int, **changes: str) -> None:
    carry_out(store, edit_plan(store, id, **changes))


def test_an_edit_touches_only_what_changes_and_says_before_and_after(store: Store) -> None:
    id = add(store)
    made = edit_plan(store, id, city="Porto", postal_code="4000-001")
    assert made.verdict is Verdict.ALLOWED
    assert [(step.record, step.before, step.after) for step in made.steps] == [
        (BILLING, {"city": "Lisboa", "postal_code": "1100-053"},
         {"city": "Porto", "postal_code": "4000-001"}),
    ]  # fmt: skip
    carry_out(store, made)
    entry = read_customer(store, id).changes[0]
    assert entry.kind == ChangeKind.UPDATED
    assert json.loads(entry.before) == {"city": "Lisboa", "postal_code": "1100-053"}
    assert json.loads(entry.after) == {"city": "Porto", "postal_code": "4000-001"}
    assert edit_plan(store, id).changes_nothing


def test_a_new_name_changes_list_and_bill_to_and_says_so(store: Store) -> None:
    id = add(store)
    made = edit_plan(store, id, company_name="Oliveira Lda")
    assert [step.record for step in made.steps] == [CUSTOMER, BILLING]
    assert ("company-name.list-only", "rules.md §15", False) in said(made)
    carry_out(store, made)
    page = read_customer(store, id)
    assert page.customer.company_name == page.billing.company_name == "Oliveira Lda"
    assert page.customer.company_sort == "oliveira lda"
    assert page.customer.primary_domain == "oliveira.onmicrosoft.com"


def test_an_edit_by_the_rules_is_refused_where_it_is_wrong(store: Store) -> None:
    refused = edit_plan(store, add(store), postal_code="4000")
    assert refused.verdict is Verdict.REFUSED
    assert refused.steps == ()
    assert [reason.field for reason in refused.reasons] == ["postal_code"]


def test_an_edit_is_undone_and_done_again(store: Store) -> None:
    id = add(store)
    before = everything(store)
    edit(store, id, city="Porto", company_name="Oliveira Lda", registration_number="")
    after = everything(store)
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == before
    carry_out(store, undo(store, newest(store)))
    assert everything(store) == after
    assert undo(store, 2).verdict is Verdict.ALLOWED  # in effect again


def test_an_edit_is_not_undone_over_a_later_one(store: Store) -> None:
    id = add(store)
    edit(store, id, city="Porto")
    edit(store, id, city="Braga")
    refused = undo(store, newest(store) - 1)
    assert [reason.code for reason in refused.reasons] == ["undo.changed-since"]
    assert "City" in refused.reasons[0].text


def test_two_who_edit_different_fields_do_not_meet(store: Store) -> None:
    id = add(store)
    one, other = edit_plan(store, id, city="Porto"), edit_plan(store, id, first_name="Marta")
    carry_out(store, one)
    carry_out(store, other)
    billing = read_customer(store, id).billing
    assert (billing.city, billing.first_name) == ("Porto", "Marta")


def test_of_two_who_edit_the_same_field_the_second_is_told_and_nothing_is_lost(
    store: Store,
) -> None:
    id = add(store)
    one = edit_plan(store, id, city="Porto")
    other = edit_plan(store, id, city="Braga", email="x@y.pt")
    carry_out(store, one)
    with pytest.raises(ConflictError):
        carry_out(store, other)
    billing = read_customer(store, id).billing
    assert (billing.city, billing.email) == ("Porto", "rita@oliveira.pt")
    assert count(store, "changes") == 2


def test_a_customer_that_is_gone_cannot_be_edited(store: Store) -> None:
    id = add(store)
    made = edit_plan(store, id, city="Porto")
    carry_out(store, undo(store, newest(store)), "Doubled")
    with pytest.raises(NotFoundError):
        carry_out(store, made)


def test_a_customer_without_profiles_gets_them_when_it_is_edited(store: Store) -> None:
    account = account_in(store)
    with store.writing() as session:
        session.add(
            Customer(account_id=account.id, company_name="Imported", seen_at=NOW,
                     primary_domain="imported.onmicrosoft.com")
        )  # fmt: skip
    values = form(PORTUGAL, company_name="Imported", domain_prefix="imported")
    page = read_customer(store, 1)
    made = plan_edit_customer(page, account, values, by(TESTER, NOW))
    assert made.verdict is Verdict.ALLOWED
    late = plan_edit_customer(page, account, values | form({"city": "Porto"}), by(TESTER, NOW))
    carry_out(store, made)
    page = read_customer(store, 1)
    assert (page.billing.city, page.customer.country) == ("Lisboa", "PT")
    assert page.company.organization_registration_number == "501964843"
    with pytest.raises(ConflictError):
        carry_out(store, late)
    carry_out(store, undo(store, newest(store)))
    assert count(store, "billing_profiles") == 0


def test_merging_two_edits() -> None:
    base = form({"city": "Lisboa", "first_name": "Rita", "email": "a@b.pt", "state": ""})
    mine = base | form({"city": "Porto", "email": "c@b.pt"})
    theirs = base | form({"city": "Braga", "first_name": "Marta", "email": "c@b.pt"})
    assert merge(base, mine, theirs) == Merge(
        mine | form({"first_name": "Marta"}), (FormField.FIRST_NAME,), (FormField.CITY,)
    )
    assert merge(base, mine, base) == Merge(mine, (), ())
    assert merge(base, base, theirs).values == theirs


# Drafts


def test_a_draft_is_kept_read_and_thrown_away(store: Store) -> None:
    account = account_in(store)
    draft = begin_draft(account.id, by(TESTER, NOW))
    assert read_drafts(store, [account.id]) == []
    hostile = "[red]\x1b[31m\u202e=cmd()\x00\ud800 Ромашка"
    save_draft(store, draft, form({"company_name": hostile, "city": ""}), "city", NOW)
    save_draft(store, draft, form({"company_name": hostile, "state": "x"}), "state", NOW)
    (found,) = read_drafts(store, [account.id])
    assert found.values == form({"company_name": hostile, "state": "x"})
    assert (found.place, found.author, found.host, found.version) == (
        "state", "tester", "testhost", 2,
    )  # fmt: skip
    assert found.plan_id == draft.plan_id
    assert found.name == shown(hostile)
    assert read_drafts(store, [account_in(store, "us-gov").id]) == []
    delete_draft(store, draft.id or 0)
    delete_draft(store, draft.id or 0)
    with pytest.raises(NotFoundError):
        read_draft(store, draft.id or 0)


def test_the_latest_draft_comes_first_and_unknown_fields_are_left_out(store: Store) -> None:
    account = account_in(store)
    for number in range(3):
        at = NOW + timedelta(minutes=number)
        draft = begin_draft(account.id, by(TESTER, at))
        save_draft(store, draft, form({"domain_prefix": f"d{number}"}), "", at)
    with store.writing() as session:
        row = session.get_one(CustomerDraft, draft.id)
        row.fields, row.name = '{"shoe_size": "43", "city": "Porto"}', ""
    found = read_drafts(store, [account.id])
    assert [draft.name for draft in found] == ["", "d1", "d0"]
    assert found[0].values == form({"city": "Porto"})


def test_a_draft_that_two_write_is_the_first_ones(store: Store) -> None:
    draft = begin_draft(account_in(store).id, by(TESTER, NOW))
    save_draft(store, draft, form({"city": "Porto"}), "city", NOW)
    mine, theirs = read_draft(store, draft.id or 0), read_draft(store, draft.id or 0)
    save_draft(store, theirs, form({"city": "Braga"}), "city", NOW)
    with pytest.raises(ConflictError):
        save_draft(store, mine, form({"city": "Faro"}), "city", NOW)
    assert read_draft(store, draft.id or 0).values == form({"city": "Braga"})


def test_a_draft_that_was_thrown_away_does_not_stop_its_plan(store: Store) -> None:
    account, who = account_in(store), by(TESTER, NOW)
    draft = begin_draft(account.id, who)
    save_draft(store, draft, form(PORTUGAL), "city", NOW)
    made = plan_add_customer(account, form(PORTUGAL), who, (), draft_id=draft.id)
    delete_draft(store, draft.id or 0)
    carry_out(store, made)
    assert not_whole(store) == []
    with pytest.raises(ConflictError):
        save_draft(store, draft, form(PORTUGAL), "city", NOW)


def test_the_ids_of_drafts_are_never_given_again(store: Store) -> None:
    """A terminal with a deleted draft still open would otherwise overwrite a newer draft."""
    ids = []
    for _turn in range(2):
        draft = begin_draft(account_in(store).id, by(TESTER, NOW))
        save_draft(store, draft, form({"city": "Porto"}), "city", NOW)
        delete_draft(store, draft.id or 0)
        ids.append(draft.id)
    assert ids[0] != ids[1]
