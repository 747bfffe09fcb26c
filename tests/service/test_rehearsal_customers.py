"""The customers of the rehearsal: pages, search, create, profiles, end; who may call what."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.rehearsal import RehearsalInfo

HOLD = "17ae2a0c-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def large(rehearsal_server: RehearsalInfo) -> str:
    """The tenant of a partner with many customers."""
    return rehearsal_server.partner(customers=1_203)["tenant"]


@pytest.fixture
def info(rehearsed: RehearsalInfo) -> RehearsalInfo:
    return rehearsed


@pytest.fixture
def desk(info: RehearsalInfo) -> Desk:
    """A partner of this test's own."""
    return Desk(info, info.partner(customers=5)["tenant"])


class Desk:
    """Calls the API for a partner."""

    def __init__(self, info: RehearsalInfo, tenant: str, **token: Any) -> None:
        self.info, self.tenant = info, tenant
        self.token = info.token(tenant, **token)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "MS-RequestId": str(uuid.uuid4()),
            "MS-CorrelationId": str(uuid.uuid4()),
            **options.pop("headers", {}),
        }
        address = path if path.startswith("https://") else f"{self.info.api}{path}"
        return self.info.http.request(method, address, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)

    def customers(self) -> list[dict[str, Any]]:
        answer = self.get("/v1/customers?size=500")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def code(self, answer: httpx.Response) -> tuple[int, Any]:
        return answer.status_code, answer.json()["code"]


def following(desk: Desk, page: dict[str, Any]) -> httpx.Response:
    """Follow a next link in any of its three spellings."""
    link = page["links"]["next"]
    path = link["uri"]
    if not path.startswith(("https://", "/v1/")):
        path = f"/v1{path}"
    headers = {header["key"]: header["value"] for header in link["headers"]}
    return desk.get(path, headers=headers)


def wish(domain: str, country: str = "US", **company: str) -> dict[str, Any]:
    places = {"US": ("Redmond", "98052"), "BY": ("Minsk", "220030"), "FR": ("Lyon", "69002")}
    city, postal = places[country]
    address = {
        "firstName": "Tania",
        "lastName": "Carr",
        "addressLine1": "1 Main Street",
        "city": city,
        "postalCode": postal,
        "country": country,
    }
    if country == "US":
        address["state"] = "WA"
    return {
        "companyProfile": {"domain": domain, **company},
        "billingProfile": {
            "email": "tania@example.com",
            "culture": "en-US",
            "language": "en",
            "companyName": "Carr",
            "defaultAddress": address,
        },
    }


def new_domain(suffix: str = "onmicrosoft.com") -> str:
    return f"t{uuid.uuid4().hex[:12]}.{suffix}"


# Lists


def test_pages_hold_every_customer_once_and_links_come_in_three_spellings(
    info: RehearsalInfo, large: str
) -> None:
    desk = Desk(info, large)
    answer = desk.get("/v1/customers?size=300")
    seen, spellings = [], []
    while True:
        page = answer.json()
        seen += [row["id"] for row in page["items"]]
        assert page["totalCount"] == len(page["items"])
        if "next" not in page["links"]:
            break
        uri = page["links"]["next"]["uri"]
        spellings.append(uri.partition("/customers")[0])
        assert page["continuationToken"] == page["links"]["next"]["headers"][0]["value"]
        answer = following(desk, page)
    assert set(spellings) == {"", "/v1", f"{info.api}/v1"}
    stands = [row["id"] for row in info.ask("customers", tenant=large)["customers"]]
    assert seen == stands
    assert len(set(seen)) == 1_203


def test_a_list_has_neither_billing_profile_nor_delegated_access(desk: Desk) -> None:
    row = desk.customers()[0]
    assert set(row) == {"id", "companyProfile", "relationshipToPartner", "links", "attributes"}


@pytest.mark.parametrize("size", ["501", "100000", "0"])
def test_a_page_has_500_rows_at_most(info: RehearsalInfo, large: str, size: str) -> None:
    page = Desk(info, large).get(f"/v1/customers?size={size}").json()
    assert page["totalCount"] == 500


