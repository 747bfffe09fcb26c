"""The rehearsal described in OpenAPI, made from the data of its operations.

It is what independent tools test the rehearsal by; it names what the documents name, no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.operation import Auth, Host
from partnerdesk.rehearsal.samples import Samples, samples
from partnerdesk.rehearsal.schemas import GUID, REFUSAL, TEXT, Schema, one_of
from partnerdesk.rehearsal.tenants import all_tenants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.rehearsal.operation import Operation, Parameter
    from partnerdesk.rehearsal.world import World

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_PATH_SCHEMAS: Mapping[str, Schema] = {
    "customer_id": GUID,
    "subscription_id": GUID,
    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "program": one_of("csp"),
}
"""The shapes of variable parts of paths; any other is a text without a slash."""
_ANY_PART: Schema = {"type": "string", "minLength": 1, "pattern": r"^[A-Za-z0-9][A-Za-z0-9.\-]*$"}
_ID_HEADERS = ("MS-RequestId", "MS-CorrelationId")
_TOKENS = {
    "user": "A token of a person with an app",
    "app": "A token of an app alone",
}
_SCHEMES = {Auth.USER: ("user",), Auth.APP: ("app",), Auth.BOTH: ("user", "app")}


def description(
    operations: Iterable[Operation],
    server: str,
    accepted: Samples | None = None,
    *,
    host: Host = Host.API,
) -> dict[str, Any]:
    """Return the OpenAPI description of the operations of a service.

    Args:
        operations: The operations; those of other services are left out.
        server: The address of the service.
        accepted: Values that the service accepts.
        host: Which service.
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        if operation.host is host:
            methods = paths.setdefault(operation.path, {})
            methods[operation.method.lower()] = _operation(operation, accepted or Samples())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rehearsal of Partner Center",
            "version": "1",
            "description": "Made from Microsoft's documents; what these leave open answers 501.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "description": text}
                for name, text in _TOKENS.items()
            }
        },
    }


@dataclass(frozen=True, slots=True)
class Describer:
    """Answers the description at the control address, with values for paths that exist."""

    operations: tuple[Operation, ...]

    def describe(self, world: World, about: dict[str, Any]) -> dict[str, Any]:
        """Return the description; `tenant` names the partner whose values are in it."""
        tenants = {tenant.id: tenant for tenant in all_tenants(world.state)}
        tenant = tenants[str(about.get("tenant", next(iter(tenants))))]
        return description(self.operations, world.addresses["api"], samples(world, tenant))


def _operation(operation: Operation, accepted: Samples) -> dict[str, Any]:
    names = _VARIABLE.findall(operation.path)
    values = accepted.parameters.get(operation.name, {})
    own = {parameter.name for parameter in operation.parameters}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.source,
        "security": [{name: []} for name in _SCHEMES[operation.auth]],
        "parameters": [
            *(_path_part(name, accepted.paths) for name in names),
            *(_parameter(parameter, values) for parameter in operation.parameters),
            *(_id_header(name) for name in _ID_HEADERS if name not in own),
        ],
        "responses": _responses(operation),
        "x-clouds": sorted(operation.clouds),
        "x-roles": sorted(operation.roles),
    }
    if operation.request is not None:
        body: dict[str, Any] = {"schema": dict(operation.request)}
        if operation.name in accepted.bodies:
            body["example"] = accepted.bodies[operation.name]
        described["requestBody"] = {"required": True, "content": {"application/json": body}}
    return described


def _path_part(name: str, examples: Mapping[str, str]) -> dict[str, Any]:
    part: dict[str, Any] = {
        "name": name,
        "in": "path",
        "required": True,
        "schema": _PATH_SCHEMAS.get(name, _ANY_PART),
    }
    if name in examples:
        part["example"] = examples[name]
    return part


def _parameter(parameter: Parameter, values: Mapping[str, str]) -> dict[str, Any]:
    example = {"example": values[parameter.name]} if parameter.name in values else {}
    return {
        "name": parameter.name,
        "in": "header" if parameter.header else "query",
        "required": parameter.required,
        "schema": dict(parameter.schema),
        **example,
    }


def _id_header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": TEXT}


def _responses(operation: Operation) -> dict[str, Any]:
    good = {str(status): _answer(status, schema) for status, schema in operation.answers.items()}
    refusals = {"4XX": "Refused, with the service's code", "501": "What no document says"}
    content = {"application/json": {"schema": REFUSAL}}
    if operation.method == "HEAD":
        return good | {status: {"description": text} for status, text in refusals.items()}
    return good | {
        status: {"description": text, "content": content} for status, text in refusals.items()
    }


def _answer(status: int, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if schema is not None:
        answer["content"] = {"application/json": {"schema": dict(schema)}}
    return answer
