"""Fields of records as steps hold them, and values as records hold them."""

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
    """Return some fields of a record as steps hold them."""
    dumped = record.model_dump(mode="json", include=set(names))
    moments = {name: iso(moment) for name in dumped
               if isinstance(moment := getattr(record, name), datetime)}  # fmt: skip
    dumped |= moments  # written as plans write them, so that what is the same looks the same
    return {name: dumped[name] for name in type(record).model_fields if name in dumped}


def value_of(kind: type[SQLModel], name: str, raw: object) -> Any:
    """Return a step's value as the entity holds it."""
    return _adapter(kind, name).validate_python(raw)


@cache
def _adapter(kind: type[SQLModel], name: str) -> TypeAdapter[Any]:
    annotation: Any = kind.model_fields[name].annotation
    return TypeAdapter(annotation)


def differences(row: SQLModel, expected: Fields) -> list[str]:
    """Return the names of the fields that are not as `expected` says."""
    return [
        name for name, raw in expected.items()
        if getattr(row, name) != value_of(type(row), name, raw)
    ]  # fmt: skip
