"""Changes of a connected account are sent to Partner Center, confirmed, and explained."""

from __future__ import annotations

from contextlib import closing, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.invitation_link import plan_fetch_link
from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.changes.waiting_calls import open_calls, send_again
from partnerdesk.models.core.errors import NotFoundError, RefusedError
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.exclusive import alone
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.sent_calls import conflict_of, give_up, settle_conflict
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.models.relationships.partners import read_partners
from partnerdesk.models.relationships.told_partners import plan_take_partners
from partnerdesk.partnercenter.sending.checks import OnlineChecks
from partnerdesk.partnercenter.sending.partner_links import read_resellers
from partnerdesk.partnercenter.sending.sender import send_waiting
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import AMERICA, account_in, add
from tests.support.small_center import (
    LINK,
    PASSWORD,
    TENANT,
    TOKEN,
    KilledError,
    SmallCenter,
    client_of,
    connect_account,
)

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.settings.database_url import SqliteFile
    from partnerdesk.partnercenter.sending.results import Sending

DOMAIN = "oliveira.onmicrosoft.com"


@pytest.fixture
def store(sqlite_database: SqliteFile) -> Store:
    """Return an empty book whose global account is connected."""
    store = Store(sqlite_database)
    store.open(CLOUDS)
    connect_account(store, account_in(store).id)
    return store


@pytest.fixture
def center() -> SmallCenter:
    """Return a service without customers."""
    return SmallCenter()


def send(store: Store, center: SmallCenter, later: int = 0) -> Sending:
    """Send what waits, `later` seconds after the present moment of the tests."""
    at = NOW + timedelta(seconds=later)
    return send_waiting(store, client_of(center, account_in(store)), TESTER, lambda: at)


def edit(store: Store, customer_id: int, **fields: str) -> int:
    """Edit a customer; return the id of the change."""
    page = read_customer(store, customer_id)
    given = {FormField(name): text for name, text in fields.items()}
    plan = plan_edit_customer(page, account_in(store), form_values(page) | given, by(TESTER, NOW))
    outcome = carry_out(store, plan)
    assert outcome.change_id
    return outcome.change_id


def end(store: Store, customer_id: int) -> int:
    """End the relationship with a customer; return the id of the change."""
    plan = plan_end(
        account_in(store), read_ending(store, customer_id), EndingRequest("done"), by(TESTER, NOW)
    )
    outcome = carry_out(store, plan)
    assert outcome.change_id
    return outcome.change_id


def added(store: Store, center: SmallCenter) -> int:
    """Return a customer that is in the book and at Partner Center."""
    id = add(store, **AMERICA)
    assert send(store, center).calls[0].state is CallState.CONFIRMED
    return id


def test_an_added_customer_is_created_and_read_back(store: Store, center: SmallCenter) -> None:
    id = add(store, **AMERICA)
    assert [call.state for call in open_calls(store, [account_in(store).id])] == ["waiting"]
    sending = send(store, center)
    (sent,) = sending.calls
    assert (sent.state, sent.error) == (CallState.CONFIRMED, None)
    assert sending.text == "Partner Center has confirmed 1 change."
    (created,) = center.customers
    assert read_customer(store, id).customer.microsoft_id == created
    assert center.profiles[created]["defaultAddress"]["city"] == "Redmond"
    (admin,) = sending.first_admins
    assert (admin.user_name, admin.password) == (f"admin@{DOMAIN}", PASSWORD)
    assert PASSWORD not in repr(sending)


@pytest.mark.parametrize("fault", ["cut-after", "500-after", "half-body"])
def test_what_took_effect_without_an_answer_is_found_and_not_repeated(
    store: Store, center: SmallCenter, fault: str
) -> None:
    id = add(store, **AMERICA)
    center.faults = [fault]
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFIRMED
    assert len(center.customers) == 1
    assert [effect for effect, _id in center.done] == ["created"]
    assert read_customer(store, id).customer.microsoft_id in center.customers


