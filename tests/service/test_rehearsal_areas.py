"""The other areas of the rehearsal: what a customer has, and what its partner has."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.rehearsal import rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.rehearsal import RehearsalInfo

Json = dict[str, Any]
DAY = 86_400


class Partner:
    """A partner of a test's own, with 40 customers that follow from its name."""

    def __init__(self, info: RehearsalInfo, name: str, cloud: str = "global") -> None:
        self.info = info
        self.tenant = info.partner(cloud=cloud, name=name, customers=40)["tenant"]

    def call(self, method: str, path: str, *, app: bool = False, **options: Any) -> httpx.Response:
        token = self.info.token(self.tenant, app=app)
        ids = {name: str(uuid.uuid4()) for name in ("MS-RequestId", "MS-CorrelationId")}
        headers = {"Authorization": f"Bearer {token}", **ids, **options.pop("headers", {})}
        return self.info.http.request(method, self.info.api + path, headers=headers, **options)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def customers(self) -> list[str]:
        return [one["id"] for one in self.get("/v1/customers?size=500")["items"]]

    def subscriptions(self, customer: str) -> list[Json]:
        items: list[Json] = self.get(f"/v1/customers/{customer}/subscriptions")["items"]
        return items

    def find(self, fits: Callable[[Json], bool]) -> tuple[str, Json]:
        """Return a customer and a subscription that fits."""
        for customer in self.customers():
            for one in self.subscriptions(customer):
                if fits(one):
                    return customer, one
        raise AssertionError("the seed has none")

    def change(self, customer: str, one: Json, etag: str = "", **new: Any) -> httpx.Response:
        """Send a subscription back with something new; its own etag without another."""
        body = {name: value for name, value in (one | new).items() if value is not ...}
        headers = {"If-Match": f'"{etag or one["attributes"]["etag"]}"'}
        path = f"/v1/customers/{customer}/subscriptions/{one['id']}"
        return self.call("PATCH", path, json=body, headers=headers)


@pytest.fixture
def partner(rehearsed: RehearsalInfo, request: pytest.FixtureRequest) -> Partner:
    rehearsed.ask("state", late_changes=0)
    return Partner(rehearsed, request.node.name)


