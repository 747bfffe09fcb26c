"""Columns that follow from others of a row: what lists sort by, and in what words are looked for.

An entity names them in `DERIVED` and makes them in `derive`. Whatever writes many rows past the
ORM, as imports do, asks `derived` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import SQLModel

Entity = TypeVar("Entity", bound=type["SQLModel"])


def derived(entity: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row that follow from its others; none for most entities."""
    return entity.derive(row) if hasattr(entity, "derive") else {}


def kept_up(entity: Entity) -> Entity:
    """Let an entity fill those columns whenever the ORM writes one."""

    def fill(_mapper: object, _connection: object, row: SQLModel) -> None:
        fields = {name: getattr(row, name) for name in type(row).model_fields}
        for name, value in derived(entity, fields).items():
            setattr(row, name, value)

    event.listen(entity, "before_insert", fill)
    event.listen(entity, "before_update", fill)
    return entity