@pytest.mark.parametrize("hidden", [False, True])
def test_a_call_whose_sender_died_is_looked_up_first(
    store: Store, center: SmallCenter, hidden: bool
) -> None:
    add(store, **AMERICA)
    center.faults, center.search_is_late = ["kill-after"], hidden
    with pytest.raises(KilledError):
        send(store, center)
    (left,) = open_calls(store, [account_in(store).id])
    assert left.state is CallState.SENDING
    log = len(center.log)
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFIRMED
    assert center.log[log][0] == "HEAD"
    assert [effect for effect, _id in center.done] == ["created"]
    assert (sent.first_admin is None) == (not hidden)


def test_offline_it_waits_and_goes_on_later_in_order(store: Store, center: SmallCenter) -> None:
    id = add(store, **AMERICA)
    edit(store, id, city="Seattle")
    center.is_offline = True
    sending = send(store, center)
    assert [sent.state for sent in sending.calls] == [CallState.WAITING]
    assert sending.error is not None
    assert sending.error.exit_code == 6
    center.is_offline = False
    assert [sent.state for sent in send(store, center).calls] == [CallState.CONFIRMED]
    (created,) = center.customers
    assert center.profiles[created]["defaultAddress"]["city"] == "Seattle"


def test_a_refused_customer_is_corrected_by_an_edit_and_sent_again(
    store: Store, center: SmallCenter
) -> None:
    id = add(store, **AMERICA | {"city": "Nowhere"})
    (sent,) = send(store, center).calls
    assert sent.state is CallState.FAILED
    assert "2007" in sent.call.answer
    assert f"partnerdesk outbox give-up {sent.call.id}" in sent.call.answer
    page = read_change(store, sent.call.change_id)
    assert page.state == "failed"
    first = sent.call.request_id
    edit(store, id, city="Redmond")
    (again,) = send(store, center).calls
    assert (again.state, again.call.id) == (CallState.CONFIRMED, sent.call.id)
    assert again.call.request_id != first
    assert [one["defaultAddress"]["city"] for one in center.profiles.values()] == ["Redmond"]


def test_giving_up_takes_the_customer_out_of_the_book_again(
    store: Store, center: SmallCenter
) -> None:
    center.foreign_domains = {DOMAIN}
    id = add(store, **AMERICA)
    (sent,) = send(store, center).calls
    assert sent.state is CallState.FAILED
    call, is_undone = give_up(store, sent.call.id or 0, by(TESTER, NOW), "taken")
    assert (call.state, is_undone) == (CallState.GAVE_UP, True)
    with pytest.raises(NotFoundError):
        read_customer(store, id)
    page = read_change(store, call.change_id)
    assert (page.state, page.undone_by is not None) == ("gave_up", True)
    assert page.undone_by is not None
    assert page.undone_by.why == "taken"
    with pytest.raises(RefusedError, match="settled"):
        give_up(store, sent.call.id or 0, by(TESTER, NOW))


def test_what_is_being_sent_or_has_later_calls_is_not_given_up(
    store: Store, center: SmallCenter
) -> None:
    id = added(store, center)
    first, second = edit(store, id, city="Seattle"), edit(store, id, city="Tacoma")
    calls = {call.change_id: call.id or 0 for call in open_calls(store, [account_in(store).id])}
    with pytest.raises(RefusedError, match=f"first: {calls[second]}"):
        give_up(store, calls[first], by(TESTER, NOW))
    give_up(store, calls[second], by(TESTER, NOW))
    center.faults = ["", "kill-after"]
    with pytest.raises(KilledError):
        send(store, center)
    with pytest.raises(RefusedError, match="may have had an effect"):
        give_up(store, calls[first], by(TESTER, NOW))
    assert read_customer(store, id).billing.city == "Seattle"
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFIRMED
    assert [effect for effect, _id in center.done] == ["created", "changed"]


def test_an_edit_keeps_what_others_changed_in_other_fields(
    store: Store, center: SmallCenter
) -> None:
    id = added(store, center)
    (tenant,) = center.customers
    edit(store, id, city="Seattle")
    center.edit(tenant, postalCode="98101")
    center.faults = ["", "stale"]
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFIRMED
    address = center.profiles[tenant]["defaultAddress"]
    assert (address["city"], address["postalCode"]) == ("Seattle", "98101")
    billing = read_customer(store, id).billing
    assert (billing.city, billing.postal_code) == ("Seattle", "98101")
    assert verify_ok(store)