def refusal(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["code"]


def active_license(one: Json) -> bool:
    return bool(one["status"] == "active" and one["billingType"] == "license")


def test_a_subscription_is_suspended_and_made_active_again(partner: Partner) -> None:
    customer, one = partner.find(active_license)

    suspended = partner.change(customer, one, status="suspended").json()
    assert suspended["status"] == "suspended"
    assert suspended["attributes"]["etag"] != one["attributes"]["etag"]
    assert suspended in partner.subscriptions(customer)
    assert refusal(partner.change(customer, suspended, quantity=7)) == (400, 2001)
    active = partner.change(customer, suspended, status="active").json()
    assert active | {"attributes": 0} == one | {"attributes": 0}


def test_an_old_etag_is_refused_and_an_etag_without_quotes_too(partner: Partner) -> None:
    customer, one = partner.find(active_license)
    new = partner.change(customer, one, friendlyName="Renamed").json()

    assert refusal(partner.change(customer, one, friendlyName="Again"))[0] == 412
    path = f"/v1/customers/{customer}/subscriptions/{one['id']}"
    bare = {"If-Match": new["attributes"]["etag"]}
    assert partner.call("PATCH", path, json=new, headers=bare).status_code == 400
    partner.info.faults("stale-etag-2055@subscription-change:once")
    assert refusal(partner.change(customer, new, friendlyName="Again")) == (400, 2055)
    assert partner.get(path)["friendlyName"] == "Renamed (renamed)"


def test_what_is_left_out_is_reset_or_refused(partner: Partner) -> None:
    customer, one = partner.find(lambda one: active_license(one) and one["autoRenewEnabled"])

    assert refusal(partner.change(customer, one, status=...)) == (400, 800002)
    assert partner.change(customer, one, autoRenewEnabled=...).json()["autoRenewEnabled"] is False


@pytest.mark.parametrize(
    ("status", "new", "code"),
    [
        ("active", {"quantity": 0}, 2002),
        ("active", {"quantity": "many"}, 2002),
        ("active", {"billingCycle": "none"}, 2054),
        ("active", {"status": "expired"}, 800040),
        ("deleted", {"friendlyName": "x"}, 2011),
        ("pending", {"friendlyName": "x"}, 800081),
    ],
)
def test_changes_are_refused_with_the_documented_codes(
    partner: Partner, status: str, new: Json, code: int
) -> None:
    customer, one = partner.find(
        lambda one: one["status"] == status and one["billingType"] == "license"
    )

    assert refusal(partner.change(customer, one, **new)) == (400, code)
    assert one in partner.subscriptions(customer)


def test_the_new_commerce_is_cancelled_within_its_window_only(partner: Partner) -> None:
    customer, one = partner.find(
        lambda one: (
            active_license(one)
            and one.get("cancellationAllowedUntilDate", "") is None
            and one["quantity"] > 1
        )
    )

    assert refusal(partner.change(customer, one, status="deleted")) == (400, 900117)
    assert refusal(partner.change(customer, one, quantity=one["quantity"] - 1)) == (400, 900257)
    more = partner.change(customer, one, quantity=one["quantity"] + 2).json()
    assert [part["quantity"] for part in more["refundableQuantity"]["details"]] == [2]
    assert refusal(partner.change(customer, more, quantity=one["quantity"] - 1)) == (400, 900257)
    less = partner.change(customer, more, quantity=one["quantity"] + 1).json()
    assert less["refundableQuantity"]["totalQuantity"] == 1
    partner.info.later(7 * DAY + 1)
    assert refusal(partner.change(customer, less, quantity=one["quantity"])) == (400, 900257)


def renews_itself(one: Json) -> bool:
    return active_license(one) and one["autoRenewEnabled"] and "productType" in one


def test_a_change_in_the_middle_of_a_term_deletes_what_is_scheduled(partner: Partner) -> None:
    customer, one = partner.find(renews_itself)
    product, sku, availability = one["offerId"].split(":")
    ids = {"productId": product, "skuId": sku, "availabilityId": availability}
    wanted = {"product": {**ids, "billingCycle": "annual", "termDuration": "P3Y"}, "quantity": 3}

    off = partner.change(
        customer, one, autoRenewEnabled=False, scheduledNextTermInstructions=wanted
    )
    assert refusal(off) == (400, 800002)
    scheduled = partner.change(customer, one, scheduledNextTermInstructions=wanted).json()
    assert scheduled["scheduledNextTermInstructions"] == wanted
    renamed = partner.change(customer, scheduled, friendlyName="Other").json()
    assert renamed["scheduledNextTermInstructions"] == wanted
    more = partner.change(customer, renamed, quantity=one["quantity"] + 1).json()
    assert "scheduledNextTermInstructions" not in more
    again = partner.change(customer, more, scheduledNextTermInstructions=wanted).json()
    assert "scheduledNextTermInstructions" not in partner.change(
        customer, again, scheduledNextTermInstructions=...
    ).json()  # fmt: skip


def test_a_late_change_holds_the_next_one_up(partner: Partner) -> None:
    customer, one = partner.find(active_license)
    partner.info.ask("state", late_changes=1.0)
    path = f"/v1/customers/{customer}/subscriptions/{one['id']}"

    answer = partner.change(customer, one, quantity=one["quantity"] + 1)
    assert (answer.status_code, answer.headers["Location"]) == (202, path)
    assert partner.get(path) == one
    assert refusal(partner.change(customer, one, friendlyName="Other")) == (409, 900278)
    partner.info.later(partner.info.ask("state")["change_seconds"] + 1)
    assert partner.get(path)["quantity"] == one["quantity"] + 1
    partner.info.ask("state", late_changes=0)
    partner.info.faults("another-operation@subscription-change:once")
    assert refusal(partner.change(customer, partner.get(path), friendlyName="B")) == (409, 900278)
    assert partner.change(customer, partner.get(path), friendlyName="B").status_code == 200


def test_terms_end_at_many_days_and_some_windows_are_open() -> None:
    """A rehearsal of its own: other tests move the clock of the shared one."""
    with rehearsal(customers=1) as info:
        partner = Partner(info, "terms")
        check_terms(partner)


def check_terms(partner: Partner) -> None:
    now = datetime.fromisoformat(partner.info.ask("clock")["now"]).astimezone(UTC)
    lasting = [
        one
        for customer in partner.customers()
        for one in partner.subscriptions(customer)
        if one["status"] == "active" and "termDuration" in one
    ]
    days = [(datetime.fromisoformat(one["commitmentEndDate"]) - now).days for one in lasting]
    is_open = [bool(one.get("cancellationAllowedUntilDate")) for one in lasting]
    assert all(-1 <= day <= 366 for day in days)
    assert 0.15 < sum(day <= 30 for day in days) / len(days) < 0.6
    assert 0 < sum(is_open) / len(is_open) < 0.5
    for one in lasting:
        if "productType" in one:  # the last day belongs to the term
            assert one["commitmentEndDateTime"] == one["commitmentEndDate"].replace(
                "00:00:00", "23:59:59"
            )


def test_add_ons_follow_their_base(partner: Partner) -> None:
    customer, add_on = partner.find(
        lambda one: "parentSubscriptionId" in one and one["status"] == "active"
    )
    by_id = {one["id"]: one for one in partner.subscriptions(customer)}
    base = by_id[add_on["parentSubscriptionId"]]

    assert partner.change(customer, base, status="suspended").status_code == 200
    [stands] = [one for one in partner.subscriptions(customer) if one["id"] == add_on["id"]]
    assert stands["status"] == "suspended"
    assert refusal(partner.change(customer, stands, status="active")) == (409, 27009)


def end(partner: Partner, customer: str) -> httpx.Response:
    body = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
    return partner.call("PATCH", f"/v1/customers/{customer}", json=body)


def test_subscriptions_hold_the_relationship(partner: Partner) -> None:
    holding = partner.info.ask("holding", tenant=partner.tenant)
    assert sorted(holding["free"] + holding["held"]) == sorted(partner.customers())
    held, free = holding["held"][0], holding["free"][0]
    orders = [one["orderId"] for one in partner.subscriptions(held)]

    answer = end(partner, held)
    assert answer.status_code == 400
    assert any(order in answer.json()["description"] for order in orders)
    assert held in partner.customers()
    assert end(partner, free).status_code == 200
    assert free not in partner.customers()


def test_suspended_is_enough_in_the_old_commerce_alone(partner: Partner) -> None:
    def only(new: bool) -> tuple[str, Json]:
        for customer in partner.customers():
            open_ones = [
                one
                for one in partner.subscriptions(customer)
                if one["status"] in ("active", "suspended", "pending")
            ]
            if [(one["status"], "productType" in one) for one in open_ones] == [("active", new)]:
                return customer, open_ones[0]
        raise AssertionError("the seed has none")

    for new, status in ((False, 200), (True, 400)):
        customer, one = only(new)
        assert partner.change(customer, one, status="suspended").status_code == 200
        assert end(partner, customer).status_code == status


def test_a_new_customer_has_nothing_and_accepts_the_agreement_later(partner: Partner) -> None:
    customer = partner.info.ask("join", tenant=partner.tenant, name="Newly Come")["customer"]
    path = f"/v1/customers/{customer}"

    assert partner.subscriptions(customer) == []
    assert partner.get(f"{path}/agreements?agreementType=*")["items"] == []
    assert partner.get(f"{path}/qualifications") == []
    signed = f"{path}/directSignedMicrosoftCustomerAgreementStatus"
    assert partner.get(signed) == {"isSigned": False}
    partner.info.later(partner.info.ask("state")["accept_seconds"] + 1)
    assert partner.get(signed) == {"isSigned": True}


def test_the_customer_agreement_is_listed_only_when_it_is_named(partner: Partner) -> None:
    seen: dict[str, int] = {}
    for customer in partner.customers():
        path = f"/v1/customers/{customer}/agreements"
        named = partner.get(f"{path}?agreementType=MicrosoftCustomerAgreement")["items"]
        unnamed = partner.get(path)["items"]
        assert partner.get(f"{path}?agreementType=*")["items"] == named + unnamed
        assert {one["type"] for one in unnamed} <= {"MicrosoftCloudAgreement"}
        seen["named"] = seen.get("named", 0) + len(named)
        seen["unnamed"] = seen.get("unnamed", 0) + len(unnamed)

    assert min(seen.values()) > 0


def test_education_is_vetted_and_government_needs_a_code(partner: Partner) -> None:
    customer = partner.info.ask("join", tenant=partner.tenant)["customer"]
    path = f"/v1/customers/{customer}/qualifications"

    assert refusal(partner.call("POST", path, json={"Qualification": "Education"}))[0] == 400
    body = {"Qualification": "Education", "EducationSegment": "K12"}
    asked = partner.call("POST", path, json=body)
    assert (asked.status_code, asked.json()["vettingStatus"]) == (201, "InReview")
    partner.info.later(DAY + 1)
    assert partner.get(path) == [{"qualification": "Education", "vettingStatus": "Approved"}]

    government = {"Qualification": "GovernmentCommunityCloud"}
    assert partner.call("POST", path, json=government).status_code == 400
    [code, *_] = partner.get("/v1/customers/all/validations")
    used = partner.call("POST", f"{path}?code={code['validationId']}", json=government)
    assert used.status_code == 201
    [left, *_] = partner.get("/v1/customers/all/validations")
    assert left["remainingCreates"] == code["remainingCreates"] - 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", 2001),
        ("mpnId=1&tenantId=1d7f1f0e-0a5b-4f64-9d39-7a7d8b1f0a01", 2000),
        ("mpnId=one", 2000),
        ("tenantId=1", 2000),
        ("mpnId=1", 2200),
        ("tenantId=1d7f1f0e-0a5b-4f64-9d39-7a7d8b1f0a01", 2205),
    ],
)
def test_the_agreement_of_a_reseller_is_refused_with_its_codes(
    partner: Partner, query: str, code: int
) -> None:
    answer = partner.call("GET", f"/v1/compliance/csp/agreementstatus?{query}")

    assert refusal(answer) == (400, code)


