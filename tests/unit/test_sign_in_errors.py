"""What the sign-in's errors mean, and what MSAL is given to speak through."""

from __future__ import annotations

import logging
import warnings
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    SettingsError,
    SignInNeededError,
    UsageError,
)
from partnerdesk.models.languages import speak
from partnerdesk.models.settings import load as settings
from partnerdesk.partnercenter.sign_in import errors
from partnerdesk.partnercenter.sign_in.application import Application, discovery
from partnerdesk.partnercenter.sign_in.errors import ErrorKind, WireState, explained, refusal
from partnerdesk.partnercenter.sign_in.library import msal
from partnerdesk.partnercenter.sign_in.pasted import answer_in
from partnerdesk.partnercenter.sign_in.token_store import Credential
from partnerdesk.partnercenter.sign_in.wire import MsalHttp
from tests.support.signing_in import connection_to

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
AT = WireState(SignInWay.DEVICE, authority="https://login.microsoftonline.com")


def http_of(answer: httpx.Response | Exception) -> MsalHttp:
    def answered(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return MsalHttp(httpx.Client(transport=httpx.MockTransport(answered)), lambda: NOW)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_known_code_is_told_with_a_remedy(language: str) -> None:
    speak(language)
    codes = [code for line in errors.known_errors() for code in line.codes]
    assert len(codes) == len(set(codes))
    wanted = {
        "65001", "65004", "50076", "50079", "50078", "7000218", "700016", "90002", "50020",
        "500011", "53003", "50173", "700082", "70008", "authorization_pending", "slow_down",
        "authorization_declined", "expired_token", "bad_verification_code",
    }  # fmt: skip
    assert wanted <= set(codes)
    for line in errors.known_errors():
        for code in line.codes:
            answer = {"error": code, "correlation_id": "c-1"}
            if code.isdecimal():
                answer = {
                    "error": "invalid_grant",
                    "error_description": f"AADSTS{code}: said.",
                    "correlation_id": "c-1",
                }
            told = refusal(answer, AT)
            assert told.remedy
            waits = line.kind is ErrorKind.WAIT
            assert isinstance(told, OfflineError if waits else SignInNeededError)
            if not waits:
                named = f"AADSTS{code}" if code.isdecimal() else code
                assert f"({named}, c-1)" in told.message
            if language == "ru":
                assert any("а" <= letter <= "я" for letter in told.message)


@pytest.mark.parametrize("way", [SignInWay.DEVICE, SignInWay.BROWSER, SignInWay.PASTE])
def test_a_way_refused_by_policy_names_the_others(way: SignInWay) -> None:
    told = refusal({"error_description": "AADSTS53003: x"}, WireState(way))
    named = {other for other in errors.PEOPLES_WAYS if f"--auth {other}" in told.remedy}
    assert named == set(errors.PEOPLES_WAYS) - {way}


def test_an_unknown_code_is_told_as_it_came_without_control_characters() -> None:
    told = refusal({"error": "odd", "error_description": "AADSTS999999: a\x1b[2J\nTrace: t"}, AT)
    assert "AADSTS999999" in told.message
    assert "\x1b" not in told.message
    assert "Trace" not in told.message
    assert refusal({}, AT).message


def test_a_clock_that_is_off_is_named_with_any_refusal() -> None:
    ahead = WireState(SignInWay.APP, timedelta(minutes=7))
    assert "7 minutes ahead" in refusal({"error": "invalid_client"}, ahead).remedy
    close = WireState(SignInWay.APP, timedelta(minutes=4))
    assert "clock" not in refusal({"error": "invalid_client"}, close).remedy


@pytest.mark.parametrize(
    ("raised", "kind", "said"),
    [
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), OfflineError, "certificate"),
        (httpx.ConnectError("no route"), OfflineError, "cannot be reached"),
        (httpx.ReadTimeout("slow"), OfflineError, "cannot be reached"),
        (httpx.InvalidURL("odd"), OfflineError, "cannot be reached"),
        (ConnectionResetError(), OfflineError, "cannot be reached"),
        (ValueError("AADSTS90002: x"), SignInNeededError, "no such tenant"),
        (ValueError("Expecting value: line 1"), OfflineError, "does not answer"),
        (KeyError("token_endpoint"), OfflineError, "does not answer"),
        (RuntimeError("Unable to complete"), OfflineError, "does not answer"),
        (UsageError("mine"), UsageError, "mine"),
    ],
)
def test_all_that_leaks_out_of_msal_becomes_words(
    raised: Exception, kind: type[AppError], said: str
) -> None:
    with pytest.raises(kind) as caught, explained(AT):
        raise raised
    assert said in caught.value.message
    with pytest.raises(OfflineError, match="does not work"), explained(AT):
        raise msal().exceptions.MsalServiceError("502", error=None, error_description=None)
    import requests

    with pytest.raises(OfflineError, match="cannot be reached"), explained(AT):
        raise requests.exceptions.ConnectionError