@pytest.mark.parametrize("theirs", [True, False])
def test_a_person_chooses_where_both_changed_a_field(
    store: Store, center: SmallCenter, theirs: bool
) -> None:
    id = added(store, center)
    (tenant,) = center.customers
    edit(store, id, city="Seattle")
    center.edit(tenant, city="Tacoma")
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFLICT
    (field,) = conflict_of(sent.call)
    assert (field.name, field.base, field.ours, field.theirs) == (
        "city", "Redmond", "Seattle", "Tacoma"
    )  # fmt: skip
    assert not send(store, center).calls
    chosen = {"city"} if theirs else set()
    call, _outcome = settle_conflict(store, sent.call.id or 0, chosen, by(TESTER, NOW))
    assert call.state is (CallState.GAVE_UP if theirs else CallState.WAITING)
    send(store, center)
    city = "Tacoma" if theirs else "Seattle"
    assert center.profiles[tenant]["defaultAddress"]["city"] == city
    assert read_customer(store, id).billing.city == city
    assert not open_calls(store, [account_in(store).id])
    assert verify_ok(store)


def test_a_confirmed_edit_is_undone_by_another_call(store: Store, center: SmallCenter) -> None:
    id = added(store, center)
    change = edit(store, id, city="Seattle")
    send(store, center)
    carry_out(store, plan_undo(store, change, by(TESTER, NOW)))
    (tenant,) = center.customers
    assert center.profiles[tenant]["defaultAddress"]["city"] == "Seattle"
    assert send(store, center).calls[0].state is CallState.CONFIRMED
    assert center.profiles[tenant]["defaultAddress"]["city"] == "Redmond"
    assert read_customer(store, id).billing.city == "Redmond"


def test_an_ending_stops_while_anything_is_active(store: Store, center: SmallCenter) -> None:
    id = added(store, center)
    (tenant,) = center.customers
    center.subscriptions[tenant] = [{"id": "1", "offerName": "M365", "status": "active"}]
    end(store, id)
    (sent,) = send(store, center).calls
    assert sent.state is CallState.FAILED
    assert "1 subscription is active: M365" in sent.call.answer
    assert not center.ended
    center.subscriptions[tenant][0]["status"] = "suspended"
    send_again(store, sent.call.id or 0, NOW)
    center.faults = ["", "cut-after"]
    (sent,) = send(store, center).calls
    assert (sent.state, center.ended) == (CallState.CONFIRMED, {tenant})


def test_an_ending_that_is_given_up_brings_the_relationship_back(
    store: Store, center: SmallCenter
) -> None:
    id = added(store, center)
    (tenant,) = center.customers
    center.subscriptions[tenant] = [{"id": "1", "offerName": "M365", "status": "active"}]
    end(store, id)
    assert read_customer(store, id).customer.ended_at is not None
    (sent,) = send(store, center).calls
    give_up(store, sent.call.id or 0, by(TESTER, NOW))
    assert read_customer(store, id).customer.ended_at is None
    assert verify_ok(store)


def test_a_result_that_is_not_visible_yet_is_read_again_later(
    store: Store, center: SmallCenter
) -> None:
    id = add(store, **AMERICA)
    center.hides_new = 1
    (sent,) = send(store, center).calls
    assert (sent.state, sent.error) == (CallState.SENT, None)
    assert sent.first_admin is not None
    assert not send(store, center).calls
    (sent,) = send(store, center, later=60).calls
    assert sent.state is CallState.CONFIRMED
    assert read_customer(store, id).customer.microsoft_id in center.customers
    assert [effect for effect, _id in center.done] == ["created"]


