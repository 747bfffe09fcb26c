"""A call of which nobody knows whether it arrived, and the edits that wait behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import open_calls, read_call
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.sent_calls import give_up
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import AMERICA, account_in, add
from tests.support.sending import connected_store, edit, send, verify_ok
from tests.support.small_center import KilledError, SmallCenter

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.database_url import SqliteFile

DOMAIN = "oliveira.onmicrosoft.com"


@pytest.fixture
def store(sqlite_database: SqliteFile) -> Store:
    """Return an empty book whose global account is connected."""
    return connected_store(sqlite_database)


@pytest.fixture
def center() -> SmallCenter:
    """Return a service without customers."""
    return SmallCenter()


def added_and_killed(store: Store, center: SmallCenter, fault: str, **given: str) -> int:
    """Return a customer whose sender died over the call that adds it."""
    id = add(store, **AMERICA | given)
    center.faults = [fault]
    with pytest.raises(KilledError):
        send(store, center)
    return id


def states(store: Store) -> list[CallState]:
    """Return the states of the calls that are not settled, in their order."""
    return [call.state for call in open_calls(store, [account_in(store).id])]


@pytest.mark.parametrize(
    ("city", "taken", "code"), [("Nowhere", set(), "2007"), ("Redmond", {DOMAIN}, "600005")]
)
def test_an_edit_behind_a_refused_addition_corrects_it(
    store: Store, center: SmallCenter, city: str, taken: set[str], code: str
) -> None:
    id = added_and_killed(store, center, "kill-before", city=city)
    center.foreign_domains = taken
    change = edit(store, id, city="Seattle")
    assert states(store) == ["sending", "waiting"]
    sending = send(store, center)
    assert [sent.state for sent in sending.calls] == [CallState.WAITING]
    assert (sending.left, code in sending.text) == (1, True)
    page = read_change(store, change)
    (joined,) = page.calls
    assert (page.state, joined.attempts) == ("joined", 0)
    assert joined.answer == "It became part of call 1, which is sent instead."
    center.foreign_domains = set()
    assert [sent.state for sent in send(store, center).calls] == [CallState.CONFIRMED]
    (tenant,) = center.customers
    assert center.profiles[tenant]["defaultAddress"]["city"] == "Seattle"
    assert read_customer(store, id).billing.city == "Seattle"
    carry_out(store, plan_undo(store, change, by(TESTER, NOW)))
    (undone,) = send(store, center).calls
    assert undone.state is (CallState.CONFIRMED if city == "Redmond" else CallState.FAILED)
    shown = center.profiles[tenant]["defaultAddress"]["city"]
    assert shown == ("Redmond" if city == "Redmond" else "Seattle")
    assert read_change(store, change).state == "joined"
    assert verify_ok(store)


def test_an_edit_behind_an_addition_is_taken_back_with_it_or_alone(
    store: Store, center: SmallCenter
) -> None:
    id = added_and_killed(store, center, "kill-before")
    center.foreign_domains = {DOMAIN}
    change = edit(store, id, city="Seattle")
    send(store, center)
    (again,) = send(store, center).calls
    assert (again.state, again.call.id) == (CallState.FAILED, 1)
    carry_out(store, plan_undo(store, change, by(TESTER, NOW)))
    assert '"city": "Redmond"' in read_call(store, 1).arguments
    (again,) = send(store, center).calls
    assert again.state is CallState.FAILED
    edit(store, id, city="Tacoma")
    plan = plan_undo(store, 1, by(TESTER, NOW))
    assert "2 edits made since go with it." in [reason.text for reason in plan.reasons]
    _call, is_undone = give_up(store, 1, by(TESTER, NOW), "the domain is taken")
    assert (is_undone, states(store)) == (True, [])
    with pytest.raises(NotFoundError):
        read_customer(store, id)
    assert not send(store, center).calls
    assert verify_ok(store)


@pytest.mark.parametrize("fault", ["429", "401"])
def test_a_repeated_addition_keeps_its_request_id_whatever_is_answered_first(
    store: Store, center: SmallCenter, fault: str
) -> None:
    id = added_and_killed(store, center, "kill-after")
    first = read_call(store, 1).request_id
    center.search_is_late, center.faults = True, ["", "", fault]
    (sent,) = send(store, center).calls
    assert (sent.state, sent.call.request_id) == (CallState.CONFIRMED, first)
    assert [effect for effect, _id in center.done] == ["created"]
    assert read_customer(store, id).customer.microsoft_id in center.customers


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_refusal_that_proves_nothing_leaves_it_open(
    store: Store, center: SmallCenter, asked: int
) -> None:
    """Refused are the look at the domain, the search, and the repeated call."""
    id = added_and_killed(store, center, "kill-after")
    center.search_is_late, center.faults = asked == 2, [""] * asked + ["403"]
    (sent,) = send(store, center).calls
    assert (sent.state, sent.error is not None) == (CallState.SENDING, True)
    with pytest.raises(RefusedError, match="may have had an effect"):
        give_up(store, 1, by(TESTER, NOW))
    assert not send(store, center).calls
    (sent,) = send(store, center, later=60).calls
    assert sent.state is CallState.CONFIRMED
    assert [effect for effect, _id in center.done] == ["created"]
    assert read_customer(store, id).customer.microsoft_id in center.customers


def test_a_domain_that_is_taken_is_corrected_until_partner_center_has_the_customer(
    store: Store, center: SmallCenter
) -> None:
    center.foreign_domains = {DOMAIN}
    id = add(store, **AMERICA)
    (sent,) = send(store, center).calls
    assert sent.state is CallState.FAILED
    add(store, **AMERICA | {"domain_prefix": "other", "company_name": "Other", "email": "a@o.de"})
    with pytest.raises(RefusedError, match="Other has it"):
        edit(store, id, domain_prefix="other")
    change = edit(store, id, domain_prefix="free", city="Seattle")
    carry_out(store, plan_undo(store, change, by(TESTER, NOW)))
    assert read_customer(store, id).customer.primary_domain == DOMAIN
    change = edit(store, id, domain_prefix="free")
    assert states(store) == ["waiting", "waiting"]
    assert {sent.state for sent in send(store, center).calls} == {CallState.CONFIRMED}
    domains = {one["companyProfile"]["domain"] for one in center.customers.values()}
    assert domains == {"free.onmicrosoft.com", "other.onmicrosoft.com"}
    assert read_customer(store, id).customer.primary_domain == "free.onmicrosoft.com"
    with pytest.raises(RefusedError, match="stays for good"):
        edit(store, id, domain_prefix="else")
    plan = plan_undo(store, change, by(TESTER, NOW))
    assert [reason.code for reason in plan.reasons] == ["domain.stays"]
    assert verify_ok(store)


def test_a_domain_is_not_corrected_once_its_call_may_have_arrived(
    store: Store, center: SmallCenter
) -> None:
    id = add(store, **AMERICA)
    page = read_customer(store, id)
    values = form_values(page) | {FormField.DOMAIN_PREFIX: "free"}
    plan = plan_edit_customer(page, account_in(store), values, by(TESTER, NOW))
    center.faults = ["kill-after"]
    with pytest.raises(KilledError):
        send(store, center)
    with pytest.raises(ConflictError):
        carry_out(store, plan)
    assert read_customer(store, id).customer.primary_domain == DOMAIN
