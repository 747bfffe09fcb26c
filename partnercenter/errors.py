"""The error decoder: operation, HTTP status and code become words, a remedy and an error to raise.

The table is `error_codes.toml`. The same code means different things on different operations, so a
line is found by all three (`reference/protocol.md §8`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from partnerdesk.models.core.errors import (
    AppError,
    ExitCode,
    PartnerCenterError,
    SignInNeededError,
    ThrottledError,
    UnclearError,
)
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.partnercenter.answers import ErrorWords
    from partnerdesk.partnercenter.operations import ApiOperation


class ErrorKind(StrEnum):
    """What follows from an error, whatever its words."""

    REFUSED = "refused"
    """The same call will be refused again."""
    SIGN_IN = "sign_in"
    STALE = "stale"
    """The record was changed since it was read: 412, or code 2055."""
    GONE = "gone"
    BUSY = "busy"
    """The same call may succeed later."""


NO_RELATIONSHIP = "20002"
"""The code of a customer without a relationship with the partner."""
_FORBIDDEN, _NOT_FOUND = 403, 404
_Error = TypeVar("_Error", bound=PartnerCenterError)
_EXIT_CODES = {
    ErrorKind.STALE: ExitCode.BUSY,
    ErrorKind.BUSY: ExitCode.BUSY,
    ErrorKind.GONE: ExitCode.NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of the table: what a code means where it fits."""

    code: str
    """Empty for a line about the HTTP status alone."""
    status: int
    """0 for any."""
    operations: tuple[str, ...]
    """Empty for any."""
    kind: ErrorKind
    text: str
    remedy: str
    source: str

    def fits(self, operation: str, status: int, code: str) -> bool:
        """Say whether the line is about this answer."""
        return (
            self.code == code
            and self.status in (0, status)
            and (not self.operations or operation in self.operations)
        )

    @property
    def weight(self) -> tuple[bool, bool]:
        """How much the line names; the heavier of two that fit is taken."""
        return bool(self.operations), bool(self.status)


@dataclass(frozen=True, slots=True)
class Trace:
    """Which attempt an error is about."""

    status: int
    correlation_id: str
    request_id: str


@cache
def code_lines() -> tuple[CodeLine, ...]:
    """Return all lines, in the order of the table."""
    text = Path(__file__).with_name("error_codes.toml").read_text(encoding="utf-8")
    return tuple(_line(row) for row in tomllib.loads(text)["codes"])


def _line(row: dict[str, Any]) -> CodeLine:
    return CodeLine(
        row.get("code", ""),
        row.get("status", 0),
        tuple(row.get("operations", ())),
        ErrorKind(row.get("kind", ErrorKind.REFUSED)),
        row["text"],
        row["remedy"],
        row["source"],
    )


def explain(code: str) -> list[CodeLine]:
    """Return every meaning of a code or an HTTP status, such as `600049` or `429`."""
    wanted = code.strip()
    return [
        line for line in code_lines() if wanted.lower() == (line.code or str(line.status)).lower()
    ]


def decoded(operation: str, status: int, code: str) -> CodeLine:
    """Return the line that says most about an answer; of an unknown code, what its status means."""
    for known in (code, "") if code else ("",):
        lines = [line for line in code_lines() if line.fits(operation, status, known)]
        if lines:
            return max(lines, key=lambda line: line.weight)
    kind = ErrorKind.BUSY if status >= 500 else ErrorKind.REFUSED
    return CodeLine(code, status, (), kind, "", "", "")


def answer_error(operation: ApiOperation, words: ErrorWords, trace: Trace) -> AppError:
    """Return the error that an answer of the service means, with its code and correlation id."""
    line = decoded(operation.name, trace.status, words.code)
    message = " ".join(_sentences(operation, line, words, trace))
    remedy = _(line.remedy)
    if trace.status == _FORBIDDEN and operation.role_titles:
        remedy += " " + _("Microsoft names for this: {roles}.").format(roles=operation.role_titles)
    if line.kind is ErrorKind.SIGN_IN:
        return SignInNeededError(message, remedy)
    kind = ThrottledError if trace.status == 429 else PartnerCenterError
    error = kind(message, remedy.strip())
    error.kind = line.kind
    error.exit_code = _EXIT_CODES.get(line.kind, error.exit_code)
    return _traced(error, words.code, trace)


def _sentences(
    operation: ApiOperation, line: CodeLine, words: ErrorWords, trace: Trace
) -> Iterator[str]:
    yield _(line.text) or _("Partner Center refused: {operation}.").format(
        operation=_(operation.title)
    )
    if words.text:
        yield _("It says: {words}").format(words=words.text)
    yield _("(HTTP {status}, code {code}, correlation id {id})").format(
        status=trace.status, code=words.code or "–", id=trace.correlation_id
    )


def is_no_customer(error: PartnerCenterError) -> bool:
    """Say whether an error about a customer means that the partner has no such customer.

    A customer without a relationship is not found, or may not be read (`reference/newer.md §3.1`).
    """
    return error.status == _NOT_FOUND or (
        error.status == _FORBIDDEN and error.code == NO_RELATIONSHIP
    )


def unclear_error(operation: ApiOperation, why: str, trace: Trace) -> UnclearError:
    """Return the error of a change that may have taken effect; `why` is a translated sentence."""
    error = UnclearError(
        f"{why} "
        + _("Nobody knows whether this took effect: {operation}. (correlation id {id})").format(
            operation=_(operation.title), id=trace.correlation_id
        ),
        _("Look in Partner Center before it is sent again."),
    )
    return _traced(error, "", trace)


def _traced(error: _Error, code: str, trace: Trace) -> _Error:
    error.status, error.code = trace.status, code
    error.correlation_id, error.request_id = trace.correlation_id, trace.request_id
    return error
