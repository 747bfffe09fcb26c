"""Answers of the API: what a body holds, whatever form it comes in, and what an error says."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WORDS = 300
"""How many characters of the service's own words a message shows."""
DEEPEST = 50
"""How deep the values of an answer that is shown or stored may be nested."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks of UTF-8 and UTF-16."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r"eyJ[\w-]{8,}(\.[\w-]*)*|(?<=Bearer )\S+", re.IGNORECASE)
_SECRET_NAMES = frozenset(
    {
        "password",
        "passwordprofile",
        "usercredentials",
        "sastoken",
        "accesstoken",
        "access_token",
        "refreshtoken",
        "refresh_token",
        "id_token",
        "client_secret",
        "authorization",
    }
)
MASK = "…"
"""Stands for a secret."""


class UnreadableBodyError(Exception):
    """A body is cut off, or is no JSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answered. No part of it that may hold a secret shows in a `repr`."""

    status: int
    body: Any = field(repr=False)
    """The JSON value; None for an empty body."""
    headers: Mapping[str, str] = field(repr=False)
    """By their names in small letters."""
    correlation_id: str
    """The id that Microsoft's support asks for."""
    request_id: str
    """The MS-RequestId of the attempt that was answered."""
    mfa: bool | None
    """What `isMfaCompliant` said of the token; None where it is not told."""


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What the body of an error says."""

    code: str = ""
    """As text, whether it came as text or as a number; empty if there is none."""
    text: str = ""
    """The service's own words: one line, safe to show, cut, without tokens."""


def json_body(content: bytes) -> Any:
    """Return the JSON value in `content`; None if it is empty. A byte-order mark is taken off.

    Raises:
        UnreadableBodyError: it is no JSON, or not the whole of it.
    """
    if not content.strip():
        return None
    try:
        return json.loads(content.decode(_encoding(content)))
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise UnreadableBodyError from None


def _encoding(content: bytes) -> str:
    if content.startswith(_MARKS[1:]):
        return "utf-16"
    return "utf-8-sig"


def error_words(content: bytes) -> ErrorWords:
    """Return code and words of an error's body in any of its forms (`reference/protocol.md §8`).

    The forms are those of the API, of agreements, of throttling, of Graph and the Partner API, and
    a page of HTML from something on the way.
    """
    try:
        body = json_body(content)
    except UnreadableBodyError:
        return ErrorWords(text=_page_title(content))
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        body = body["error"]
    if not isinstance(body, dict):
        return ErrorWords(text=_words(body) if isinstance(body, str) else "")
    text = body.get("description") or body.get("message") or body.get("error_description")
    return ErrorWords(_code(body.get("code")), _words(text) if isinstance(text, str) else "")


def _code(code: object) -> str:
    if isinstance(code, bool) or not isinstance(code, (str, int, float)):
        return ""
    if isinstance(code, float):
        code = int(code) if code.is_integer() else code
    return shown(str(code).strip())[:64]


def _words(text: str) -> str:
    """Return the words as one safe line; a description may itself hold JSON."""
    if text.lstrip().startswith("{"):
        try:
            inner = json.loads(text)
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict):
            words = inner.get("description") or inner.get("message")
            text = words if isinstance(words, str) else text
    text = _TOKEN.sub(MASK, " ".join(text.split()))
    text = shown(text[: LONGEST_WORDS + 1])
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]}…"


def _page_title(content: bytes) -> str:
    title = _TITLE.search(content[:65536].decode("utf-8", "replace"))
    return _words(html.unescape(title.group(1))) if title else ""


def masked(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with `…` in place of passwords and tokens, to be shown or stored.

    `…` stands for what is nested deeper than `DEEPEST`, too; `depth` is that of the value.
    """
    if depth > DEEPEST:
        return MASK
    if isinstance(value, dict):
        return {
            name: MASK if str(name).lower() in _SECRET_NAMES else masked(inner, depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner, depth + 1) for inner in value]
    return _TOKEN.sub(MASK, value) if isinstance(value, str) else value
