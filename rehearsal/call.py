"""A call as an operation sees it: who calls, for which partner, with what."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.wire import RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.rehearsal.tenants import Person, Tenant
    from partnerdesk.rehearsal.world import World

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
INVALID_INPUT = 800002
INVALID_CUSTOMER = 900118
STALE_ETAG = 2055
PRECONDITION = 800036


@dataclass(slots=True)
class Call:
    """One call of an operation, by somebody who may make it."""

    world: World
    operation: str
    tenant: Tenant
    person: Person | None
    """Who is signed in; None for an app alone."""
    client_id: str
    path: Mapping[str, str]
    """The parts of the path by name, such as customer_id."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """The headers by their name in small letters."""
    content: bytes = b""
    address: str = ""
    """Scheme, host and port that were asked, for absolute links."""
    fault: str = ""
    """The fault that the operation itself has to play, such as stale-etag."""

    @property
    def by(self) -> str:
        """Who acts, as the activity log names it."""
        return self.client_id if self.person is None else self.person.upn

    def guid(self, name: str, code: int = INVALID_CUSTOMER) -> str:
        """Return a part of the path that has to be a GUID, in small letters.

        Raises:
            RefusedCallError: it is none.
        """
        value = self.path[name]
        if not GUID.fullmatch(value):
            raise RefusedCallError(HTTPStatus.BAD_REQUEST, code, f"Invalid {name}: {value[:80]}")
        return value.lower()

    def body(self) -> dict[str, Any]:
        """Return the body; names begin with a small letter, however they were sent.

        Raises:
            RefusedCallError: it is not a JSON object.
        """
        try:
            value = json.loads(self.content)
        except ValueError as error:
            raise invalid("The body is not JSON.") from error
        if not isinstance(value, dict):
            raise invalid("The body is not a JSON object.")
        body: dict[str, Any] = small_names(value)
        return body

    def check_etag(self, current: str) -> None:
        """Compare `If-Match` with the strong etag that stands now, in quotes.

        Raises:
            RefusedCallError: it is missing or without its quotes (400), or stale: 412; under the
                fault stale-etag-2055 it is 400 with that code.
        """
        sent = self.headers.get("if-match", "")
        if len(sent) < len('""') or sent[0] != '"' or sent[-1] != '"':
            raise invalid('If-Match: "<etag>" is required, with its quotes.')
        if sent == f'"{current}"':
            return
        if self.fault == "stale-etag-2055":
            raise RefusedCallError(HTTPStatus.BAD_REQUEST, STALE_ETAG, "Etag is no longer valid")
        raise RefusedCallError(HTTPStatus.PRECONDITION_FAILED, PRECONDITION, "Pre-condition failed")


def invalid(description: str, code: int = INVALID_INPUT) -> RefusedCallError:
    """Return the refusal of a wrong input: HTTP 400."""
    return RefusedCallError(HTTPStatus.BAD_REQUEST, code, description)


def not_found(code: int, description: str) -> RefusedCallError:
    """Return the refusal of something that does not exist: HTTP 404."""
    return RefusedCallError(HTTPStatus.NOT_FOUND, code, description)


def small_names(value: Any) -> Any:
    """Return JSON whose names begin with a small letter: the service takes both."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: small_names(part) for name, part in value.items()}
    if isinstance(value, list):
        return [small_names(part) for part in value]
    return value
