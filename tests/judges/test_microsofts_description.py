"""A client made from Microsoft's own description of the API reads the rehearsal.

`partnercenterservices` was generated from it in 2019: its parsers refuse dates and numbers that
are none, and what it does not recognise it leaves out, so what arrives is compared with the wire.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.rehearsal import RehearsalInfo

pytest.importorskip("microsoft.store.partnercenterservices")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")

VERSION = "1"


@pytest.fixture(scope="module")
def token(served: RehearsalInfo) -> str:
    return served.token()


@pytest.fixture(scope="module")
def client(served: RehearsalInfo, token: str) -> Any:
    services: Any = import_module("microsoft.store.partnercenterservices")  # it has no types
    authentication: Any = import_module("msrest.authentication")
    credentials = authentication.BasicTokenAuthentication({"access_token": token})
    made = services.MicrosoftPartnerStoreApis(credentials, base_url=served.api)
    made.config.keep_alive = True
    made.config.connection.verify = served.ca_file
    return made


@pytest.fixture(scope="module")
def customers(client: Any) -> list[Any]:
    return list(client.getvversioncustomersfilterfilter.value(VERSION, size=500).items)


def wire(served: RehearsalInfo, token: str, path: str) -> Any:
    """Return what is sent for a path, as JSON."""
    headers = {"Authorization": f"Bearer {token}"}
    return served.http.get(served.api + path, headers=headers).json()


def test_all_customers_are_listed(served: RehearsalInfo, token: str, customers: list[Any]) -> None:
    sent = wire(served, token, "/v1/customers?size=500")["items"]

    assert [one.id for one in customers] == [one["id"] for one in sent]
    assert len(customers) == 60
    for one, row in zip(customers, sent, strict=True):
        assert one.company_profile.company_name == row["companyProfile"]["companyName"]
        assert one.company_profile.domain == row["companyProfile"]["domain"]
        assert one.company_profile.tenant_id == one.id
        assert one.relationship_to_partner == "reseller"
        assert one.attributes.object_type == "Customer"
        assert one.billing_profile is None  # lists have none


def test_pages_are_followed_by_token_and_header(client: Any, customers: list[Any]) -> None:
    read: list[str] = []
    headers: dict[str, str] = {}
    for _page in range(10):
        more = {"seek_operation": "next"} if headers else {}
        page = client.getvversioncustomersfilterfilter.value(
            VERSION, size=25, custom_headers=headers, **more
        )
        read += [one.id for one in page.items]
        following = page.links.next
        if following is None:
            break
        headers = {header.key: header.value for header in following.headers}
        assert list(headers) == ["MS-ContinuationToken"]

    assert read == [one.id for one in customers]


def test_customers_are_searched(client: Any, customers: list[Any]) -> None:
    name = customers[7].company_profile.company_name
    asked = f'{{"Field":"CompanyName","Value":"{name[:6]}","Operator":"starts_with"}}'

    page = client.getvversioncustomersfilterfilter.value(VERSION, filter=asked, size=0)

    assert {one.id for one in page.items} == {
        one.id
        for one in customers
        if one.company_profile.company_name.casefold().startswith(name[:6].casefold())
    }


def test_a_customer_is_read_with_its_profiles(client: Any, customers: list[Any]) -> None:
    reads = client.getvversioncustomerscustomer
    for listed in customers[:20]:
        one = reads.id(listed.id, VERSION)
        billing = reads.idprofilesbilling(listed.id, VERSION)
        company = reads.idprofilescompany(listed.id, VERSION)

        assert one.id == company.tenant_id == listed.id
        assert one.allow_delegated_access in (True, False)
        assert one.billing_profile.default_address.country == billing.default_address.country
        assert len(billing.default_address.country) == 2
        assert billing.default_address.address_line1
        assert billing.attributes.etag


def test_subscriptions_are_listed_and_read(
    served: RehearsalInfo, token: str, client: Any, customers: list[Any]
) -> None:
    reads, seen = client.getvversioncustomerscustomer, set()
    for customer in customers:
        listed = reads.value9(customer.id, VERSION).items
        sent = wire(served, token, f"/v1/customers/{customer.id}/subscriptions")["items"]
        assert len(listed) == len(sent)
        for one, row in zip(listed, sent, strict=True):
            same = reads.id6(customer.id, one.id, VERSION)
            assert same.as_dict() == one.as_dict()
            assert same.attributes.etag == row["attributes"]["etag"]
            assert one.quantity == row["quantity"]
            assert one.effective_start_date <= one.commitment_end_date
            assert one.links.offer.uri
            seen |= {one.status, one.billing_type, one.billing_cycle}
            if one.parent_subscription_id:
                assert one.parent_subscription_id in [other.id for other in listed]
                assert one.links.parent_subscription is not None
                seen.add("add-on")

    assert seen >= {"active", "suspended", "deleted", "license", "usage", "monthly", "add-on"}


def test_service_requests_are_listed_and_read(client: Any, customers: list[Any]) -> None:
    reads, count = client.getvversioncustomerscustomer, 0
    for customer in customers:
        for one in reads.value3(customer.id, VERSION).items:
            same = client.getvversionservicerequestsservice.id(one.id, VERSION)
            count += 1
            assert (same.id, same.title) == (one.id, one.title)
            assert same.status in ("open", "closed", "attention_needed")
            assert one.status.isdigit()  # the list has numbers, as in Microsoft's sample
            assert same.organization.id == customer.id
            assert same.organization.name == customer.company_profile.company_name
            assert same.notes[0].text

    assert count == 20


def test_relationships_of_partners_are_listed(client: Any, customers: list[Any]) -> None:
    kind = "isIndirectCloudSolutionProviderOf"
    resellers = client.getvversionrelationshipsrelationship.value(VERSION, kind).items

    assert resellers
    for one in resellers:
        assert one.relationship_type == "is_indirect_cloud_solution_provider_of"
        assert one.mpn_id.isdigit()
        assert one.state == "Active"
    of_customers = [
        partner.id
        for customer in customers
        for partner in client.getvversioncustomerscustomer.idrelationships(
            customer.id, VERSION
        ).items
    ]
    assert of_customers
    assert set(of_customers) <= {one.id for one in resellers}


def test_the_partners_own_profiles_are_read(served: RehearsalInfo, client: Any) -> None:
    organization = client.getvversionprofilesorganization(VERSION)
    legal = client.getvversionprofileslegalbusinessvetting_versionvetting_version.value(
        VERSION, "current"
    )
    billing = client.getvversionprofilesbilling(VERSION)
    support = client.getvversionprofilessupport(VERSION)

    assert organization.tenant_id == organization.id == served.tenant
    assert legal.company_name == billing.company_name == organization.company_name
    assert legal.vetting_status == "authorized"
    assert billing.billing_currency == "USD"
    assert support.email.endswith(organization.domain)


def test_country_rules_are_read(client: Any) -> None:
    rules = client.getvversioncountryvalidationrulescountry("US", VERSION)

    assert rules.iso2_code == "US"
    assert rules.is_state_required
    assert "WA" in rules.supported_states_list
    assert rules.attributes.object_type == "CountryInformation"
