"""Shapes of bodies as JSON schemas: the small words that the areas write theirs with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
GUID: Schema = {"type": "string", "format": "uuid"}
COUNTRY: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$"}
"""A moment in UTC; some resources leave the Z out (reference/resources.md, Service request)."""
TEXTS: Schema = {"type": "array", "items": TEXT}
LENGTH: Schema = {"type": "string", "pattern": "^P([0-9]+[YMD])+$"}
"""A length of time, such as P1Y."""


def one_of(*values: str) -> Schema:
    """Return the schema of a text that is one of `values`."""
    return {"type": "string", "enum": list(values)}


def listed(items: Schema, **more: Any) -> Schema:
    """Return the schema of a bare array."""
    return {"type": "array", "items": items, **more}


def maybe(schema: Schema) -> Schema:
    """Return the schema of a value that may be null, too."""
    return {"anyOf": [schema, {"type": "null"}]}


def thing(properties: Mapping[str, Schema], *required: str) -> Schema:
    """Return the schema of an object; what else it holds is allowed, as the service adds fields."""
    return {"type": "object", "properties": dict(properties), "required": list(required)}


LINK = thing(
    {
        "uri": TEXT,
        "method": one_of("GET", "POST", "PATCH", "PUT"),
        "headers": listed(thing({"key": TEXT, "value": TEXT}, "key", "value")),
    },
    "uri",
    "method",
)
LINKS: Schema = {"type": "object", "additionalProperties": LINK}
ADDRESS = thing(
    {
        "addressLine1": {"type": "string", "minLength": 1, "maxLength": 200},
        "addressLine2": {"type": "string", "maxLength": 200},
        "city": TEXT,
        "state": TEXT,
        "postalCode": TEXT,
        "country": COUNTRY,
        "region": TEXT,
        "firstName": TEXT,
        "lastName": TEXT,
        "phoneNumber": TEXT,
    },
    "addressLine1",
    "country",
)
CONTACT = thing(
    {"firstName": TEXT, "lastName": TEXT, "email": TEXT, "phoneNumber": TEXT},
    "firstName",
    "lastName",
)


def attributes(name: str, *, etag: bool = False) -> Schema:
    """Return the schema of the attributes of a resource, with its etag where it has one."""
    properties = {"objectType": {"const": name}, **({"etag": TEXT} if etag else {})}
    return thing(properties, *properties)


def page(items: Schema) -> Schema:
    """Return the schema of a page of a list."""
    return thing(
        {
            "totalCount": {"type": "integer", "minimum": 0},
            "items": listed(items),
            "continuationToken": TEXT,
            "links": LINKS,
            "attributes": attributes("Collection"),
        },
        "totalCount",
        "items",
        "attributes",
    )


REFUSAL = thing(
    {
        "code": {"type": ["integer", "string"]},
        "description": {"type": "string", "maxLength": 1024},
        "data": {"type": "array"},
        "source": TEXT,
    },
    "code",
    "description",
)
"""The normal body of a refusal (reference/protocol.md §8)."""
