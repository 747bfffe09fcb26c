"""The client against the rehearsal over TLS: every operation, and lists under its faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    PartnerCenterError,
    RefusedError,
    SettingsError,
)
from partnerdesk.models.settings.clouds import Addresses
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.client import PartnerCenter
from partnerdesk.partnercenter.connection import AccountConnection, Audience, Token, TokenKind
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.limiter import Limiter
from partnerdesk.partnercenter.operations import operations
from partnerdesk.partnercenter.wire.countries import CountryRules
from partnerdesk.partnercenter.wire.customers import BillingProfile, Customer
from partnerdesk.partnercenter.wire.records import AuditRecord
from tests.support.books import cloud_called
from tests.support.rehearsal import RehearsalInfo, rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CUSTOMERS = 40


class RehearsalTokens:
    """Takes its tokens from the control address of the rehearsal."""

    def __init__(self, info: RehearsalInfo) -> None:
        self._info = info
        self._held: dict[TokenKind, str] = {}

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        del audience
        if refused or kind not in self._held:
            self._held[kind] = self._info.token()
        return Token(self._held[kind], now() + timedelta(hours=1), kind)


@pytest.fixture(scope="module")
def info() -> Iterator[RehearsalInfo]:
    with rehearsal(customers=CUSTOMERS, seed=3) as started:
        yield started


@pytest.fixture
def client(info: RehearsalInfo) -> Iterator[PartnerCenter]:
    info.faults()
    with http_client(TlsSettings(info.ca_file), timeout=5) as http:
        yield PartnerCenter(
            account(info), RehearsalTokens(info), http, Limiter(limit=10**6, reserve=0),
            wait=info.later,
        )  # fmt: skip
    info.faults()


def account(info: RehearsalInfo) -> AccountConnection:
    resource = cloud_called("global").addresses.resource
    addresses = Addresses(info.authority, info.api, resource, info.partner_api, info.graph)
    cloud = replace(cloud_called("global"), addresses=addresses)
    return AccountConnection(
        1, cloud, info.tenant, info.client_id, SignInWay.DEVICE, PartnerKind.INDIRECT_PROVIDER
    )


def listed(client: PartnerCenter, size: int = 6) -> list[str]:
    pages = client.pages("list_customers", query={"size": size})
    return [item["id"] for page in pages for item in page.items]


@pytest.mark.parametrize(
    "fault",
    [
        "any:3", "wrong-tenant-page:2", "short-list:3", "lost-page:2", "repeated-page:2",
        "end-2000", "wrong-order:2", "double-v1", "bom:2", "half-body:4", "401-page:2",
        "404-page:3", "wrong-customer:2", "unknown-status:2", "status-number:2", "cut-after:4",
    ],
)  # fmt: skip
def test_the_list_is_whole_under_every_fault(
    info: RehearsalInfo, client: PartnerCenter, fault: str
) -> None:
    whole = listed(client)
    assert len(whole) == len(set(whole)) == CUSTOMERS
    info.faults(fault)
    found = listed(client)
    assert len(found) == len(set(found))
    assert set(found) == set(whole)
    assert any(call["fault"] for call in info.log())


def test_every_reading_operation_is_known_to_the_rehearsal(
    info: RehearsalInfo, client: PartnerCenter
) -> None:
    """It answers, or refuses by a rule; it never says that there is no such call."""
    values = {
        "customer_id": listed(client)[0], "country": "DE", "domain": "free.onmicrosoft.com",
    }  # fmt: skip
    queries: dict[str, dict[str, object]] = {
        "list_customers_of_reseller": {"filter": starts_with("IndirectReseller", info.tenant)},
        "search_customers": {"filter": starts_with("Domain", "a")},
        "list_partners": {"relationship_type": "IsIndirectCloudSolutionProviderOf"},
        "check_reseller_agreement": {"tenantId": info.tenant},
        "check_network_id": {"mpnId": "1"},
        "list_agreement_templates": {"agreementType": "*"},
        "list_agreements": {"agreementType": "*"},
        "list_invoices": {"size": 20, "offset": 0},
    }
    refusals: dict[str, tuple[int, str]] = {}
    asked = 0
    for operation in operations().values():
        names = {name for name in values if f"{{{name}}}" in operation.path}
        if operation.method not in ("GET", "HEAD") or operation.path.count("{") != len(names):
            continue
        asked += 1
        path, query = {name: values[name] for name in names}, queries.get(operation.name, {})
        try:
            client.call(operation.name, path, query=query)
        except PartnerCenterError as error:
            refusals[operation.name] = error.status, error.code
    assert asked > 20
    assert {name for name, (status, _code) in refusals.items() if status >= 500} == set()
    assert {name for name, refusal in refusals.items() if refusal == (404, "1000")} == set()


def starts_with(field: str, value: str) -> dict[str, str]:
    return {"Field": field, "Value": value, "Operator": "starts_with"}


def test_what_the_rehearsal_writes_is_read_by_the_wire_models(client: PartnerCenter) -> None:
    id = listed(client)[0]
    customer = Customer.model_validate(client.call("get_customer", {"customer_id": id}).body)
    assert customer.id == id
    assert customer.company_profile.domain
    billing = client.call("get_billing_profile", {"customer_id": id}).body
    assert BillingProfile.model_validate(billing).attributes.etag
    rules = client.call("get_country_rules", {"country": "US"}).body
    assert "WA" in CountryRules.model_validate(rules).states
    for page in client.pages("list_audit_records"):
        assert all(AuditRecord.model_validate(item).operation_type for item in page.items)


def test_an_etag_is_taken_and_a_stale_one_refused(
    info: RehearsalInfo, client: PartnerCenter
) -> None:
    path = {"customer_id": listed(client)[0]}
    profile = client.call("get_billing_profile", path).body
    etag = profile["attributes"]["etag"]
    client.call("update_billing_profile", path, body={**profile, "firstName": "Ada"}, etag=etag)
    assert client.call("get_billing_profile", path).body["firstName"] == "Ada"
    for fault in ("stale-etag", "stale-etag-2055"):
        info.faults(fault)
        with pytest.raises(PartnerCenterError) as refused:
            client.call("update_billing_profile", path, body=profile, etag=etag)
        assert refused.value.kind == "stale"


def test_without_its_authority_the_server_is_not_believed(info: RehearsalInfo) -> None:
    with http_client(TlsSettings("")) as http:
        client = PartnerCenter(
            account(info), RehearsalTokens(info), http, Limiter(), wait=lambda _seconds: None
        )
        with pytest.raises(OfflineError, match="prove who it is"):
            client.call("get_invitation_link")


def test_the_file_of_the_environment_is_believed_where_the_settings_name_none(
    info: RehearsalInfo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", info.ca_file)
    with http_client(TlsSettings("")) as http:
        client = PartnerCenter(account(info), RehearsalTokens(info), http, Limiter())
        assert client.call("get_invitation_link").status == 200
    empty = tmp_path / "empty.pem"
    empty.touch()
    for settings, file in ((TlsSettings(str(empty)), info.ca_file), (TlsSettings(""), str(empty))):
        monkeypatch.setenv("SSL_CERT_FILE", file)
        with pytest.raises(SettingsError, match=r"empty\.pem"):
            http_client(settings)


def test_a_cloud_without_the_call_never_sends_it(
    info: RehearsalInfo, client: PartnerCenter
) -> None:
    before = len(info.log())
    with pytest.raises(RefusedError):
        client.call("attest_agreement", {"customer_id": "x"}, body={})
    assert len(info.log()) == before


def test_a_token_of_another_cloud_is_decoded(info: RehearsalInfo, client: PartnerCenter) -> None:
    class Wrong(RehearsalTokens):
        def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
            token = super().token(audience, kind, refused=refused)
            return replace(token, value=token.value + "x")

    client._access.tokens = Wrong(info)
    with pytest.raises(AppError, match="Sign in again"):
        client.call("get_invitation_link")
