"""Lists of Partner Center under faults: each row once, none left out, none of somebody else."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.core.errors import AppError, PartnerCenterError
from tests.support.partner_center import FAULTS, Desk, FakeApi, customer, desk, error, guid, in_turn


def received(api: FakeApi, size: int) -> tuple[list[str], Desk]:
    made = desk(api)
    found: list[str] = []
    for page in made.client.pages("list_customers", query={"size": size}):
        found += [item["id"] for item in page.items]
        assert page.received == len(found)
    return found, made


@given(
    count=st.integers(0, 23),
    size=st.integers(1, 6),
    faults=st.lists(st.sampled_from([None, None, *FAULTS]), max_size=25),
    ends_with_2000=st.booleans(),
)
def test_whatever_goes_wrong_each_row_comes_once(
    count: int, size: int, faults: list[str | None], ends_with_2000: bool
) -> None:
    """A fault in a row may end a list with an error, but never with other rows than there are."""
    api = FakeApi(count, size, faults)
    api.ends_with_2000 = ends_with_2000
    try:
        found, _made = received(api, size)
    except AppError:
        return
    assert len(found) == len(set(found))
    assert set(found) <= {guid(number) for number in range(count)}
    if api.hit["short-list"] == 0 and api.hit["lost-page"] < 4:
        assert set(found) == {guid(number) for number in range(count)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("rate", [3, 7])
def test_each_fault_now_and_then_changes_nothing(fault: str, rate: int) -> None:
    faults = [fault if number % rate == rate - 1 else None for number in range(200)]
    api = FakeApi(60, 5, faults)
    found, _made = received(api, 5)
    assert sorted(found) == sorted(guid(number) for number in range(60))
    assert api.hit[fault] > 0


def test_a_token_that_dies_in_the_middle_is_replaced_for_the_same_page() -> None:
    api = FakeApi(9, 3, [None, None, "401"])
    found, made = received(api, 3)
    assert len(found) == 9
    assert made.tokens.refused == ["token-1"]
    again = [request.headers.get("MS-ContinuationToken") for request in made.sent]
    assert again[2] is not None
    assert again[2] == again[3]


def test_a_next_page_is_asked_for_with_the_headers_of_its_link() -> None:
    api = FakeApi(4, 2)
    _found, made = received(api, 2)
    pages = [request for request in made.sent if request.url.path == "/v1/customers"]
    assert pages[0].headers.get("MS-ContinuationToken") is None
    assert pages[1].headers["MS-ContinuationToken"] == "x/,2,=="
    assert pages[1].url.params["seekOperation"] == "Next"


def test_a_link_to_another_host_does_not_get_the_token() -> None:
    link = {"uri": "https://evil.example/v1/customers?size=2", "headers": []}
    first = {"items": [customer(0)], "links": {"next": link}}
    made = desk(
        in_turn(
            httpx.Response(200, json=first),
            httpx.Response(200, json=customer(0)),
            httpx.Response(200, json={"items": [customer(1)], "links": {}}),
            httpx.Response(200, json=customer(1)),
        )
    )
    assert len(list(made.client.pages("list_customers", query={"size": 2}))) == 2
    assert {request.url.host for request in made.sent} == {"api.partnercenter.microsoft.com"}


@pytest.mark.parametrize(
    "link",
    [
        {"uri": "http://[bad/v1/customers"},
        {"uri": "/customers?a=\x01"},
        {"uri": "/customers?a=\ud800"},
        {"uri": "/customers?a=" + "b" * 70_000},
    ],
)
def test_a_link_that_cannot_be_asked_for_is_an_error_that_is_told(link: dict[str, str]) -> None:
    body = json.dumps({"items": [customer(0)], "links": {"next": link}})
    whole = httpx.Response(200, json=customer(0))
    made = desk(
        lambda asked: (
            whole if asked.url.path != "/v1/customers" else httpx.Response(200, content=body)
        )
    )
    with pytest.raises(PartnerCenterError, match="leads to another"):
        list(made.client.pages("list_customers", query={"size": 2}))


@pytest.mark.parametrize("headers", [5, {"a": "b"}, ["a", None]])
def test_a_link_with_headers_of_another_shape_is_followed(headers: object) -> None:
    link = {"uri": "/customers?size=2", "headers": headers}
    first = {"items": [customer(0)], "links": {"next": link}, "continuationToken": "t-1"}
    made = desk(
        in_turn(
            httpx.Response(200, json=first),
            httpx.Response(200, json=customer(0)),
            httpx.Response(200, json={"items": [customer(1)], "links": {}}),
            httpx.Response(200, json=customer(1)),
        )
    )
    assert len(list(made.client.pages("list_customers", query={"size": 2}))) == 2
    assert made.sent[2].headers["MS-ContinuationToken"] == "t-1"


def test_a_page_of_another_partner_each_time_is_an_error_and_gives_no_row() -> None:
    api = FakeApi(6, 3, [None, None, *["wrong-tenant-page", None, None, None] * 30])
    made = desk(api)
    pages = made.client.pages("list_customers", query={"size": 3})
    assert [item["id"] for item in next(pages).items] == [guid(0), guid(1), guid(2)]
    with pytest.raises(PartnerCenterError, match="not yours"):
        next(pages)
    assert made.client.counts.thrown_away > 1


def test_activity_records_of_another_partner_are_thrown_away() -> None:
    ours = [{"id": "1", "partnerId": "a"}, {"id": "2", "partnerId": "A"}]
    mixed = {"items": [{"id": "3", "partnerId": "b"}], "links": {}}
    link = {"uri": "/auditrecords?size=2&x=1", "headers": []}
    made = desk(
        in_turn(
            httpx.Response(200, json={"items": ours, "links": {"next": link}}),
            httpx.Response(200, json=mixed),
            httpx.Response(200, json={"items": [{"id": "3", "partnerId": "a"}], "links": {}}),
        )
    )
    found = list(made.client.pages("list_audit_records", query={"startDate": "2026-11-30"}))
    assert [item["id"] for page in found for item in page.items] == ["1", "2", "3"]


def test_invoices_are_read_by_offset_even_where_the_service_ignores_it() -> None:
    body = {"items": [{"id": "D1"}, {"id": "D2"}], "links": {}}
    made = desk(lambda _request: httpx.Response(200, json=body))
    found = list(made.client.pages("list_invoices", query={"size": 2, "offset": 0}))
    assert [item["id"] for page in found for item in page.items] == ["D1", "D2"]
    assert [request.url.params["offset"] for request in made.sent] == ["0", "2"]


def test_the_code_2000_is_an_error_on_the_first_page() -> None:
    made = desk(lambda _request: error(400, 2000))
    with pytest.raises(PartnerCenterError) as refused:
        list(made.client.pages("list_customers", query={"size": 2}))
    assert refused.value.code == "2000"
