"""Derived columns, computed from other columns of the row: sort keys and searchable text.

An entity names them in `DERIVED` and computes them in `derive`. Code that writes rows without the
ORM, such as an import, calls `derived` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import SQLModel

Entity = TypeVar("Entity", bound=type["SQLModel"])


def derived(entity: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the derived columns of a row; most entities have none."""
    return entity.derive(row) if hasattr(entity, "derive") else {}


def kept_up(entity: Entity) -> Entity:
    """Fill the derived columns of an entity's rows whenever the ORM writes one."""

    def fill(_mapper: object, _connection: object, row: SQLModel) -> None:
        fields = {name: getattr(row, name) for name in type(row).model_fields}
        for name, value in derived(entity, fields).items():
            setattr(row, name, value)

    event.listen(entity, "before_insert", fill)
    event.listen(entity, "before_update", fill)
    return entity