def test_a_field_without_a_value_is_not_sent() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, text="{}")

    http = MsalHttp(httpx.Client(transport=httpx.MockTransport(answer)), lambda: NOW)
    http.post("https://a/token", data={"claims": None, "scope": "s"}, params={"x": None, "y": "1"})
    http.post("https://a/token", data="raw", headers={"X-A": "b", "X-N": None})
    http.get("https://a/list", params={"p": "q", "n": None})
    assert [str(request.url) for request in sent] == [
        "https://a/token?y=1", "https://a/token", "https://a/list?p=q",
    ]  # fmt: skip
    assert parse_qs(sent[0].content.decode(), keep_blank_values=True) == {"scope": ["s"]}
    assert sent[1].content == b"raw"
    assert "X-N" not in sent[1].headers


def test_the_date_of_an_answer_tells_how_far_the_clock_is_off() -> None:
    http = http_of(httpx.Response(200, headers={"Date": "Mon, 30 Nov 2026 11:50:00 GMT"}))
    http.get("https://a/")
    assert http.clock_ahead == timedelta(minutes=10)
    far = f"Mon, 30 Nov {'9' * 20} 11:50:00 GMT"
    for odd in ("", "nonsense", "Mon, 30 Nov 2026 11:50:00", far):
        http = http_of(httpx.Response(429, headers={"Date": odd, "Retry-After": "7"}))
        http.get("https://a/")
        assert (http.clock_ahead, http.retry_after, http.is_throttled) == (None, 7, True)


def test_microsofts_list_of_hosts_is_asked_for_its_hosts_only() -> None:
    for cloud in settings.load().all_clouds().values():
        assert discovery(cloud.addresses.authority) is None, cloud.id
    for own in ("https://login.example.com", "https://127.0.0.1:4711"):
        assert discovery(own) is False
    assert discovery("https://login.microsoftonline.com:8443") is False


def test_building_for_an_unknown_host_asks_that_host_alone() -> None:
    """MSAL would ask `login.microsoftonline.com` whether it knows the host."""
    from dataclasses import replace

    asked: list[str] = []
    base = "https://login.example.com"

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        addresses = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
        return httpx.Response(200, json={name: f"{base}/t/{name}" for name in addresses})

    connection = connection_to()
    there = replace(connection.cloud.addresses, authority=base)
    connection = replace(connection, cloud=replace(connection.cloud, addresses=there))
    http = MsalHttp(httpx.Client(transport=httpx.MockTransport(answer)), lambda: NOW)
    app = Application(connection, Credential(), msal().SerializableTokenCache(), http)
    assert app.msal.get_accounts() == []
    assert set(asked) == {"login.example.com"}


def test_msal_writes_to_no_log_and_warns_nobody(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    library = msal()
    caplog.set_level(logging.DEBUG)
    http = http_of(httpx.Response(200, text="<html>planted-token"))
    client = library.oauth2cli.oauth2.Client(
        {"token_endpoint": "https://a/"}, "c", http_client=http
    )
    with pytest.raises(ValueError, match="Expecting"):
        client.obtain_token_for_client(scope=["s"])
    assert "planted" not in caplog.text
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        msal()
        client.configuration["authorization_endpoint"] = "https://a/authorize"
        client.initiate_auth_code_flow(scope=["s"], redirect_uri="http://localhost")
    assert "form_post" not in "".join(capfd.readouterr())


def test_a_certificate_that_is_missing_is_said() -> None:
    http = http_of(httpx.Response(500))
    missing = Credential("", "/nowhere/partner.pem")
    with pytest.raises(SettingsError, match="cannot be read"):
        Application(connection_to(), missing, msal().SerializableTokenCache(), http)


def test_an_address_is_taken_in_all_its_forms() -> None:
    for text in (
        "http://localhost/?code=C&state=S",
        "http://localhost/?code=C&state=S#",
        "https://example/#code=C&state=S",
        "?code=C&state=S",
        "code=C&state=S",
        "  http://localhost/?co\n de=C&sta te=S ",
    ):
        found = answer_in(text, "S")
        assert (found["code"], found["state"]) == ("C", "S")
    assert answer_in("http://localhost/?error=access_denied&state=S", "S")["error"]
    for text in ("", "C", "code=C", "state=S", "http://[", "code=C&state=other"):
        with pytest.raises(UsageError):
            answer_in(text, "S")
