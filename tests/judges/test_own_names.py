"""Clients reach the rehearsal by Microsoft's own host names, over TLS, with nothing set for tests.

Every connection goes through a proxy that joins any host to the rehearsal, whose certificate has
these names. The environment alone says so, as it would in a company: HTTPS_PROXY, and the file of
certificates (SSL_CERT_FILE; for requests, which MSAL uses by itself, REQUESTS_CA_BUNDLE).
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.commands import spawn
from tests.support.redirector import Redirector, redirector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import RehearsalInfo

msal: Any = import_module("msal")  # it has no types

GLOBAL_API = "https://api.partnercenter.microsoft.com"
CHINA_API = "https://partner.partnercenterapi.microsoftonline.cn"
AUTHORITIES = [
    ("global", "login.microsoftonline.com", GLOBAL_API),
    ("us-gov", "login.microsoftonline.us", GLOBAL_API),
    ("germany", "login.microsoftonline.de", GLOBAL_API),
    ("china", "login.partner.microsoftonline.cn", CHINA_API),
    ("china", "login.chinacloudapi.cn", CHINA_API),
]


@pytest.fixture
def proxy(served: RehearsalInfo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redirector]:
    address = urlsplit(served.api)
    with redirector(str(address.hostname), int(address.port or 0)) as started:
        monkeypatch.setenv("HTTPS_PROXY", started.address)
        monkeypatch.setenv("SSL_CERT_FILE", served.ca_file)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", served.ca_file)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # the control address
        for name in ("https_proxy", "no_proxy", "ALL_PROXY", "all_proxy", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        yield started


def customers(api: str, token: str) -> Any:
    """Return the customers as a client sees them that takes all from its environment."""
    with httpx.Client() as client:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"{api}/v1/customers?size=500", headers=headers).raise_for_status().json()


@pytest.mark.parametrize(("cloud", "authority", "api"), AUTHORITIES)
def test_msal_signs_a_person_in_by_device_code(
    served: RehearsalInfo, proxy: Redirector, cloud: str, authority: str, api: str
) -> None:
    tenant, scopes = served.tenants[cloud], [f"{api}/.default"]
    app = msal.PublicClientApplication(served.client_id, authority=f"https://{authority}/{tenant}")
    flow = app.initiate_device_flow(scopes)
    assert served.approve_code(flow["user_code"])
    answer = app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)

    assert answer["id_token_claims"]["tid"] == tenant
    assert customers(api, answer["access_token"])["totalCount"] > 0
    [account] = app.get_accounts()  # asks for the aliases of the host
    renewed = app.acquire_token_silent(scopes, account, force_refresh=True)
    assert renewed["access_token"] != answer["access_token"]
    assert f"{authority}:443" in proxy.asked
    assert f"{urlsplit(api).hostname}:443" in proxy.asked


@pytest.mark.parametrize(("cloud", "authority", "api"), AUTHORITIES)
def test_msal_signs_an_app_in_by_its_secret(
    served: RehearsalInfo, proxy: Redirector, cloud: str, authority: str, api: str
) -> None:
    app = msal.ConfidentialClientApplication(
        served.client_id,
        client_credential=served.client_secret,
        authority=f"https://{authority}/{served.tenants[cloud]}",
    )

    answer = app.acquire_token_for_client([f"{api}/.default"])

    assert customers(api, answer["access_token"])["totalCount"] > 0
    assert f"{authority}:443" in proxy.asked


def test_msal_takes_a_refresh_token(served: RehearsalInfo, proxy: Redirector) -> None:
    app = msal.ConfidentialClientApplication(
        served.client_id,
        client_credential=served.client_secret,
        authority=f"https://login.microsoftonline.com/{served.tenant}",
    )

    answer = app.acquire_token_by_refresh_token(
        served.refresh_token, scopes=[f"{GLOBAL_API}/.default"]
    )

    assert customers(GLOBAL_API, answer["access_token"])["totalCount"] == 60
    assert app.get_accounts()
    assert proxy.asked


def test_a_token_of_one_cloud_shows_that_cloud_alone(
    served: RehearsalInfo, proxy: Redirector
) -> None:
    seen = {
        cloud: {one["id"] for one in customers(GLOBAL_API, served.token(tenant))["items"]}
        for cloud, tenant in served.tenants.items()
        if cloud != "china"
    }

    assert all(seen.values())
    assert len(set().union(*seen.values())) == sum(map(len, seen.values()))
    assert set(proxy.asked) == {"api.partnercenter.microsoft.com:443"}


def test_microsofts_description_is_followed_at_its_own_address(
    served: RehearsalInfo, proxy: Redirector
) -> None:
    pytest.importorskip("microsoft.store.partnercenterservices")
    services: Any = import_module("microsoft.store.partnercenterservices")
    authentication: Any = import_module("msrest.authentication")
    token = authentication.BasicTokenAuthentication({"access_token": served.token()})

    client = services.MicrosoftPartnerStoreApis(token)
    page = client.getvversioncustomersfilterfilter.value("1", size=500)

    assert len(page.items) == 60
    assert set(proxy.asked) == {"api.partnercenter.microsoft.com:443"}


@pytest.fixture
def connected(
    served: RehearsalInfo,
    proxy: Redirector,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cloud: str,
) -> Redirector:
    """The program as installed, its settings untouched, with an account that is signed in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("A_TOKEN", served.refresh_tokens[cloud])
    monkeypatch.setenv("A_SECRET", served.client_secret)
    words = ["accounts", "add", "--cloud", cloud, "--tenant", served.tenants[cloud]]
    words += ["--client-id", served.client_id, "--kind", "indirect_provider"]
    words += ["--auth", "refresh-token", "--secret-env", "A_TOKEN"]
    added = spawn(*words, "--client-secret-env", "A_SECRET", "--json")
    assert added.code == 0, added.err
    return proxy


@pytest.mark.parametrize(("cloud", "authority", "_api"), AUTHORITIES[:2])
def test_the_program_signs_in(connected: Redirector, cloud: str, authority: str, _api: str) -> None:
    listed = json.loads(spawn("accounts", "list", "--json").out)

    [account] = [one for one in listed if one["connected"]]
    assert account["cloud"] == cloud
    assert account["signed_in_as"].startswith("admin@")
    assert set(connected.asked) == {f"{authority}:443"}


@pytest.mark.parametrize(("cloud", "received"), [("global", 60), ("us-gov", 6)])
def test_the_program_reads_the_customers(connected: Redirector, cloud: str, received: int) -> None:
    synced = spawn("sync", "--json")

    assert json.loads(synced.out)["received"] == received, cloud + synced.err
    assert "api.partnercenter.microsoft.com:443" in connected.asked