def test_a_reseller_that_has_not_signed_is_a_refusal(partner: Partner) -> None:
    kind = "IsIndirectCloudSolutionProviderOf"
    signed = set()
    for one in partner.get(f"/v1/relationships?relationship_type={kind}")["items"]:
        path = "/v1/compliance/csp/agreementstatus"
        by_mpn = partner.call("GET", f"{path}?mpnId={one['mpnId']}")
        by_tenant = partner.call("GET", f"{path}?tenantId={one['id']}")
        signed.add(by_mpn.status_code == 200)
        if by_mpn.status_code == 200:
            assert by_mpn.json() == by_tenant.json() == {"isAgreementSigned": True}
        else:
            assert (refusal(by_mpn), refusal(by_tenant)) == ((400, 2203), (400, 2206))

    assert signed == {True, False}


def test_invoices_come_by_size_and_offset_and_add_up(partner: Partner) -> None:
    every = partner.get("/v1/invoices")["items"]
    pages, offset = [], 0
    while True:
        page = partner.get(f"/v1/invoices?size=10&offset={offset}")
        pages += page["items"]
        offset += 10
        if "next" not in page["links"]:
            break
        assert page["links"]["next"]["uri"] == f"/invoices?size=10&offset={offset}"

    assert pages == every
    for one in every[:3]:
        whole = partner.get(f"/v1/invoices/{one['id']}")
        assert {name: whole[name] for name in one} == one
        assert whole["pdfDownloadLink"]
    open_sum = sum(one["totalCharges"] + one["paidAmount"] for one in every)
    [summary] = partner.get("/v1/invoices/summaries")["items"]
    assert summary["balanceAmount"] == pytest.approx(open_sum)
    assert summary == partner.get("/v1/invoices/summary")


