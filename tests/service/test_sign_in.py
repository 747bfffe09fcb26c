"""Signing in to a real rehearsal over TLS, in all five ways, and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.signing_in import SignInPhase
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    SettingsError,
    SignInNeededError,
    UsageError,
)
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.sign_in import attempt as attempts
from partnerdesk.partnercenter.sign_in.attempt import Attempt, Secrets
from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore
from tests.support.rehearsal import RehearsalInfo, rehearsal
from tests.support.signing_in import attempt_at, begun, browsed, rehearsed, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHO = "admin@prosewarecloud.onmicrosoft.com"


@pytest.fixture(scope="module")
def server() -> Iterator[RehearsalInfo]:
    with rehearsal(customers=3, device_interval=1) as info:
        yield info


@pytest.fixture
def info(server: RehearsalInfo) -> Iterator[RehearsalInfo]:
    yield server
    server.faults()


def failure_of(attempt: Attempt) -> AppError:
    progress = attempt.run()
    assert progress.phase is SignInPhase.FAILED
    assert isinstance(progress.failure, AppError), progress.failure
    return progress.failure


def test_a_code_is_typed_on_any_machine(info: RehearsalInfo) -> None:
    attempt = attempt_at(info)
    with begun(attempt) as until:
        waiting = until(SignInPhase.WAITING)
        assert waiting.address == f"{info.authority}/devicelogin"
        assert waiting.ends_at is not None
        assert timedelta(seconds=880) < waiting.ends_at - now() <= timedelta(seconds=900)
        assert info.approve_code(waiting.code)
        done = until(SignInPhase.DONE).signed_in
    assert done is not None
    assert done.who == WHO
    assert done.until is not None
    assert done.until > now() + timedelta(days=80)
    assert TokenStore(rehearsed(info)).has_tokens


def test_cancelling_a_code_stops_at_once_and_keeps_nothing(info: RehearsalInfo) -> None:
    attempt = attempt_at(info)
    with begun(attempt) as until:
        code = until(SignInPhase.WAITING).code
        attempt.cancel()
        assert attempt.progress.phase is SignInPhase.CANCELLED
    info.approve_code(code)  # too late
    assert not TokenStore(rehearsed(info)).has_tokens


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"decline": "1"}, "declined in the browser"),
        ({"error": "53003"}, "Conditional Access"),
        ({"error": "65001"}, "consent"),
    ],
)
def test_a_refused_code_says_why(info: RehearsalInfo, how: dict[str, str], said: str) -> None:
    attempt = attempt_at(info)
    with begun(attempt) as until:
        info.approve_code(until(SignInPhase.WAITING).code, **how)
        while not attempt.progress.is_over:
            Event().wait(0.01)
    failure = attempt.progress.failure
    assert isinstance(failure, SignInNeededError)
    assert said in failure.message
    if "error" in how and how["error"] == "53003":
        assert "--auth browser" in failure.remedy
        assert "--auth paste" in failure.remedy
        assert "--auth device" not in failure.remedy


def test_a_code_that_nobody_types_runs_out() -> None:
    with rehearsal(customers=1, device_interval=1, device_seconds=2) as short:
        assert "run out" in failure_of(attempt_at(short)).message


@pytest.mark.parametrize("fault", ["sign-in-502", "sign-in-429", "sign-in-cut", "slow-down"])
def test_a_fault_while_a_code_is_polled_is_waited_out(
    info: RehearsalInfo, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MSAL alone would answer from its memory for a minute, and never ask again."""
    monkeypatch.setattr(attempts, "SLOWER_SECONDS", 0)
    attempt = attempt_at(info)
    remarks: list[str] = []
    with begun(attempt) as until:
        waiting = until(SignInPhase.WAITING)
        attempt.listen(lambda: remarks.append(attempt.progress.remark))
        info.faults(f"{fault}:once")
        while not info.ask("faults") or not (remarks or fault == "slow-down"):
            Event().wait(0.01)
        info.approve_code(waiting.code)
        while not attempt.progress.is_over:
            Event().wait(0.01)
    assert attempt.progress.phase is SignInPhase.DONE, attempt.progress.failure


