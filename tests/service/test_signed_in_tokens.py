"""The tokens of a signed-in account: kept, renewed before they lapse, shared by all processes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import OfflineError, RefusedError, SignInNeededError
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.connection import Audience, TokenKind
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.sign_in import tokens as tokens_module
from partnerdesk.partnercenter.sign_in.library import msal
from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore
from partnerdesk.partnercenter.sign_in.tokens import SignedInTokens
from tests.support.commands import HOUSE
from tests.support.rehearsal import RehearsalInfo, rehearsal
from tests.support.signing_in import connection_to, rehearsed, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from partnerdesk.partnercenter.connection import AccountConnection

PC, USER, APP = Audience.PARTNER_CENTER, TokenKind.USER, TokenKind.APP


@pytest.fixture(scope="module")
def server() -> Iterator[RehearsalInfo]:
    with rehearsal(customers=3) as info:
        yield info


@pytest.fixture
def info(server: RehearsalInfo) -> Iterator[RehearsalInfo]:
    yield server
    server.faults()
    server.ask("state", strict_rotation=False)


@pytest.fixture
def client(info: RehearsalInfo) -> Iterator[httpx.Client]:
    with closing(http_client(TlsSettings(info.ca_file))) as made:
        yield made


def nowhere() -> httpx.Client:
    """Return a client that reaches nobody, and fails the test if it is used."""

    def asked(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    return httpx.Client(transport=httpx.MockTransport(asked))


def near_its_end() -> datetime:
    return now() + timedelta(minutes=57)


def in_an_hour() -> datetime:
    return now() + timedelta(minutes=61)


def is_taken(info: RehearsalInfo, token: str) -> bool:
    """Return whether the rehearsal takes a token for a call."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = info.http.get(f"{info.api}/v1/customers?size=1", headers=headers)
    return answer.status_code == 200


def test_a_kept_token_asks_nobody_and_nobody_signed_in_is_said_at_once(
    info: RehearsalInfo,
) -> None:
    """MSAL asks the authority when its application is built, and for an empty cache once more."""
    with pytest.raises(SignInNeededError):
        SignedInTokens(rehearsed(info), nowhere(), now).token(PC, USER)
    connection = signed_in(info)
    token = SignedInTokens(connection, nowhere(), now).token(PC, USER)
    assert is_taken(info, token.value)
    assert token.value not in repr(token)


def test_each_audience_has_its_own_token_of_one_sign_in(
    info: RehearsalInfo, client: httpx.Client
) -> None:
    tokens = SignedInTokens(signed_in(info), client, now)
    values = {audience: tokens.token(audience, USER).value for audience in Audience}
    assert len(set(values.values())) == len(Audience)
    assert {audience: tokens.token(audience, USER).value for audience in Audience} == values
    assert is_taken(info, values[PC])
    assert not is_taken(info, values[Audience.GRAPH])
    assert is_taken(info, tokens.token(PC, APP).value), "the secret beside the refresh token"


def test_a_token_is_renewed_before_it_lapses(info: RehearsalInfo, client: httpx.Client) -> None:
    told: list[datetime | None] = []
    connection = signed_in(info)
    first = SignedInTokens(connection, nowhere(), now).token(PC, USER)
    later = SignedInTokens(connection, client, near_its_end, renewed=told.append)
    second = later.token(PC, USER)
    assert second.value != first.value
    assert is_taken(info, second.value)
    assert told[0] is not None
    assert told[0] > now() + timedelta(days=80)


def test_a_refused_token_is_renewed_for_all(info: RehearsalInfo, client: httpx.Client) -> None:
    connection = signed_in(info)
    tokens, others = (SignedInTokens(connection, client, now) for _ in range(2))
    first = tokens.token(PC, USER).value
    second = tokens.token(PC, USER, refused=first).value
    assert second != first
    assert others.token(PC, USER).value == second
    assert others.token(PC, USER, refused=first).value == second, "it was renewed meanwhile"
    app = tokens.token(PC, APP).value
    assert tokens.token(PC, APP, refused=app).value != app


def test_of_many_that_need_a_new_token_one_renews(info: RehearsalInfo) -> None:
    """A refresh token that is used twice can be a stolen one; here the second use fails."""
    connection = signed_in(info)
    info.ask("state", strict_rotation=True)
    given = [info.ca_file, info.authority, info.api, info.tenant, info.client_id]
    first = SignedInTokens(connection, nowhere(), now).token(PC, USER).value
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RENEWING, *given, first], cwd=HOUSE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    values = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(values) == 1
    assert values != {first.encode()}