def test_another_partners_network_id_is_looked_up(partner: Partner) -> None:
    own = partner.get("/v1/profiles/mpn")

    assert partner.get(f"/v1/profiles/mpn?mpnId={own['mpnId']}") == own
    assert refusal(partner.call("GET", "/v1/profiles/mpn?mpnId=1")) == (404, 3000)


@pytest.mark.parametrize(
    ("cloud", "path", "app", "expected"),
    [
        ("china", "/v1/customers/{customer}/servicerequests", False, (400, 900127)),
        ("china", "/v1/profiles/support", False, (400, 900127)),
        ("us-gov", "/v1/customers/{customer}/agreements", False, (400, 900127)),
        ("us-gov", "/v1/customers/{customer}/qualifications", False, (400, 900127)),
        ("global", "/v1/profiles/organization", True, (401, 900329)),
        ("global", "/v1/customers/{customer}/servicerequests", True, (401, 900329)),
    ],
)
def test_clouds_and_kinds_of_sign_in_are_refused(
    rehearsed: RehearsalInfo, cloud: str, path: str, app: bool, expected: tuple[int, int]
) -> None:
    partner = Partner(rehearsed, f"{cloud} {path} {app}", cloud)
    customer = partner.customers()[0]

    assert refusal(partner.call("GET", path.format(customer=customer), app=app)) == expected


@pytest.mark.parametrize(
    ("method", "path", "app", "question"),
    [
        ("POST", "/v1/customers/{customer}/agreements", False, "ended on 5 January 2026"),
        ("POST", "/v1/customers/{customer}/agreements", True, "names its attestation"),
        ("POST", "/v1/attestations/enhanced", True, "which fields the enhanced attestation"),
        ("GET", "/v1/invoices/unbilled/lineitems", False, "withdrawn on 15 March 2026"),
        ("GET", "/v1/invoices?filter=x", False, "filter of invoices"),
    ],
)
def test_what_no_document_says_is_named(
    partner: Partner, method: str, path: str, app: bool, question: str
) -> None:
    address = path.format(customer=partner.customers()[0])

    answer = partner.call(method, address, app=app, json={} if method == "POST" else None)

    assert answer.status_code == 501
    assert question in answer.json()["description"]


def test_what_a_customer_has_is_the_same_from_call_to_call(partner: Partner) -> None:
    first = {customer: partner.subscriptions(customer) for customer in partner.customers()}

    assert sum(map(len, first.values())) > 40
    assert first == {customer: partner.subscriptions(customer) for customer in first}
