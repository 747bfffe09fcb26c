"""The client before a service that does everything wrong: what is sent, and sent again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.errors import (
    AppError,
    OfflineError,
    PartnerCenterError,
    SignInNeededError,
    ThrottledError,
    UnclearError,
)
from partnerdesk.models.languages import speak
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.retry import ATTEMPTS
from tests.support.partner_center import (
    TENANT,
    Desk,
    connection,
    customer,
    desk,
    error,
    guid,
    in_turn,
)

if TYPE_CHECKING:
    from partnerdesk.partnercenter.access import Heard

ID = guid(1)
PATH = {"customer_id": ID}
LATE, CUT = httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut")
AWAY = httpx.ConnectError("away")


def ok(body: object = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=customer(1) if body is None else body, headers=headers)


def ids(made: Desk, header: str) -> list[str]:
    return [request.headers[header] for request in made.sent]


def test_a_call_carries_the_documented_headers() -> None:
    made = desk(in_turn(ok()))
    made.client.call("get_customer", PATH)
    headers = made.sent[0].headers
    assert str(made.sent[0].url) == f"https://api.partnercenter.microsoft.com/v1/customers/{ID}"
    assert headers["Authorization"] == "Bearer token-1"
    assert headers["Accept"] == "application/json"
    assert headers["MS-Contract-Version"] == "v1"
    assert headers["MS-PartnerCenter-Application"] == "partnerdesk"
    assert headers["X-Locale"] == "en-US"
    assert headers["ValidateMfa"] == "true"
    assert UUID(headers["MS-RequestId"]) != UUID(headers["MS-CorrelationId"])
    assert "If-Match" not in headers
    assert "Content-Type" not in headers


def test_the_language_of_the_program_is_asked_for() -> None:
    speak("ru")
    made = desk(in_turn(ok()))
    made.client.call("get_customer", PATH)
    assert made.sent[0].headers["X-Locale"] == "ru-RU"


def test_an_application_alone_does_not_ask_about_mfa() -> None:
    made = desk(in_turn(ok()), connection(way=SignInWay.APP))
    made.client.call("get_customer", PATH)
    assert "ValidateMfa" not in made.sent[0].headers


@pytest.mark.parametrize(
    ("etag", "sent"),
    [
        ("eyJpZCI6", '"eyJpZCI6"'),
        ('"eyJpZCI6"', '"eyJpZCI6"'),
        ('W/"1"', 'W/"1"'),
        ("a\r\nb", '"ab"'),
    ],
)
def test_an_etag_is_sent_in_its_quotes(etag: str, sent: str) -> None:
    made = desk(in_turn(ok({})))
    made.client.call("update_billing_profile", PATH, body={"id": "ж"}, etag=etag)
    assert made.sent[0].headers["If-Match"] == sent
    assert made.sent[0].headers["Content-Type"] == "application/json"
    assert made.sent[0].content.decode() == '{"id": "ж"}'


def test_a_change_that_needs_an_etag_is_not_sent_without_one() -> None:
    made = desk(in_turn())
    with pytest.raises(ValueError, match="etag"):
        made.client.call("update_billing_profile", PATH, body={})


def test_a_filter_is_sent_as_json_in_the_address() -> None:
    made = desk(in_turn(ok({"items": []}), ok({"items": []})))
    query = {"size": 0, "filter": {"Field": "Domain", "Value": "a&b", "Operator": "starts_with"}}
    list(made.client.pages("search_customers", query=query))
    assert made.sent[0].url.raw_path.decode() == (
        "/v1/customers?size=0&filter=%7B%22Field%22%3A%22Domain%22%2C%22Value%22%3A%22a%26b%22%2C"
        "%22Operator%22%3A%22starts_with%22%7D"
    )


def test_what_is_filled_into_a_path_cannot_leave_it() -> None:
    made = desk(in_turn(error(404)))
    made.client.call("check_domain", {"domain": "../customers?x=/"})
    assert made.sent[0].url.raw_path == b"/v1/domains/..%2Fcustomers%3Fx%3D%2F"


@pytest.mark.parametrize(("status", "is_taken"), [(200, True), (404, False)])
def test_the_check_of_a_domain_is_an_answer_either_way(status: int, is_taken: bool) -> None:
    made = desk(in_turn(httpx.Response(status)))
    answer = made.client.call("check_domain", {"domain": "vega.onmicrosoft.com"})
    assert made.sent[0].method == "HEAD"
    assert (answer.status == 200) is is_taken
    assert answer.body is None


# The ids of a call


def test_a_time_out_keeps_the_request_id_and_an_answer_renews_it() -> None:
    made = desk(in_turn(LATE, CUT, error(500, 800003), ok()))
    answer = made.client.call("get_customer", PATH, request_id="facade")
    first, second, third, fourth = ids(made, "MS-RequestId")
    assert first == second == third == "facade"
    assert fourth not in ("facade", "")
    assert answer.request_id == fourth
    assert len(set(ids(made, "MS-CorrelationId"))) == 4
    assert made.client.counts.calls == 4
    assert made.client.counts.retries == 3


def test_a_new_request_id_is_told_before_it_is_sent() -> None:
    told: list[str] = []
    made = desk(in_turn(httpx.Response(429), ok({"id": ID}, 201)))
    made.client.call("create_customer", body={}, request_id="facade", before_send=told.append)
    assert ids(made, "MS-RequestId") == ["facade", told[0]]


def test_the_correlation_id_of_the_answer_is_given() -> None:
    made = desk(in_turn(ok(None, 200, **{"MS-CorrelationId": "theirs"}), error(404, 60003)))
    assert made.client.call("get_customer", PATH).correlation_id == "theirs"
    with pytest.raises(PartnerCenterError) as refused:
        made.client.call("get_customer", PATH)
    assert refused.value.correlation_id == ids(made, "MS-CorrelationId")[1]
    assert refused.value.correlation_id in refused.value.message


# What is sent again


@pytest.mark.parametrize(
    "trouble",
    [
        LATE, CUT, AWAY, httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), httpx.ReadError("x"),
        error(500, 800003), httpx.Response(502, html="<title>x</title>"), httpx.Response(503),
        httpx.Response(408), httpx.Response(429), error(429, 429, **{"Retry-After": "7"}),
        httpx.Response(200, content=b'{"id": "'), httpx.Response(200, html="<p>portal</p>"),
        httpx.Response(302, headers={"Location": "https://evil.example/"}),
        ok(customer(2)), ok({"links": {"self": {"uri": f"/customers/{guid(2)}"}}}),
    ],
)  # fmt: skip
def test_a_call_that_changes_nothing_is_repeated(trouble: httpx.Response | Exception) -> None:
    made = desk(in_turn(trouble, ok()))
    assert made.client.call("get_customer", PATH).body["id"] == ID
    assert len(made.sent) == 2
    assert {request.url.host for request in made.sent} == {"api.partnercenter.microsoft.com"}


@pytest.mark.parametrize("trouble", [LATE, CUT, error(500, 800003), httpx.Response(502)])
def test_a_change_that_may_have_worked_is_unclear_and_not_repeated(
    trouble: httpx.Response | Exception,
) -> None:
    made = desk(in_turn(trouble))
    with pytest.raises(UnclearError) as unclear:
        made.client.call("remove_reseller_relationship", PATH, body={}, request_id="facade")
    assert unclear.value.uncertain
    assert unclear.value.request_id == "facade"
    assert len(made.sent) == 1


@pytest.mark.parametrize("trouble", [LATE, CUT, httpx.Response(201, content=b'{"id": "')])
def test_a_customer_is_created_again_with_the_same_request_id_only(
    trouble: httpx.Response | Exception,
) -> None:
    made = desk(in_turn(trouble, AWAY, httpx.Response(429), trouble, ok({"id": ID}, 201)))
    answer = made.client.call("create_customer", body={}, request_id="facade")
    assert answer.status == 201
    assert ids(made, "MS-RequestId") == ["facade"] * 5


@pytest.mark.parametrize("last", [error(400, 800002), error(401, 400), AWAY, error(500)])
def test_after_an_unclear_attempt_no_refusal_makes_it_clear(
    last: httpx.Response | Exception,
) -> None:
    """The domain may be taken because the first attempt took it."""
    made = desk(in_turn(LATE, *[last] * ATTEMPTS))
    with pytest.raises(UnclearError) as unclear:
        made.client.call("create_customer", body={}, request_id="facade")
    assert unclear.value.request_id == "facade"


def test_a_change_that_was_surely_not_sent_may_be_sent_later() -> None:
    made = desk(in_turn(*[AWAY] * ATTEMPTS))
    with pytest.raises(OfflineError) as offline:
        made.client.call("create_customer", body={})
    assert not offline.value.uncertain
    assert len(made.sent) == ATTEMPTS


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 501])
def test_a_refusal_is_not_sent_again(status: int) -> None:
    made = desk(in_turn(error(status, 1)))
    with pytest.raises(PartnerCenterError) as refused:
        made.client.call("get_customer", PATH)
    assert (refused.value.status, refused.value.code) == (status, "1")


def test_the_wait_grows_and_follows_what_the_service_asks() -> None:
    asks = error(429, 429, **{"Retry-After": "9"})
    made = desk(in_turn(error(500), error(500), asks, httpx.Response(429), ok()))
    made.client.call("get_customer", PATH)
    first, second, third, fourth = made.waits
    assert 0.5 <= first <= 1.0
    assert 1.0 <= second <= 1.5
    assert 11.0 <= third <= 11.5
    assert 6.0 <= fourth <= 6.5


def test_a_wait_that_is_longer_than_patience_is_an_error() -> None:
    made = desk(in_turn(error(429, 429, **{"Retry-After": "3600"})))
    with pytest.raises(ThrottledError):
        made.client.call("get_customer", PATH)
    assert made.waits == []


def test_all_calls_of_the_tenant_wait_when_the_service_asks_for_it() -> None:
    asks = error(429, 429, **{"Retry-After": "150"})
    made = desk(in_turn(asks, ok({"url": "x"})), patience=100)
    for _time in range(2):
        with pytest.raises(ThrottledError):
            made.client.call("get_invitation_link")
    assert len(made.sent) == 1
    made.client._access.patience = 200
    made.client.call("get_invitation_link")
    assert sum(made.waits) == pytest.approx(150)


FAR = f"Mon, 30 Nov {'9' * 20} 12:00:00 GMT"
"""A date of a year that no calendar has."""


@pytest.mark.parametrize("text", ["nan", "inf", "-5", "soon", "Mon, 30 Nov 2026 11:00:00 GMT", FAR])
def test_an_odd_pause_is_none(text: str) -> None:
    made = desk(in_turn(error(429, 429, **{"Retry-After": text}), ok()))
    made.client.call("get_customer", PATH)
    assert 2.0 <= sum(made.waits) <= 3.0


def test_a_date_of_no_calendar_says_nothing_about_the_clock() -> None:
    made = desk(lambda _asked: error(401, 900421, Date=FAR))
    with pytest.raises(SignInNeededError) as refused:
        made.client.call("get_customer", PATH)
    assert "clock" not in refused.value.message


def test_a_pause_until_a_moment_is_kept() -> None:
    late = error(429, 429, **{"Retry-After": "Mon, 30 Nov 2026 12:00:20 GMT"})
    made = desk(in_turn(late, ok()))
    made.client.call("get_customer", PATH)
    assert 20.0 <= sum(made.waits) <= 21.0


def test_who_waits_can_be_called_away() -> None:
    class StoppedError(Exception):
        pass

    def stop(_seconds: float) -> None:
        raise StoppedError

    made = desk(in_turn(error(500)))
    made.client._access.wait = stop
    with pytest.raises(StoppedError):
        made.client.call("get_customer", PATH)


# Sign-in


def test_a_refused_token_is_replaced_once() -> None:
    made = desk(in_turn(error(401, 400), ok()))
    assert made.client.call("get_customer", PATH).status == 200
    assert ids(made, "Authorization") == ["Bearer token-1", "Bearer token-2"]
    assert len(set(ids(made, "MS-RequestId"))) == 2


def test_a_sign_in_that_is_refused_twice_is_for_a_person() -> None:
    made = desk(in_turn(error(401, 900421), error(401, 900421)))
    with pytest.raises(SignInNeededError, match="MFA"):
        made.client.call("get_customer", PATH)
    assert made.tokens.refused == ["token-1"]


def test_a_clock_that_is_off_is_named() -> None:
    late = {"Date": "Mon, 30 Nov 2026 13:00:00 GMT"}
    made = desk(in_turn(error(401), error(401, **late)))
    with pytest.raises(SignInNeededError, match="60 minutes"):
        made.client.call("get_customer", PATH)


@pytest.mark.parametrize(("told", "mfa"), [("true", True), ("False", False), ("", None)])
def test_what_the_service_says_of_mfa_is_kept(told: str, mfa: bool | None) -> None:
    made = desk(in_turn(ok(None, 200, isMfaCompliant=told), ok()))
    assert made.client.mfa is None
    assert made.client.call("get_customer", PATH).mfa is mfa
    made.client.call("get_customer", PATH)
    assert made.client.mfa is mfa


# Whose answer it is


def test_an_answer_about_another_customer_is_thrown_away_told_and_asked_again() -> None:
    heard: list[Heard] = []
    made = desk(in_turn(ok(customer(2)), ok(customer(3)), ok()), heard=heard.append)
    assert made.client.call("get_customer", PATH).body["id"] == ID
    assert made.client.counts.thrown_away == 2
    assert sum("something else" in one.problem for one in heard) == 2
    assert len(set(ids(made, "MS-RequestId"))) == 3


def test_an_answer_that_is_always_about_another_customer_is_never_given() -> None:
    made = desk(lambda _request: ok(customer(2)))
    with pytest.raises(OfflineError, match="something else"):
        made.client.call("get_customer", PATH)


@pytest.mark.parametrize(
    ("operation", "path", "wrong", "right"),
    [
        ("get_company_profile", PATH, {"tenantId": guid(2)}, {"tenantId": ID.upper()}),
        ("get_organization_profile", {}, {"tenantId": guid(2)}, {"tenantId": TENANT}),
        ("get_country_rules", {"country": "DE"}, {"iso2Code": "FR"}, {"iso2Code": "de"}),
        (
            "list_service_requests",
            PATH,
            {"items": [{"organization": {"id": guid(2)}}]},
            {"items": [{"organization": {"id": ID}}, {"organization": None}]},
        ),
        (
            "list_subscriptions",
            PATH,
            {"items": [{"links": {"self": {"uri": f"/customers/{guid(2)}/subscriptions/1"}}}]},
            {"items": [{"links": {"self": {"uri": f"/customers/{ID}/subscriptions/1"}}}]},
        ),
    ],
)
def test_every_answer_is_compared_with_what_was_asked(
    operation: str, path: dict[str, str], wrong: object, right: object
) -> None:
    made = desk(in_turn(ok(wrong), ok(right)))
    assert made.client.call(operation, path).body == right


# Secrets


def test_no_error_repr_or_log_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[Heard] = []
    body = {"userCredentials": {"userName": "a", "password": "hunter2"}}
    refusal = error(400, 1, "bad Bearer token-1 eyJhbGciOiJub25lIn0.e30.")
    made = desk(in_turn(ok(body, 201), refusal, LATE), heard=heard.append)
    texts = [repr(made.client.call("create_customer", body={"x": "hunter2"}))]
    for _time in range(2):
        with pytest.raises(AppError) as failed:
            made.client.call("remove_reseller_relationship", PATH, body={"x": "hunter2"})
        texts += [str(failed.value), repr(failed.value), repr(failed.value.__cause__)]
    texts += [repr(heard), caplog.text]
    for text in texts:
        assert "hunter2" not in text
        assert "token-1" not in text
        assert "eyJ" not in text


def test_what_follows_from_an_error_is_on_it() -> None:
    made = desk(in_turn(error(400, "2055"), error(412), error(404, 60003)))
    kinds = []
    for _time in range(3):
        with pytest.raises(PartnerCenterError) as refused:
            made.client.call("update_billing_profile", PATH, body={}, etag="x")
        kinds.append(refused.value.kind)
    assert kinds == [ErrorKind.STALE, ErrorKind.STALE, ErrorKind.GONE]