def test_a_token_is_of_one_query_and_goes_stale(info: RehearsalInfo) -> None:
    desk = Desk(info, info.tenant)
    token = desk.get("/v1/customers?size=10").json()["continuationToken"]
    headers = {"MS-ContinuationToken": token}
    path = "/v1/customers?size=10&seekOperation=Next"
    assert desk.get(path, headers=headers).status_code == 200
    other = desk.get("/v1/customers?size=11&seekOperation=Next", headers=headers)
    assert desk.code(other) == (400, 800002)
    assert desk.code(desk.get(path)) == (400, 800002), "a token stands in the header"
    foreign = Desk(info, info.tenants["us-gov"]).get(path, headers=headers)
    assert foreign.status_code == 400
    info.later(601)
    assert desk.code(desk.get(path, headers=headers)) == (400, 800002)


def test_past_the_end_is_400_with_2000(desk: Desk, info: RehearsalInfo) -> None:
    info.faults("end-2000:1")
    page = desk.get("/v1/customers?size=5").json()
    info.faults()
    assert desk.code(following(desk, page)) == (400, 2000)


def test_a_search_takes_the_beginning_of_name_or_domain(desk: Desk) -> None:
    row = desk.customers()[2]["companyProfile"]
    for field, value in (("CompanyName", row["companyName"]), ("Domain", row["domain"])):
        text = f'{{"Field":"{field}","Value":"{value[:9].upper()}","Operator":"starts_with"}}'
        found = desk.get("/v1/customers", params={"size": "0", "filter": text}).json()["items"]
        assert row["tenantId"] in [item["id"] for item in found]
        names = [item["companyProfile"]["companyName"].casefold() for item in found]
        domains = [item["companyProfile"]["domain"].casefold() for item in found]
        begins = names if field == "CompanyName" else domains
        assert all(text.startswith(value[:9].casefold()) for text in begins)
    middle = '{"Field":"CompanyName","Value":"a","Operator":"substring"}'
    refused = desk.get("/v1/customers", params={"filter": middle})
    assert refused.status_code == 400


# Who may call


def test_tokens_are_for_one_audience_and_expire(info: RehearsalInfo) -> None:
    graph = Desk(info, info.tenant, audience="graph")
    assert desk_code(graph) == (401, 400)
    old = Desk(info, info.tenant, audience="old_graph")
    assert desk_code(old) == (401, 900420)
    nothing = info.http.get(f"{info.api}/v1/customers")
    assert (nothing.status_code, nothing.json()["code"]) == (401, 800001)
    assert nothing.headers["www-authenticate"].startswith("Bearer")
    good = Desk(info, info.tenant)
    assert good.get("/v1/customers?size=1").status_code == 200
    info.later(3_600)
    assert desk_code(good) == (401, 400)


def desk_code(desk: Desk) -> tuple[int, Any]:
    return desk.code(desk.get("/v1/customers?size=1"))


def test_an_app_alone_reads_what_is_listed_for_it(info: RehearsalInfo) -> None:
    app = Desk(info, info.tenant, app=True)
    assert app.get("/v1/customers?size=1").status_code == 200
    assert app.code(app.get("/v1/customers/relationshiprequests")) == (401, 900329)


def test_roles_decide(info: RehearsalInfo) -> None:
    helpdesk = Desk(info, info.tenant, user="helpdesk")
    assert helpdesk.get("/v1/customers?size=1").status_code == 200
    refused = helpdesk.call("POST", "/v1/customers", json=wish(new_domain()))
    assert helpdesk.code(refused) == (403, 900150)


def test_each_tenant_is_of_one_cloud_at_the_same_address(info: RehearsalInfo) -> None:
    gov = Desk(info, info.tenants["us-gov"])
    domains = {row["companyProfile"]["domain"].partition(".")[2] for row in gov.customers()}
    assert domains == {"onmicrosoft.us"}
    assert gov.code(gov.get("/v1/customers/relationshiprequests")) == (400, 900127)
    germany = Desk(info, info.tenants["germany"])
    refused = germany.call("POST", "/v1/customers", json=wish(new_domain("onmicrosoft.de")))
    assert germany.code(refused) == (400, 900127)
    other = Desk(info, info.tenant)
    foreign = gov.customers()[0]["id"]
    assert other.code(other.get(f"/v1/customers/{foreign}")) == (404, 60003)


