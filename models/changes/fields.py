"""Converts field values between the JSON form of steps and the Python form of entities."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from partnerdesk.models.core.clock import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import SQLModel

    from partnerdesk.models.changes.plan import Fields


def fields_of(record: SQLModel, names: Mapping[str, object] | list[str]) -> Fields:
    """Return the named fields of a record in the JSON form of steps."""
    dumped = record.model_dump(mode="json", include=set(names))
    for name in dumped:
        if isinstance(moment := getattr(record, name), datetime):
            dumped[name] = iso(moment)  # the format of plans, so that equal moments compare equal
    return {name: dumped[name] for name in type(record).model_fields if name in dumped}


def value_of(kind: type[SQLModel], name: str, raw: object) -> Any:
    """Return the Python value of an entity's field, given its JSON form in a step."""
    return _adapter(kind, name).validate_python(raw)


@cache
def _adapter(kind: type[SQLModel], name: str) -> TypeAdapter[Any]:
    annotation: Any = kind.model_fields[name].annotation
    return TypeAdapter(annotation)


def differences(row: SQLModel, expected: Fields) -> list[str]:
    """Return the names of the fields whose values differ from `expected` (in JSON form)."""
    return [
        name
        for name, raw in expected.items()
        if getattr(row, name) != value_of(type(row), name, raw)
    ]
