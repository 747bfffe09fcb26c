"""Lists in pages: by a link, by a token in the body, and by the same token in a header."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from partnerdesk.rehearsal.call import invalid
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError, RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerdesk.rehearsal.call import Call

LARGEST_PAGE = 500
"""What the customer list gives at most (reference/newer.md §3.1)."""
PAST_THE_END = 2000
_SPELLINGS = ("/{path}", "/v1/{path}", "{address}/v1/{path}")
"""The three known spellings of a next link, one after the other page by page."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind this key, as that page of so many rows."""

    after: int
    page: int
    size: int


def place(call: Call) -> Place:
    """Return which page is asked for.

    Raises:
        RefusedCallError: the size is no number, or the token is unknown, stale, of another query
            or without `seekOperation`.
        OpenQuestionError: a seek operation other than Next.
    """
    size = _size(call.query.get("size", ""))
    seek = call.query.get("seekOperation", "").casefold()
    token = call.headers.get("ms-continuationtoken", "")
    if not seek:
        return Place(0, 1, size)
    if seek not in ("next", "0"):
        raise OpenQuestionError(f"what seekOperation={call.query['seekOperation']} answers.")
    if not token:
        raise invalid("seekOperation needs the header MS-ContinuationToken.")
    return _opened(call, token, size)


def _size(text: str) -> int:
    if not text:
        return LARGEST_PAGE
    if not text.isascii() or not text.isdigit():
        raise invalid("size is a whole number.")
    return min(int(text), LARGEST_PAGE) or LARGEST_PAGE  # the samples ask for 0 rows and get all


def _query_mark(call: Call, size: int) -> str:
    text = json.dumps(
        [
            call.world.seed,
            call.tenant.id,
            call.operation,
            dict(call.path),
            call.query.get("filter", ""),
            size,
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _opened(call: Call, token: str, size: int) -> Place:
    try:
        text = base64.b64decode(token.rpartition(",")[2], validate=True)
        after, page, made, mark = json.loads(text)
    except ValueError as error:
        raise invalid("The continuation token is not valid.") from error
    if mark != _query_mark(call, size):
        raise invalid("The continuation token belongs to another query.")
    if call.world.clock.seconds() - made > call.world.options.page_token_seconds:
        raise invalid("The continuation token is stale.")
    return Place(int(after), int(page), size)


def token_for(call: Call, at: Place) -> str:
    """Return the token of a page; as the real ones it holds a slash and a comma."""
    made = call.world.clock.seconds()
    text = json.dumps([at.after, at.page, made, _query_mark(call, at.size)])
    return f"0/{at.page},{base64.b64encode(text.encode()).decode()}"


def page(
    call: Call, at: Place, path: str, fetch: Callable[[int, int], Sequence[tuple[int, bytes]]]
) -> Answer:
    """Return one page.

    Args:
        call: The call.
        at: Which page.
        path: The path of the list below `/v1/`, such as customers.
        fetch: Returns the rows behind a key, at most so many: each its key and its JSON in UTF-8.

    Raises:
        RefusedCallError: the token leads past the end: 400 with code 2000.
    """
    rows = fetch(at.after, at.size + 1)
    if not rows and at.page > 1:
        raise RefusedCallError(HTTPStatus.BAD_REQUEST, PAST_THE_END, "There are no more items.")
    shown = rows[: at.size]
    links = {"self": _link(call, at, path, "")}
    more = ""
    if len(rows) > at.size or (shown and call.fault == "end-2000"):
        following = Place(shown[-1][0], at.page + 1, at.size)
        token = token_for(call, following)
        links["next"] = _link(call, following, path, token)
        more = f'"continuationToken":{json.dumps(token)},'
    end = f'],{more}"links":{json.dumps(links)},"attributes":{{"objectType":"Collection"}}}}'
    content = [b'{"totalCount":%d,"items":[' % len(shown), b",".join(row for _, row in shown)]
    return Answer(b"".join((*content, end.encode())))


def _link(call: Call, at: Place, path: str, token: str) -> dict[str, object]:
    query = f"{path}?size={at.size}"
    if "filter" in call.query:
        query += f"&filter={quote(call.query['filter'], safe='')}"
    if not token:
        return {"uri": f"/{query}", "method": "GET", "headers": []}
    spelling = _SPELLINGS[at.page % len(_SPELLINGS)]
    uri = spelling.format(path=query + "&seekOperation=Next", address=call.address)
    headers = [{"key": "MS-ContinuationToken", "value": token}]
    return {"uri": uri, "method": "GET", "headers": headers}
