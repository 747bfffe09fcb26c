"""The sign-in of the rehearsal: MSAL takes it unchanged, over TLS; errors are Entra's."""

from __future__ import annotations

import base64
import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

if TYPE_CHECKING:
    from tests.support.rehearsal import RehearsalInfo


msal: Any = import_module("msal")  # it has no types


@pytest.fixture
def info(rehearsed: RehearsalInfo) -> RehearsalInfo:
    return rehearsed


def session(info: RehearsalInfo) -> requests.Session:
    """Return what MSAL talks through; it trusts the rehearsal's certificate."""
    made = requests.Session()
    made.verify = info.ca_file
    made.trust_env = False
    return made


def public(info: RehearsalInfo, tenant: str = "") -> Any:
    return msal.PublicClientApplication(
        info.client_id,
        authority=f"{info.authority}/{tenant or info.tenant}",
        instance_discovery=False,
        http_client=session(info),
    )


def confidential(info: RehearsalInfo, secret: str = "") -> Any:
    return msal.ConfidentialClientApplication(
        info.client_id,
        client_credential=secret or info.client_secret,
        authority=f"{info.authority}/{info.tenant}",
        instance_discovery=False,
        http_client=session(info),
    )


def scopes(info: RehearsalInfo, address: str = "") -> list[str]:
    return [f"{address or info.api}/.default"]


def started(info: RehearsalInfo, app: Any) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_device_flow(scopes(info))
    assert flow["verification_uri"].startswith(info.authority)
    return flow


def by_browser(app: Any, info: RehearsalInfo, redirect: str) -> dict[str, Any]:
    with pytest.warns(UserWarning, match="form_post"):  # the address of the browser is pasted back
        flow: dict[str, Any] = app.initiate_auth_code_flow(scopes(info), redirect_uri=redirect)
    return flow


