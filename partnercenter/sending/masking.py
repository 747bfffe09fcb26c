"""Requests and answers as text that may be stored and shown: without secrets, and cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnerdesk.models.changes.waiting_calls import Exchange
from partnerdesk.models.core.text import without_nul
from partnerdesk.partnercenter.answers import masked
from partnerdesk.partnercenter.operations import operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.core.errors import AppError
    from partnerdesk.partnercenter.answers import Answer

LONGEST_TEXT = 8_000
"""How many characters of a request or an answer are kept."""


def request_text(operation: str, path: Mapping[str, str], body: object = None) -> str:
    """Return method, path and body of a request, with secrets masked."""
    known = operations()[operation]
    line = f"{known.method} {known.address(path)}"
    return line if body is None else _cut(f"{line}\n{_json(masked(body))}")


def answered(request: str, answer: Answer) -> Exchange:
    """Return a request and its answer, with secrets masked."""
    return Exchange(
        request=request,
        response="" if answer.body is None else _cut(_json(masked(answer.body))),
        http_status=answer.status,
        correlation_id=answer.correlation_id,
    )


def refused(request: str, error: AppError) -> Exchange:
    """Return a request and the error that it was answered with; its words hold no secret."""
    return Exchange(
        request=request,
        response=_cut(error.message),
        http_status=getattr(error, "status", 0) or None,
        code=getattr(error, "code", ""),
        correlation_id=getattr(error, "correlation_id", ""),
    )


def _json(value: Any) -> str:
    return without_nul(json.dumps(value, ensure_ascii=False, indent=1))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
