"""What an operation answers: an answer, a refusal with the service's code, or an open question."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JSON = "application/json; charset=utf-8"


@dataclass(slots=True)
class Answer:
    """An answer: a status, a body that becomes JSON, and headers."""

    body: Any = None
    """What is sent as JSON; None sends no body. Bytes are sent as they are."""
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    kept: bool = True
    """Whether a call with the same MS-RequestId gets it again."""

    def content(self) -> bytes:
        """Return the bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class RefusedCallError(Exception):
    """The service says no: HTTP status, its own code, and a description.

    The body is the normal one of Partner Center; Graph and the partner API have their own.
    """

    def __init__(
        self,
        status: int,
        code: int | str,
        description: str,
        *,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(description)
        self.status = int(status)
        self.code = code
        self.description = description
        self.headers = headers or {}
        self.body = body
        """Another body than the normal one, such as that of the agreements."""

    def answer(self) -> Answer:
        """Return the refusal as Partner Center writes it."""
        body: dict[str, Any] = {
            "code": self.code,
            "description": self.description,
            "data": [],
            "source": "PartnerFD",
        }
        return Answer(self.body or body, self.status, dict(self.headers))


class OpenQuestionError(RefusedCallError):
    """Nobody knows what the service answers here: nothing is invented, the question is named."""

    def __init__(self, question: str) -> None:
        text = f"The rehearsal does not know: {question} No public page answers this."
        super().__init__(HTTPStatus.NOT_IMPLEMENTED, 0, text)


def collection(items: list[Any], uri: str = "", **more: Any) -> dict[str, Any]:
    """Return a page of a collection; `totalCount` counts what it shows."""
    links = {"links": {"self": link(uri)}} if uri else {}
    return {
        "totalCount": len(items),
        "items": items,
        **more,
        **links,
        "attributes": {"objectType": "Collection"},
    }


def link(uri: str, headers: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return a link; its address is relative to `/v1` as the service mostly writes it."""
    return {"uri": uri, "method": "GET", "headers": headers or []}
