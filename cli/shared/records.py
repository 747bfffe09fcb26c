"""Prints one record whole: its fields, and what hangs on it, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from sqlmodel import SQLModel


def record_fields(entity: SQLModel, *without: str) -> dict[str, Any]:
    """Return the fields of a record as JSON has them, in the order of its class."""
    dumped = entity.model_dump(mode="json", exclude=set(without))
    return {name: dumped[name] for name in type(entity).model_fields if name in dumped}


def print_fields(fields: dict[str, Any], above: str = "") -> None:
    """Print fields that are not empty, those of records inside below the name that holds them."""
    for name, value in fields.items():
        if isinstance(value, dict):
            print_fields(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, entry in enumerate(value, 1):
                print_fields(entry, f"{above}{name}.{place}.")
        elif value not in (None, "", [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            print(f"{above}{name}: {shown(text)}")
