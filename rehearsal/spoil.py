"""The faults that put something else in the place of an answer, or spoil it on its way."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.request import Ending, Outcome
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.rehearsal.options import Options

HTML = "text/html; charset=utf-8"
BAD_GATEWAY = (
    b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>Our services aren't available right now</h1></body></html>\n"
)
_UNEXPECTED = 800003
_JAPANESE = "予期しないサービス エラーが発生しました。しばらくしてからもう一度お試しください。"
_STATUSES = ("status", "state", "relationshipToPartner", "vettingStatus")


def throttled(seconds: int | None) -> Answer:
    """Return the answer to a call over the limit; its body differs from other refusals."""
    body = {
        "statusCode": 429,
        "message": "Rate limit is exceeded."
        + ("" if seconds is None else f" Try again in {seconds} seconds."),
    }
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Answer(body, HTTPStatus.TOO_MANY_REQUESTS, headers)


def instead(fault: str, options: Options) -> Outcome:
    """Return what comes in the place of an answer under a fault that lets nothing be done."""
    if fault == "timeout-before" or fault.endswith("-timeout"):
        return Outcome(Answer(status=0), Ending.HELD)
    if fault == "cut-before" or fault.endswith("-cut"):
        return Outcome(Answer(status=0), Ending.CUT)
    answers: dict[str, Callable[[], Answer]] = {
        "429": lambda: throttled(options.retry_after),
        "429-bare": lambda: throttled(None),
        "500": _unexpected,
        "502": _gateway,
        "503": lambda: Answer(status=HTTPStatus.SERVICE_UNAVAILABLE),
        "404-page": lambda: _error(404, 1000, "Not found"),
        "error-language": lambda: _error(500, _UNEXPECTED, _JAPANESE),
    }
    return Outcome(answers[fault]())


def _unexpected() -> Answer:
    return _error(500, _UNEXPECTED, "Unexpected service error")


def _gateway() -> Answer:
    return Answer(BAD_GATEWAY, HTTPStatus.BAD_GATEWAY, content_type=HTML)


def _error(status: int, code: int, description: str) -> Answer:
    body = {"code": code, "description": description, "data": [], "source": "PartnerFD"}
    return Answer(body, status)


def spoilt(fault: str, answer: Answer) -> Outcome:
    """Return what a client gets of an answer to work that was done, under a fault."""
    endings = {
        "timeout-after": Ending.HELD,
        "cut-after": Ending.CUT,
        "half-body": Ending.HALF,
        "sign-in-half-body": Ending.HALF,
    }
    if fault in endings:
        return Outcome(answer, endings[fault])
    if fault == "500-after":
        return Outcome(_unexpected())
    if fault == "502-after":
        return Outcome(_gateway())
    if fault == "bom" and answer.body is not None:
        answer.body = b"\xef\xbb\xbf" + answer.content()
        return Outcome(answer)
    change = _CHANGES.get(fault)
    if change is not None and answer.body is not None:
        body = json.loads(answer.content())
        if isinstance(body, dict):
            change(body)
            answer.body = body
    return Outcome(answer)


def spoilt_refusal(fault: str, answer: Answer) -> Answer:
    """Return a refusal in another form."""
    if fault == "html-error":
        return Answer(BAD_GATEWAY, answer.status, answer.headers, HTML)
    if fault == "empty-error":
        return Answer(None, answer.status, answer.headers)
    if fault == "code-text" and isinstance(answer.body, dict) and "code" in answer.body:
        answer.body = {**answer.body, "code": str(answer.body["code"])}
    return answer


def _rows(body: dict[str, Any]) -> list[Any]:
    rows: list[Any] = body.get("items", body.get("value", []))
    return rows


def _lost_page(body: dict[str, Any]) -> None:
    if "next" in body.get("links", {}) or "@odata.nextLink" in body:
        _rows(body).clear()
        body["totalCount"] = 0


def _wrong_order(body: dict[str, Any]) -> None:
    _rows(body).reverse()


def _short_list(body: dict[str, Any]) -> None:
    body.get("links", {}).pop("next", None)
    body.pop("continuationToken", None)
    body.pop("@odata.nextLink", None)


def _double_v1(body: dict[str, Any]) -> None:
    following = body.get("links", {}).get("next")
    if following is not None:
        path = following["uri"]
        path = path[path.index("/", 8) :] if path.startswith("https://") else path
        following["uri"] = "/v1//v1/" + path.removeprefix("/v1").removeprefix("/")


def _unknown_status(body: dict[str, Any]) -> None:
    _change_status(body, "hibernating")


def _unknown_field(body: dict[str, Any]) -> None:
    for part in [body, *(row for row in _rows(body) if isinstance(row, dict))]:
        part["newSince2027"] = {"value": [1, None, "?"]}


def _status_number(body: dict[str, Any]) -> None:
    _change_status(body, 3)


def _change_status(body: dict[str, Any], value: object) -> None:
    for part in [body, *(row for row in _rows(body) if isinstance(row, dict))]:
        for name in _STATUSES:
            if name in part:
                part[name] = value


_CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "lost-page": _lost_page,
    "wrong-order": _wrong_order,
    "short-list": _short_list,
    "double-v1": _double_v1,
    "unknown-status": _unknown_status,
    "status-number": _status_number,
    "unknown-field": _unknown_field,
}


def with_rows_of(answer: Answer, other: Answer) -> Answer:
    """Return a page with its own links, but the rows of another answer."""
    body, rows = json.loads(answer.content()), json.loads(other.content())
    name = "items" if "items" in body else "value"
    body[name] = _rows(rows)
    return Answer(body, answer.status, answer.headers)