def polled(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
    return answer


def customers_status(info: RehearsalInfo, token: str, address: str = "") -> int:
    answer = info.http.get(
        f"{address or info.api}/v1/customers?size=1", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code


def test_a_device_code_is_pending_until_the_person_approves(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    assert polled(app, flow)["error"] == "authorization_pending"
    assert info.approve_code(flow["user_code"])
    answer = polled(app, flow)
    assert answer["id_token_claims"]["tid"] == info.tenant
    assert customers_status(info, answer["access_token"]) == 200
    assert polled(app, flow)["error"] == "bad_verification_code", "a code is good once"


def test_the_account_is_stored_and_renews_itself_silently(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    info.approve_code(flow["user_code"], user="sales")
    first = polled(app, flow)
    [account] = app.get_accounts()
    assert account["username"].startswith("sales@")
    cached = app.acquire_token_silent(scopes(info), account)
    assert cached["access_token"] == first["access_token"]
    renewed = app.acquire_token_silent(scopes(info), account, force_refresh=True)
    assert renewed["access_token"] != first["access_token"]
    other = app.acquire_token_silent(scopes(info, info.graph), account)
    assert customers_status(info, other["access_token"]) == 401, "a token is for one audience"


@pytest.mark.parametrize(
    ("how", "error", "number"),
    [
        ({"decline": "1"}, "authorization_declined", 65004),
        ({"error": "53003"}, "invalid_grant", 53003),
        ({"user": "nobody"}, "invalid_grant", 50034),
    ],
)
def test_the_person_can_refuse_or_be_refused(
    info: RehearsalInfo, how: dict[str, str], error: str, number: int
) -> None:
    app = public(info)
    flow = started(info, app)
    assert not info.approve_code(flow["user_code"], **how)
    answer = polled(app, flow)
    assert (answer["error"], answer["error_codes"]) == (error, [number])
    assert answer["error_description"].startswith(f"AADSTS{number}: ")


def test_a_device_code_expires_by_the_clock(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    info.later(901)
    assert polled(app, flow)["error"] == "expired_token"
    assert not info.approve_code(flow["user_code"])


def test_slow_down_is_told_while_polling(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    info.faults("slow-down:once")
    assert polled(app, flow)["error"] == "slow_down"


@pytest.mark.parametrize("number", [65001, 7000218, 700016, 90002, 50020, 53003, 50076, 500011])
def test_an_error_of_entra_comes_on_demand(info: RehearsalInfo, number: int) -> None:
    app = public(info)
    info.faults(f"entra-{number}:1")
    flow = app.initiate_device_flow(scopes(info))
    assert flow["error_codes"] == [number]


def test_an_unknown_tenant_fails_at_discovery(info: RehearsalInfo) -> None:
    with pytest.raises(ValueError, match="authority configuration"):
        public(info, "11111111-2222-3333-4444-555555555555")
    assert info.log("sign-in-discovery")[-1]["code"] == "90002 invalid_request"


def test_an_unknown_resource_is_no_part_of_the_tenant(info: RehearsalInfo) -> None:
    flow = public(info).initiate_device_flow(["https://else.example.com/.default"])
    assert flow["error_codes"] == [500011]


def test_somebody_of_another_tenant_is_refused(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    stranger = app.initiate_device_flow(scopes(info))
    foreign = public(info, info.tenants["us-gov"])
    other = started(info, foreign)
    info.approve_code(other["user_code"])
    upn = polled(foreign, other)["id_token_claims"]["preferred_username"]
    assert not info.approve_code(stranger["user_code"], user=upn)
    assert polled(app, stranger)["error_codes"] == [50020]
    assert flow["user_code"] != stranger["user_code"]


def test_the_refresh_token_fills_the_cache_and_is_replaced(info: RehearsalInfo) -> None:
    app = public(info)
    answer = app.acquire_token_by_refresh_token(info.refresh_token, scopes(info))
    assert customers_status(info, answer["access_token"]) == 200
    assert app.get_accounts()
    kept = app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    assert [token["secret"] for token in kept] != [info.refresh_token]


def test_a_refresh_token_dies_when_the_person_is_signed_out(info: RehearsalInfo) -> None:
    partner = info.partner(customers=1)
    app = public(info, partner["tenant"])
    assert "access_token" in app.acquire_token_by_refresh_token(
        partner["refresh_token"], scopes(info)
    )
    info.ask("sign-out", tenant=partner["tenant"])
    answer = app.acquire_token_by_refresh_token(partner["refresh_token"], scopes(info))
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [50173])


def test_rotation_can_be_strict(info: RehearsalInfo) -> None:
    partner = info.partner(customers=1)
    info.ask("state", strict_rotation=True)
    try:
        app = public(info, partner["tenant"])
        app.acquire_token_by_refresh_token(partner["refresh_token"], scopes(info))
        again = app.acquire_token_by_refresh_token(partner["refresh_token"], scopes(info))
    finally:
        info.ask("state", strict_rotation=False)
    assert again["error"] == "invalid_grant"


def test_an_app_alone_needs_its_secret(info: RehearsalInfo) -> None:
    answer = confidential(info).acquire_token_for_client(scopes(info))
    assert customers_status(info, answer["access_token"]) == 200
    wrong = confidential(info, "guessed").acquire_token_for_client(scopes(info))
    assert (wrong["error"], wrong["error_codes"]) == ("invalid_client", [7000215])


def test_the_browser_comes_back_with_a_code_for_the_right_verifier(info: RehearsalInfo) -> None:
    app = public(info)
    flow = by_browser(app, info, "http://localhost:54321")
    back = info.http.get(flow["auth_uri"]).headers["location"]
    assert back.startswith("http://localhost:54321?")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    answer = app.acquire_token_by_auth_code_flow(flow, fields)
    assert customers_status(info, answer["access_token"]) == 200
    again = app.acquire_token_by_auth_code_flow(flow, fields)
    assert again["error_codes"] == [70008], "a code is good once"


def test_the_code_of_another_verifier_is_refused(info: RehearsalInfo) -> None:
    app = public(info)
    flow = by_browser(app, info, "http://localhost")
    digest = hashlib.sha256(b"another verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    query = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
    query["code_challenge"] = challenge
    page = flow["auth_uri"].partition("?")[0]
    back = info.http.get(page, params=query).headers["location"]
    fields = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert app.acquire_token_by_auth_code_flow(flow, fields)["error_codes"] == [501461]


def test_a_browser_can_post_the_code_itself(info: RehearsalInfo) -> None:
    app = public(info)
    flow = app.initiate_auth_code_flow(
        scopes(info), redirect_uri="http://localhost:1", response_mode="form_post"
    )
    page = info.http.get(flow["auth_uri"])
    assert page.status_code == 200
    assert '<form method="post" action="http://localhost:1">' in page.text
    assert 'name="code"' in page.text
    assert f'value="{flow["state"]}"' in page.text


def test_a_redirect_to_a_stranger_is_never_followed(info: RehearsalInfo) -> None:
    app = public(info)
    flow = by_browser(app, info, "https://evil.example.com/")
    page = info.http.get(flow["auth_uri"])
    assert page.status_code == 400
    assert "location" not in page.headers
    assert "AADSTS50011" in page.text


@pytest.mark.parametrize("fault", ["sign-in-429:1", "sign-in-500:1", "sign-in-502:1"])
def test_the_token_address_can_fail(info: RehearsalInfo, fault: str) -> None:
    info.faults(fault)
    answer = info.http.post(
        f"{info.authority}/{info.tenant}/oauth2/v2.0/token", data={"grant_type": "refresh_token"}
    )
    assert str(answer.status_code) == fault[8:11]
    if answer.status_code == 502:
        assert answer.text.startswith("<!DOCTYPE html>")


def test_the_log_holds_no_secret(info: RehearsalInfo) -> None:
    confidential(info).acquire_token_for_client(scopes(info))
    text = str(info.log())
    assert "sign-in-token" in text
    assert info.client_secret not in text
    assert info.refresh_token not in text


def test_the_page_of_the_device_takes_the_code(info: RehearsalInfo) -> None:
    app = public(info)
    flow = started(info, app)
    assert '<input name="user_code"' in info.http.get(flow["verification_uri"]).text
    entered = {"user_code": flow["user_code"].lower()}
    assert "You have signed in" in info.http.post(flow["verification_uri"], data=entered).text
    assert "access_token" in polled(app, flow)


def test_the_first_form_of_the_token_address_takes_a_resource(info: RehearsalInfo) -> None:
    """As the secure application model was documented."""
    form = {
        "grant_type": "refresh_token",
        "client_id": info.client_id,
        "client_secret": info.client_secret,
        "refresh_token": info.refresh_token,
        "resource": info.api,
    }
    answer = info.http.post(f"{info.authority}/{info.tenant}/oauth2/token", data=form).json()
    assert customers_status(info, answer["access_token"]) == 200
    assert answer["refresh_token"] != info.refresh_token


def test_a_token_for_the_retired_directory_graph_is_given_and_refused(info: RehearsalInfo) -> None:
    old = confidential(info).acquire_token_for_client(["https://graph.windows.net/.default"])
    answer = info.http.get(
        f"{info.api}/v1/customers", headers={"Authorization": f"Bearer {old['access_token']}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, 900420)
