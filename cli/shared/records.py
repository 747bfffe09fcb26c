"""Prints one record with its parts: one line per field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from sqlmodel import SQLModel


def record_fields(entity: SQLModel, *without: str) -> dict[str, Any]:
    """Return the fields of a record as JSON values, in the order of its class."""
    dumped = entity.model_dump(mode="json", exclude=set(without))
    return {name: dumped[name] for name in type(entity).model_fields if name in dumped}


def print_fields(fields: dict[str, Any], above: str = "") -> None:
    """Print the fields that are not empty; nested records have a prefix such as `notes.1.`."""
    for name, value in fields.items():
        if isinstance(value, dict):
            print_fields(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, entry in enumerate(value, 1):
                print_fields(entry, f"{above}{name}.{place}.")
        elif value not in (None, "", [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            print(f"{above}{name}: {shown(text)}")