def test_the_browser_of_this_machine_comes_back_to_a_local_address(
    info: RehearsalInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def opens(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(attempts, "open_page", opens)
    attempt = attempt_at(info, SignInWay.BROWSER)
    with begun(attempt) as until:
        waiting = until(SignInPhase.WAITING)
        assert opened == [waiting.address]
        redirect = str(httpx.URL(waiting.address).params["redirect_uri"])
        forged = httpx.post(redirect, data={"code": "x", "state": "y"}, trust_env=False)
        assert forged.status_code == 400
        assert attempt.progress.phase is SignInPhase.WAITING
        browsed(info, waiting.address)
        assert until(SignInPhase.DONE).signed_in is not None


def test_the_address_where_the_browser_ended_is_pasted(info: RehearsalInfo) -> None:
    attempt = attempt_at(info, SignInWay.PASTE)
    with begun(attempt) as until:
        waiting = until(SignInPhase.WAITING)
        for wrong in ("", "abc", "http://localhost/?code=x", "http://localhost/?code=x&state=y"):
            with pytest.raises(UsageError):
                attempt.paste(wrong)
        ended = browsed(info, waiting.address)
        assert ended.startswith("http://localhost")
        attempt.paste(f"  {ended[:60]}\n{ended[60:]}\n")  # as a terminal breaks it
        done = until(SignInPhase.DONE).signed_in
    assert done is not None
    assert done.who == WHO


def test_a_refresh_token_signs_in_without_anybody(info: RehearsalInfo) -> None:
    done = attempt_at(info, SignInWay.REFRESH_TOKEN).run().signed_in
    assert done is not None
    assert done.who == WHO
    wrong = Secrets(Credential(info.client_secret), "1.Wrong")
    failure = failure_of(attempt_at(info, SignInWay.REFRESH_TOKEN, wrong))
    assert "has ended" in failure.message
    assert TokenStore(rehearsed(info)).has_tokens, "a failed try leaves the sign-in as it was"


def test_an_application_signs_in_alone_by_secret_or_certificate(
    info: RehearsalInfo, tmp_path: Path
) -> None:
    done = attempt_at(info, SignInWay.APP).run().signed_in
    assert done is not None
    assert (done.who, done.until) == (info.client_id, None)
    failure = failure_of(attempt_at(info, SignInWay.APP, Secrets(Credential("wrong"))))
    assert "secret or certificate" in failure.message
    certificate, key = pem_of(trustme.KeyType.RSA)
    both = tmp_path / "both.pem"
    both.write_bytes(certificate + key)
    by_file = Secrets(Credential("", str(both)))
    assert attempt_at(info, SignInWay.APP, by_file).run().phase is SignInPhase.DONE
    for wrong, said in (
        (certificate, "lacks the certificate or its private key"),
        (b"".join(pem_of(trustme.KeyType.ECDSA)), "no RSA key"),
        (certificate + key[:200] + key[300:], "cannot be read"),
    ):
        both.write_bytes(wrong)
        failure = failure_of(attempt_at(info, SignInWay.APP, by_file))
        assert isinstance(failure, SettingsError)
        assert said in failure.message


def pem_of(kind: trustme.KeyType) -> tuple[bytes, bytes]:
    """Return a certificate and its private key."""
    made = trustme.CA().issue_cert("partner.example", key_type=kind)
    return made.cert_chain_pems[0].bytes(), made.private_key_pem.bytes()


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ("discovery-400", AppError, ""),
        ("discovery-502", OfflineError, "does not work at the moment"),
        ("discovery-empty", OfflineError, "does not answer as Microsoft's sign-in does"),
        ("sign-in-429", OfflineError, ""),
        ("sign-in-500", OfflineError, "does not work at the moment"),
        ("sign-in-502", OfflineError, "does not work at the moment"),
        ("sign-in-cut", OfflineError, "cannot be reached"),
        ("sign-in-half-body", OfflineError, ""),
        ("entra-7000218", SignInNeededError, "without a secret"),
        ("entra-700016", SignInNeededError, "not in this tenant"),
        ("entra-500011", SignInNeededError, "not known in this tenant"),
        ("entra-50076", SignInNeededError, "second factor"),
    ],
)
def test_everything_that_msal_raises_is_told_in_words(
    info: RehearsalInfo, fault: str, kind: type[AppError], said: str
) -> None:
    info.faults(fault)
    failure = failure_of(attempt_at(info, SignInWay.APP))
    assert isinstance(failure, kind)
    assert said in failure.message
    assert failure.remedy


def test_another_tenant_is_not_found_in_this_cloud(info: RehearsalInfo) -> None:
    elsewhere = replace(
        rehearsed(info, SignInWay.APP), tenant_id="1" * 8 + "-1111-4111-8111-" + "1" * 12
    )
    attempt = Attempt(elsewhere, TlsSettings(info.ca_file), now, Secrets(Credential("x")))
    failure = failure_of(attempt)
    assert "no such tenant in this cloud" in failure.message
    assert "US Government" in failure.remedy


def test_a_clock_that_is_off_is_told(info: RehearsalInfo) -> None:
    behind = attempt_at(info, SignInWay.APP, clock=lambda: now() - timedelta(minutes=12)).run()
    assert behind.signed_in is not None
    assert "12 minutes behind" in behind.signed_in.remark
    wrong = Secrets(Credential("wrong"))
    ahead = attempt_at(info, SignInWay.APP, wrong, lambda: now() + timedelta(minutes=9))
    assert "9 minutes ahead" in failure_of(ahead).remedy
    right = attempt_at(info, SignInWay.APP).run()
    assert right.signed_in is not None
    assert right.signed_in.remark == ""


def test_one_rule_for_certificates(
    info: RehearsalInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MSAL's own client would heed REQUESTS_CA_BUNDLE and ignore SSL_CERT_FILE."""
    none = TlsSettings("")

    def attempt() -> Attempt:
        secrets = Secrets(Credential(info.client_secret))
        return Attempt(rehearsed(info, SignInWay.APP), none, now, secrets)

    assert "certificate" in failure_of(attempt()).message
    monkeypatch.setenv("SSL_CERT_FILE", info.ca_file)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "missing.pem"))
    assert attempt().run().phase is SignInPhase.DONE


def test_two_servers_on_one_machine_share_no_tokens(info: RehearsalInfo) -> None:
    """MSAL tells tokens apart by the host, without its port."""
    here = signed_in(info)
    addresses = replace(here.cloud.addresses, authority="https://127.0.0.1:1")
    there = replace(here, cloud=replace(here.cloud, addresses=addresses))
    assert TokenStore(here).has_tokens
    assert not TokenStore(there).has_tokens
