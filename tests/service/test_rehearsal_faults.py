"""Faults on demand: each does what it says, on exactly the calls that its rate hits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.rehearsal.faults import FAULTS, FaultError, Faults, Moment, Needs, Stage
from partnerdesk.rehearsal.rates import Rate, RateError
from tests.support.commands import COMMAND, run
from tests.support.rehearsal import RehearsalInfo, rehearsal

if TYPE_CHECKING:
    from pathlib import Path

CALL = Moment("customer-list", frozenset({Stage.BEFORE, Stage.INSIDE, Stage.AFTER}))
FIRST_PAGE = Moment(
    "customer-list",
    frozenset({Stage.BEFORE, Stage.INSIDE, Stage.AFTER}),
    frozenset({Needs.ANY, Needs.READ, Needs.LIST}),
)


@pytest.fixture
def info(rehearsed: RehearsalInfo) -> RehearsalInfo:
    return rehearsed


def page(info: RehearsalInfo, size: int = 4, token: str = "", **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {info.token()}"}
    query = f"size={size}"
    if token:
        headers["MS-ContinuationToken"] = token
        query += "&seekOperation=Next"
    return info.http.get(f"{info.api}/v1/customers?{query}", headers=headers, **options)


def ids(answer: httpx.Response) -> list[str]:
    return [row["id"] for row in answer.json()["items"]]


def one(info: RehearsalInfo, path: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {info.token()}"}
    customer = info.ask("customers")["customers"][0]["id"]
    return info.http.get(f"{info.api}/v1/customers/{customer}{path}", headers=headers)


# Rates


@given(st.integers(1, 50), st.integers(1, 400))
def test_a_rate_of_one_in_n_hits_each_nth_call(n: int, calls: int) -> None:
    for text in (str(n), f"1/{n}"):
        rate = Rate(text)
        assert [number for number in range(1, calls + 1) if rate.hit()] == list(
            range(n, calls + 1, n)
        )


@given(st.fractions(0, 1).filter(bool), st.integers(1, 300))
def test_a_share_is_kept_after_every_call(share: Any, calls: int) -> None:
    rate = Rate(str(share))
    hits = 0
    for number in range(1, calls + 1):
        hits += rate.hit()
        assert hits == number * share.numerator // share.denominator


def test_a_rate_can_end() -> None:
    once, twice = Rate("once"), Rate("1/2x2")
    assert [once.hit() for _ in range(3)] == [True, False, False]
    assert [twice.hit() for _ in range(6)] == [False, True, False, True, False, False]


@pytest.mark.parametrize("text", ["", "0", "-1", "often", "1/0", "1xfew", "nan"])
def test_a_rate_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RateError):
        Rate(text)


@pytest.mark.parametrize("text", ["", "999:1", "429:x", "429@:1", "any:0", "entra-x:1"])
def test_a_fault_that_cannot_be_read_changes_nothing(text: str) -> None:
    faults = Faults()
    faults.choose(["500:7"])
    with pytest.raises(FaultError):
        faults.choose(["429:1", text])
    assert faults.texts() == ["500:7"]


def test_a_call_is_hit_by_one_fault_and_the_other_hits_the_next() -> None:
    faults = Faults()
    faults.choose(["429:2", "500:2"])
    assert [faults.pick(CALL) for _ in range(5)] == ["", "429", "500", "429", "500"]


def test_any_takes_the_usual_faults_in_turn_where_they_can_hit() -> None:
    faults = Faults()
    faults.choose(["any:1"])
    usual = [name for name, fault in FAULTS.items() if fault.usual]
    assert [faults.pick(CALL) for _ in range(len(usual) + 1)] == [*usual, usual[0]]
    faults.choose(["any:1"])
    picked = {faults.pick(FIRST_PAGE) for _ in range(60)}
    assert not picked & {"404-page", "401-page", "repeated-page", "wrong-customer"}
    assert "lost-page" in picked


def test_a_fault_can_be_bound_to_an_operation() -> None:
    faults = Faults()
    faults.choose(["500@customer-get:1"])
    assert faults.pick(CALL) == ""
    assert faults.pick(Moment("customer-get", CALL.stages)) == "500"


# What each does


def test_429_comes_with_and_without_the_time_to_wait(info: RehearsalInfo) -> None:
    info.ask("state", retry_after=3)
    info.faults("429:1")
    answer = page(info)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    info.faults("429-bare:1")
    answer = page(info)
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("fault", "status", "begins"),
    [
        ("500", 500, '{"code":800003'),
        ("500-after", 500, '{"code":800003'),
        ("502", 502, "<!DOCTYPE html>"),
        ("502-after", 502, "<!DOCTYPE html>"),
        ("503", 503, ""),
        ("mfa", 401, '{"code":900421'),
    ],
)
def test_an_error_comes_in_the_place_of_the_answer(
    info: RehearsalInfo, fault: str, status: int, begins: str
) -> None:
    info.faults(f"{fault}:once")
    answer = page(info)
    assert answer.status_code == status
    assert answer.text.startswith(begins)
    assert bool(answer.text) is bool(begins)
    assert info.log("customer-list")[-1]["fault"] == fault
    assert page(info).status_code == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("cut-before", httpx.RemoteProtocolError | httpx.ReadError),
        ("cut-after", httpx.RemoteProtocolError | httpx.ReadError),
        ("half-body", httpx.RemoteProtocolError | httpx.ReadError),
        ("timeout-before", httpx.ReadTimeout),
        ("timeout-after", httpx.ReadTimeout),
    ],
)
def test_the_connection_breaks(info: RehearsalInfo, fault: str, error: Any) -> None:
    info.faults(f"{fault}:once")
    with pytest.raises(error.__args__ if hasattr(error, "__args__") else error):
        page(info, timeout=1)
    assert page(info).status_code == 200


def test_another_customer_answers(info: RehearsalInfo) -> None:
    right = [one(info).json()["id"], one(info, "/profiles/billing").json()["id"]]
    info.faults("wrong-customer:1")
    wrong = [one(info).json()["id"], one(info, "/profiles/billing").json()["id"]]
    assert right[0] != wrong[0]
    assert right[1] != wrong[1]


def test_later_pages_can_be_missing_foreign_or_refused(info: RehearsalInfo) -> None:
    first = page(info)
    token = first.json()["continuationToken"]
    right = ids(page(info, token=token))
    info.faults("404-page:1")
    assert page(info).status_code == 200
    assert page(info, token=token).status_code == 404
    info.faults("wrong-tenant-page:1")
    assert not set(ids(page(info, token=token))) & {
        row["id"] for row in info.ask("customers")["customers"]
    }
    info.faults("wrong-order:1")
    assert ids(page(info, token=token)) == right[::-1]


def test_a_page_can_come_twice_or_empty(info: RehearsalInfo) -> None:
    first = page(info)
    token = first.json()["continuationToken"]
    info.faults("repeated-page:once")
    again = page(info, token=token)
    assert ids(again) == ids(first)
    assert ids(page(info, token=again.json()["continuationToken"])) != ids(first)
    info.faults("lost-page:once")
    empty = page(info)
    assert ids(empty) == []
    assert empty.json()["links"]["next"]
    assert ids(page(info)) == ids(first)


def test_a_list_can_end_early_or_lead_past_its_end(info: RehearsalInfo) -> None:
    info.faults("short-list:1")
    assert "next" not in page(info).json()["links"]
    info.faults("end-2000:1")
    assert "next" in page(info, size=500).json()["links"]
    info.faults("double-v1:1")
    assert page(info).json()["links"]["next"]["uri"].startswith("/v1//v1/customers?size=4")


def test_a_refused_token_stays_refused(info: RehearsalInfo) -> None:
    headers = {"Authorization": f"Bearer {info.token()}"}
    info.faults("401:once")
    for _ in range(2):
        answer = info.http.get(f"{info.api}/v1/customers?size=1", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, 400)
    assert page(info).status_code == 200


def test_a_body_can_begin_with_a_mark_or_speak_japanese(info: RehearsalInfo) -> None:
    info.faults("bom:once")
    assert page(info).content.startswith(b"\xef\xbb\xbf{")
    info.faults("error-language:once")
    assert "予期しない" in page(info).json()["description"]


def test_a_status_can_be_unknown_or_a_number(info: RehearsalInfo) -> None:
    info.faults("unknown-status:1")
    assert page(info).json()["items"][0]["relationshipToPartner"] == "hibernating"
    info.faults("unknown-field:1")
    assert "newSince2027" in page(info).json()["items"][0]
    info.faults("status-number:1")
    assert one(info).json()["relationshipToPartner"] == 3


def test_a_refusal_has_other_forms(info: RehearsalInfo) -> None:
    headers = {"Authorization": f"Bearer {info.token()}"}

    def refused() -> httpx.Response:
        return info.http.get(f"{info.api}/v1/customers/7", headers=headers)

    assert refused().json()["code"] == 900118
    info.faults("code-text:1")
    assert refused().json()["code"] == "900118"
    info.faults("html-error:1")
    assert refused().text.startswith("<!DOCTYPE html>")
    info.faults("empty-error:1")
    assert refused().content == b""
    assert refused().status_code == 400


def test_the_clock_of_the_service_can_be_off(info: RehearsalInfo) -> None:
    right = parsedate_to_datetime(page(info).headers["date"])
    info.faults("clock-off:1")
    wrong = parsedate_to_datetime(page(info).headers["date"])
    assert (wrong - right).total_seconds() >= 3_600


def careful_list(info: RehearsalInfo) -> list[str]:
    """List all customers with the care that the documents ask for; return their ids."""
    found: dict[str, None] = {}
    token, tries = "", 0
    while True:
        tries += 1
        assert tries < 200, "the faults never let it through"
        try:
            answer = page(info, size=2, token=token)
        except httpx.TransportError:
            continue
        if answer.status_code != 200:
            continue
        body = json.loads(answer.content.removeprefix(b"\xef\xbb\xbf"))
        following = body.get("continuationToken", "")
        if following and len(body["items"]) < 2:
            continue  # a page that is not full, but not the last: ask again
        found.update(dict.fromkeys(row["id"] for row in body["items"]))
        if not following:
            return list(found)
        token = following


def test_a_careful_reader_gets_every_row_through_the_usual_faults(info: RehearsalInfo) -> None:
    whole = [row["id"] for row in info.ask("customers")["customers"]]
    before = len(info.log())
    for rate in ("1/7", "1/2", "2/3", "3/5"):
        info.faults(f"any:{rate}")
        for _ in range(4):
            assert careful_list(info) == whole
    hit = {call["fault"] for call in info.log("customer-list", after=before)}
    usual = {
        name for name, fault in FAULTS.items() if fault.usual and fault.needs is not Needs.CUSTOMER
    }
    assert hit >= usual


def test_faults_are_the_same_in_every_run() -> None:
    def statuses() -> list[int]:
        with rehearsal(customers=10, faults=["429:1/3", "500:4"]) as info:
            return [page(info).status_code for _ in range(12)]

    first = statuses()
    assert first == statuses()
    assert first.count(429) == 4


@pytest.mark.parametrize(
    "words",
    [
        ["--fault", "nonsense:1"],
        ["--set", "nonsense=1"],
        ["--set", "mfa=often"],
        ["--customers", "-1"],
        ["--port", "70000"],
    ],
)
def test_what_the_command_cannot_read_is_refused(words: list[str]) -> None:
    result = run("rehearsal", "serve", *words)
    assert (result.code, result.out) == (2, "")
    assert words[1].partition("=")[2] or words[1] in result.err or words[0] in result.err


def test_the_command_ends_cleanly_when_it_is_told_to(tmp_path: Path) -> None:
    """By SIGTERM and by SIGINT, while a call is held; its folder is gone afterwards."""
    for number in (signal.SIGTERM, signal.SIGINT):
        command = [*COMMAND, "rehearsal", "serve", "--customers", "2", "--fault", "timeout-after:1"]
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            info = RehearsalInfo(**json.loads(process.stdout.readline()))
            with pytest.raises(httpx.ReadTimeout):
                page(info, timeout=1)
            info.http.close()
            assert list(tmp_path.glob("partnerdesk-rehearsal-*"))
            process.send_signal(number)
            _, told = process.communicate(timeout=30)
        assert (process.returncode, told) == (0, "The rehearsal has ended.\n")
        assert not list(tmp_path.glob("partnerdesk-rehearsal-*"))


def test_a_folder_keeps_customers_and_certificates(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    command = [*COMMAND, "rehearsal", "serve", "--customers", "2", "--until-eof"]
    names: list[list[str]] = []
    for _ in range(2):
        with subprocess.Popen(
            [*command, "--state", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            info = RehearsalInfo(**json.loads(process.stdout.readline()))
            if not names:
                info.ask("join", name="Vega")
            names.append([row["name"] for row in info.ask("customers")["customers"]])
            info.http.close()
            process.stdin.close()
            assert process.wait(timeout=30) == 0
    assert names[0] == names[1]
    assert names[0][-1] == "Vega"