def test_the_invitation_link_is_fetched_into_the_account(store: Store, center: SmallCenter) -> None:
    carry_out(store, plan_fetch_link(account_in(store), by(TESTER, NOW)))
    (sent,) = send(store, center).calls
    assert sent.state is CallState.CONFIRMED
    with store.reading() as session:
        account = session.get_one(PartnerAccount, account_in(store).id)
    assert account.invitation_link == LINK
    assert plan_fetch_link(account_in(store, "us-gov"), by(TESTER, NOW)).verdict == "refused"


def test_only_one_sends_at_a_time(store: Store, center: SmallCenter) -> None:
    add(store, **AMERICA)
    with alone(store, f"sending-{account_in(store).id}") as is_alone:
        assert is_alone
        assert send(store, center).is_busy
    assert not center.log
    assert send(store, center).calls[0].state is CallState.CONFIRMED


def test_no_secret_is_kept(store: Store, center: SmallCenter, tmp_path: Path) -> None:
    id = added(store, center)
    center.faults = ["", "cut-after"]
    edit(store, id, city="Seattle")
    center.foreign_domains = {"contoso.onmicrosoft.com"}
    add(
        store,
        **AMERICA | {"domain_prefix": "contoso", "company_name": "Contoso", "email": "a@b.de"},
    )
    assert len(send(store, center).calls) == 2
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"oliveira" in kept
    for secret in (PASSWORD, TOKEN):
        assert secret.encode() not in kept


def test_checks_while_typing_ask_once(store: Store, center: SmallCenter) -> None:
    center.foreign_domains = {DOMAIN}
    checks = OnlineChecks(lambda: nullcontext(client_of(center, account_in(store))))
    reason = checks.domain(DOMAIN)
    assert reason is not None
    assert (reason.code, reason.refuses) == ("domain.taken", True)
    assert checks.domain("free.onmicrosoft.com") is None
    checks.domain(DOMAIN)
    assert [path for method, path, _status in center.log if method == "HEAD"] == [
        f"/v1/domains/{DOMAIN}", "/v1/domains/free.onmicrosoft.com"
    ]  # fmt: skip
    address = {"address_line1": "1 Microsoft Way", "city": "Redmond", "country": "US"}
    answer = checks.address(address)
    assert (answer.reason, answer.suggestions[0]["postal_code"]) == (None, "98052-1234")
    wrong = checks.address(address | {"city": "Nowhere"})
    assert wrong.reason is not None
    assert wrong.reason.refuses
    asked = len(center.log)
    assert checks.address(address) == answer
    assert len(center.log) == asked


def test_the_resellers_of_a_provider_are_taken_over(store: Store, center: SmallCenter) -> None:
    with store.writing() as session:
        own = session.get_one(PartnerAccount, account_in(store).id)
        own.kind = PartnerKind.INDIRECT_PROVIDER
    account = account_in(store)

    def read() -> Plan:
        told = read_resellers(client_of(center, account))
        known = read_partners(store, account.id)
        return plan_take_partners(account, told, known, by(TESTER, NOW))

    one: dict[str, Any] = {"id": TENANT, "name": "Litware Ltd", "mpnId": 4711, "location": "DE"}
    center.resellers = [one, {"id": "no guid", "name": "?"}]
    carry_out(store, read())
    (link,) = read_partners(store, account.id)
    assert (link.name, link.mpn_id, link.location, link.microsoft_id) == (
        "Litware Ltd", "4711", "DE", TENANT
    )  # fmt: skip
    assert read().changes_nothing
    center.resellers = [one | {"name": "Litware GmbH"}]
    carry_out(store, read())
    assert [link.name for link in read_partners(store, account.id)] == ["Litware GmbH"]
    center.resellers = []
    plan = read()
    assert plan.changes_nothing
    assert [reason.code for reason in plan.reasons] == ["partner.not-told"]
    with store.writing() as session:
        session.get_one(PartnerAccount, account.id).kind = PartnerKind.DIRECT_BILL
    with pytest.raises(RefusedError, match="indirect provider"):
        read_resellers(client_of(center, account_in(store)))


def verify_ok(store: Store) -> bool:
    """Return whether the history is whole."""
    with closing(store.connect()) as connection:
        return not verify(connection).findings