def test_mfa_can_be_asked_reported_and_required(info: RehearsalInfo) -> None:
    without = Desk(info, info.tenant, user="no-mfa")
    asked = without.get("/v1/customers?size=1", headers={"ValidateMfa": "true"})
    assert asked.headers["ismfacompliant"] == "false"
    assert "ismfacompliant" not in without.get("/v1/customers?size=1").headers
    info.ask("state", mfa="always")
    assert desk_code(without) == (401, 900421)
    assert Desk(info, info.tenant).get("/v1/customers?size=1").status_code == 200
    assert Desk(info, info.tenant, app=True).get("/v1/customers?size=1").status_code == 200
    info.ask("state", mfa="1/3")
    statuses = [without.get("/v1/customers?size=1").status_code for _ in range(6)]
    assert statuses == [200, 200, 401, 200, 200, 401], "the same token passes and fails"


def test_resellers_have_no_api(info: RehearsalInfo) -> None:
    reseller = info.partner(kind="indirect_reseller")["tenant"]
    assert desk_code(Desk(info, reseller)) == (403, 800039)


def test_500_calls_a_minute_are_let_through(info: RehearsalInfo, desk: Desk) -> None:
    info.ask("state", calls_per_minute=5)
    statuses = [desk.get("/v1/customers?size=1").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    refused = desk.get("/v1/customers?size=1")
    assert set(refused.json()) == {"statusCode", "message"}
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert Desk(info, info.tenant).get("/v1/customers?size=1").status_code == 200
    info.later(61)
    assert desk.get("/v1/customers?size=1").status_code == 200


# Create


def test_a_customer_is_created_once_and_its_password_shown(desk: Desk) -> None:
    ids = {"MS-RequestId": str(uuid.uuid4()), "MS-CorrelationId": str(uuid.uuid4())}
    domain = new_domain()
    assert desk.call("HEAD", f"/v1/domains/{domain}").status_code == 404
    first = desk.call("POST", "/v1/customers", json=wish(domain), headers=ids)
    assert first.status_code == 201
    body = first.json()
    assert body["userCredentials"]["password"]
    assert body["relationshipToPartner"] == "none"
    assert desk.call("HEAD", f"/v1/domains/{domain}").status_code == 200
    again = desk.call("POST", "/v1/customers", json=wish(domain), headers=ids)
    assert (again.status_code, again.json()) == (201, body)
    done = [call["done"] for call in desk.info.log("customer-create")][-2:]
    assert done == [True, False]
    shown = desk.get(f"/v1/customers/{body['id']}").json()
    assert shown["relationshipToPartner"] == "reseller"
    assert "userCredentials" not in shown
    assert [row["id"] for row in desk.customers()].count(body["id"]) == 1


def test_the_same_id_with_another_body_gets_the_first_answer(desk: Desk) -> None:
    ids = {"MS-RequestId": str(uuid.uuid4())}
    first = desk.call("POST", "/v1/customers", json=wish(new_domain()), headers=ids)
    second = desk.call("POST", "/v1/customers", json=wish(new_domain()), headers=ids)
    assert second.json() == first.json()
    assert desk.info.log("customer-create")[-1]["note"] == "answered before, to another body"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"companyProfile": {"domain": "contoso.onmicrosoft.com"}}, 3000),
        ({"companyProfile": {"domain": "x.onmicrosoft.us"}}, 3000),
        ({"companyProfile": {"domain": "a" * 28 + ".onmicrosoft.com"}}, 3000),
        ({"companyProfile": {}}, 800002),
        ({"userCredentials": {"userName": "admin", "password": "secret"}}, 800002),
        ({"billingProfile": {}}, 800002),
        ({"associatedPartnerId": HOLD}, 3000),
    ],
)
def test_what_is_wrong_is_refused(desk: Desk, change: dict[str, Any], code: int) -> None:
    answer = desk.call("POST", "/v1/customers", json={**wish(new_domain()), **change})
    assert desk.code(answer) == (400, code)


def test_both_ids_are_required(desk: Desk) -> None:
    for name in ("MS-RequestId", "MS-CorrelationId"):
        answer = desk.call("POST", "/v1/customers", json=wish(new_domain()), headers={name: "7"})
        assert desk.code(answer) == (400, 800002)


def test_some_countries_require_a_registration_number_and_a_phone(desk: Desk) -> None:
    def code(number: str, phone: str) -> Any:
        body = wish(new_domain(), "BY", organizationRegistrationNumber=number)
        body["billingProfile"]["defaultAddress"]["phoneNumber"] = phone
        answer = desk.call("POST", "/v1/customers", json=body).json()
        return answer.get("code")

    assert code("", "+375 17 555 0123") == 600049
    assert code("12", "+375 17 555 0123") == 600050
    assert code("123456789", "") == 600051
    assert code("123456789", "+375 17 555 0123") is None
    rules = desk.get("/v1/countryvalidationrules/BY").json()
    assert rules["customerOrganizationRegistrationNumberRequired"] is True