RENEWING = """
import sys
from partnerdesk.models.core.clock import now
from partnerdesk.models.settings.clouds import Addresses
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.connection import Audience, TokenKind
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.sign_in.tokens import SignedInTokens
from tests.support.signing_in import connection_to
ca_file, authority, api, tenant, client, first = sys.argv[1:]
connection = connection_to(Addresses(authority, api, api), tenant=tenant, client=client)
tokens = SignedInTokens(connection, http_client(TlsSettings(ca_file)), now)
print(tokens.token(Audience.PARTNER_CENTER, TokenKind.USER, refused=first).value, end="")
"""


def test_a_sign_in_that_microsoft_ended_is_told_and_kept(
    info: RehearsalInfo,
) -> None:
    ended: list[datetime] = []
    connection = signed_in(info)
    with closing(http_client(TlsSettings(info.ca_file))) as own:
        info.faults("entra-50173")
        tokens = SignedInTokens(connection, own, in_an_hour, ended=ended.append)
        with pytest.raises(SignInNeededError, match="has ended"):
            tokens.token(PC, USER)
        assert len(ended) == 1
        info.faults("entra-65001")  # no consent for one more service ends nothing
        with pytest.raises(SignInNeededError, match="consent"):
            tokens.token(Audience.GRAPH, USER)
        assert len(ended) == 1


@pytest.mark.parametrize("fault", ["sign-in-502", "sign-in-429", "sign-in-cut", "discovery-502"])
def test_a_failed_renewal_is_left_alone_for_a_while_then_asked_again(
    info: RehearsalInfo, client: httpx.Client, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MSAL's memory of an error, which lasts a minute, must not be the answer for so long."""
    clock = [100.0]
    monkeypatch.setattr(tokens_module, "monotonic", lambda: clock[0])
    tokens = SignedInTokens(signed_in(info), client, in_an_hour)
    info.faults(f"{fault}:once")
    with pytest.raises(OfflineError):
        tokens.token(PC, USER)
    with pytest.raises(OfflineError, match="asked again in"):
        tokens.token(PC, USER)
    clock[0] += 6
    assert is_taken(info, tokens.token(PC, USER).value)


def test_offline_is_said_as_such(info: RehearsalInfo) -> None:
    def unreached(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    gone = httpx.Client(transport=httpx.MockTransport(unreached))
    connection = signed_in(info)
    assert SignedInTokens(connection, gone, now).token(PC, USER).value
    near = SignedInTokens(connection, gone, near_its_end)
    assert near.token(PC, USER).value, "good to its end"
    with pytest.raises(OfflineError, match="cannot be reached"):
        SignedInTokens(connection, gone, in_an_hour).token(PC, USER)


def test_what_the_sign_in_cannot_give_is_said(info: RehearsalInfo, client: httpx.Client) -> None:
    by_app = signed_in(info, SignInWay.APP)
    tokens = SignedInTokens(by_app, client, now)
    assert is_taken(info, tokens.token(PC, APP).value)
    with pytest.raises(SignInNeededError, match="needs a person"):
        tokens.token(PC, USER)
    cloud = replace(by_app.cloud, addresses=replace(by_app.cloud.addresses, partner_api=""))
    without = replace(by_app, cloud=cloud)
    with pytest.raises(RefusedError, match="no such service"):
        SignedInTokens(without, client, now).token(Audience.PARTNER_API, APP)


def test_an_answer_without_account_cannot_be_renewed() -> None:
    """MSAL stores an account only if client_info and id_token are in the answer."""
    connection = connection_to()
    cache = msal().SerializableTokenCache()
    cache.add(
        {
            "client_id": connection.client_id,
            "scope": [PC.scope(connection.cloud.addresses)],
            "token_endpoint": f"https://login.microsoftonline.com/{connection.tenant_id}/token",
            "response": {"access_token": "planted", "refresh_token": "r", "expires_in": 3600},
        }
    )
    TokenStore(connection).replace(cache.serialize(), Credential())
    discovery = httpx.MockTransport(answer_discovery(connection))
    with pytest.raises(SignInNeededError, match="Nobody is signed in"):
        SignedInTokens(connection, httpx.Client(transport=discovery), now).token(PC, USER)


def answer_discovery(
    connection: AccountConnection,
) -> Callable[[httpx.Request], httpx.Response]:
    """Return what answers the questions that MSAL asks before it asks for tokens."""
    base = f"https://login.microsoftonline.com/{connection.tenant_id}/oauth2/v2.0"

    def answer(request: httpx.Request) -> httpx.Response:
        if "discovery/instance" in request.url.path:
            return httpx.Response(200, json={"metadata": []})
        addresses = {
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "device_authorization_endpoint": f"{base}/devicecode",
        }
        return httpx.Response(200, json=addresses)

    return answer