def test_a_provider_creates_for_its_reseller(desk: Desk) -> None:
    path = "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf"
    reseller = desk.get(path).json()["items"][0]
    body = {**wish(new_domain()), "associatedPartnerId": reseller["id"]}
    created = desk.call("POST", "/v1/customers", json=body).json()
    assert created["associatedPartnerId"] == reseller["id"]
    partners = desk.get(f"/v1/customers/{created['id']}/relationships").json()["items"]
    assert [partner["mpnId"] for partner in partners] == [reseller["mpnId"]]
    assert "state" not in partners[0]
    app = Desk(desk.info, desk.tenant, app=True)
    refused = app.call("POST", "/v1/customers", json={**body, **wish(new_domain())})
    assert app.code(refused) == (401, 900329)


def test_an_answer_that_was_lost_is_given_again(desk: Desk, info: RehearsalInfo) -> None:
    import httpx

    ids = {"MS-RequestId": str(uuid.uuid4())}
    body = wish(new_domain())
    before = len(desk.customers())
    for fault in ("cut-after:once", "half-body:once", "timeout-after:once"):
        info.faults(f"{fault.replace(':', '@customer-create:')}")
        with pytest.raises(httpx.TransportError):
            desk.call("POST", "/v1/customers", json=body, headers=ids, timeout=1)
    info.faults()
    answer = desk.call("POST", "/v1/customers", json=body, headers=ids)
    assert answer.status_code == 201
    assert len(desk.customers()) == before + 1
    assert [call["done"] for call in info.log("customer-create")][-4:] == [True] + [False] * 3


# Profiles and the end


def test_a_billing_profile_is_replaced_under_its_etag(desk: Desk) -> None:
    path = f"/v1/customers/{desk.customers()[0]['id']}/profiles/billing"
    profile = desk.get(path).json()
    quoted = {"If-Match": f'"{profile["attributes"]["etag"]}"'}
    bare = {"If-Match": profile["attributes"]["etag"]}
    changed = {**profile, "email": "new@example.com"}
    assert desk.code(desk.call("PUT", path, json=changed)) == (400, 800002)
    assert desk.code(desk.call("PUT", path, json=changed, headers=bare)) == (400, 800002)
    done = desk.call("PUT", path, json=changed, headers=quoted)
    assert done.json()["email"] == "new@example.com"
    assert desk.call("PUT", path, json=changed, headers=quoted).status_code == 412
    fresh = {"If-Match": f'"{done.json()["attributes"]["etag"]}"'}
    short = {name: value for name, value in changed.items() if name != "firstName"}
    assert "firstName" not in desk.call("PUT", path, json=short, headers=fresh).json()


@pytest.mark.parametrize(
    ("fault", "status"), [("stale-etag:once", 412), ("stale-etag-2055:once", 400)]
)
def test_somebody_else_can_be_faster(
    desk: Desk, info: RehearsalInfo, fault: str, status: int
) -> None:
    path = f"/v1/customers/{desk.customers()[0]['id']}/profiles/billing"
    profile = desk.get(path).json()
    info.faults(fault)
    headers = {"If-Match": f'"{profile["attributes"]["etag"]}"'}
    answer = desk.call("PUT", path, json=profile, headers=headers)
    assert answer.status_code == status
    now = desk.get(path).json()
    assert now["defaultAddress"]["addressLine2"] == "Floor 2"


def test_an_ended_relationship_is_gone_and_the_log_tells(desk: Desk) -> None:
    newcomer = desk.info.ask("join", tenant=desk.tenant)["customer"]  # it has bought nothing
    [row] = [one for one in desk.customers() if one["id"] == newcomer]
    path = f"/v1/customers/{newcomer}"
    wrong = desk.call("PATCH", path, json={"companyProfile": {"companyName": "x"}})
    assert desk.code(wrong) == (400, 800002)
    ending = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
    answer = desk.call("PATCH", path, json=ending)
    assert answer.json()["RelationshipToPartner"] == "none"
    assert desk.code(desk.get(path)) == (404, 60003)
    assert row["id"] not in [one["id"] for one in desk.customers()]
    assert desk.call("HEAD", f"/v1/domains/{row['companyProfile']['domain']}").status_code == 200
    today = desk.info.ask("clock")["now"][:10]
    records = desk.get(f"/v1/auditrecords?startDate={today}&endDate={today}").json()["items"]
    ended = [one for one in records if one["customerId"] == row["id"]][-1]
    assert ended["operationType"] == "remove_partner_customer_relationship"
    assert ended["originalCorrelationId"]


def test_the_log_reaches_back_90_days_and_takes_three_filters(desk: Desk) -> None:
    desk.call("POST", "/v1/customers", json=wish(new_domain()))
    now = datetime.fromisoformat(desk.info.ask("clock")["now"][:19])
    assert desk.get(f"/v1/auditrecords?startDate={now - timedelta(days=90):%Y-%m-%d}").is_success
    long_ago = f"{now - timedelta(days=91):%Y-%m-%d}"
    assert desk.get(f"/v1/auditrecords?startDate={long_ago}").status_code == 400
    text = '{"Field":"ResourceType","Value":"Customer","Operator":"equals"}'
    found = desk.get("/v1/auditrecords", params={"filter": text}).json()["items"]
    assert {record["resourceType"] for record in found} == {"customer"}
    text = '{"Field":"CompanyName","Value":"arr","Operator":"substring"}'
    assert desk.get("/v1/auditrecords", params={"filter": text}).json()["totalCount"] >= 1
    text = '{"Field":"CompanyName","Value":"Carr","Operator":"equals"}'
    assert desk.get("/v1/auditrecords", params={"filter": text}).status_code == 400


def test_an_invitation_is_accepted_after_a_while(desk: Desk, info: RehearsalInfo) -> None:
    before = len(desk.customers())
    url = desk.get("/v1/customers/relationshiprequests").json()["url"]
    assert url == desk.get("/v1/customers/relationshiprequests").json()["url"]
    assert f"partnerId={desk.tenant}" in url
    assert len(desk.customers()) == before
    info.later(91)
    assert len(desk.customers()) == before + 1, "one acceptance, however often it was fetched"
    joined = info.ask("join", tenant=desk.tenant, name="Vega", domain="vega.example")["customer"]
    assert desk.get(f"/v1/customers/{joined}").json()["companyProfile"]["companyName"] == "Vega"


# Checks


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "VerifiedShippable"),
        ({"addressLine1": "Main Street"}, "PremisesPartial"),
        ({"addressLine1": "1 A"}, "StreetPartial"),
        ({"addressLine1": "Way"}, "Multiple"),
        ({"city": "redmond"}, "InteractionRequired"),
        ({"state": "XX"}, "None"),
        ({"postalCode": "9"}, "None"),
        ({"country": "ZZ"}, "NotValidated"),
    ],
)
def test_an_address_gets_each_verdict(desk: Desk, change: dict[str, str], status: str) -> None:
    address = wish("")["billingProfile"]["defaultAddress"]
    answer = desk.call("POST", "/v1/validations/address", json={**address, **change}).json()
    assert answer["status"] == status
    more = ("StreetPartial", "PremisesPartial", "Multiple")
    expected = 3 if status in more else 0 if status in ("None", "NotValidated") else 1
    assert len(answer["suggestedAddresses"]) == expected


def test_the_old_address_check_answers_2007(desk: Desk, info: RehearsalInfo) -> None:
    info.ask("state", old_address_check=True)
    address = wish("")["billingProfile"]["defaultAddress"]
    good = desk.call("POST", "/v1/validations/address", json=address)
    assert (good.status_code, good.content) == (200, b"")
    bad = desk.call("POST", "/v1/validations/address", json={**address, "postalCode": "9"})
    assert desk.code(bad) == (400, 2007)


def test_country_rules_have_two_shapes(desk: Desk, info: RehearsalInfo) -> None:
    new = desk.get("/v1/countryvalidationrules/US").json()
    assert "WA" in new["supportedStatesList"]
    info.ask("state", old_country_rules=True)
    old = desk.get("/v1/countryvalidationrules/US").json()
    assert old["states"]["value"] == new["supportedStatesList"]


def test_what_nobody_knows_is_501_with_the_question(desk: Desk) -> None:
    page = desk.get("/v1/customers?size=2").json()
    headers = {"MS-ContinuationToken": page["continuationToken"]}
    answer = desk.get("/v1/customers?size=2&seekOperation=Previous", headers=headers)
    assert desk.code(answer) == (501, 0)
    assert "seekOperation=Previous" in answer.json()["description"]
