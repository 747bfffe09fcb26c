"""A kind of record: its table, its entity, its titles, and its dependence on a customer.

Each room with records defines a tuple of `RecordKind` in its `records.py`, without importing
SQLModel; `models.operations.registry` joins the tuples. A step of a plan names its record's kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlmodel import SQLModel


class OfCustomer(StrEnum):
    """What happens to a record of a customer when the customer is removed from the book."""

    GOES = "goes"
    """The record is removed with the customer."""
    HOLDS = "holds"
    """The record prevents the removal of the customer."""


@dataclass(frozen=True, eq=False, slots=True)
class RecordKind:
    """A kind of record that the steps of plans change."""

    table: str
    """The table's name; the history stores it as the name of the kind."""
    entity_name: str
    """The class as `module:Class` below `partnerdesk.models`; `entity` imports it when needed."""
    title: str
    """The title of one record, marked with `N_`."""
    fields: Mapping[str, str]
    """The titles of the columns that a person may see, by column, marked with `N_`."""
    internal: tuple[str, ...] = ()
    """Columns without a title, in addition to ids, the version and derived columns."""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The titles of a column's stored values, by column and value."""
    spoken: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """What makes words of a column that holds JSON, by column."""
    named_as: Mapping[str, str] = field(default_factory=dict)
    """The names of columns in the history, for columns whose name another kind has too."""
    of_customer: OfCustomer | None = None
    """How the record depends on a customer; None if it belongs to no customer."""
    is_passing: bool = False
    """Whether the history omits the record and no undo restores it, as for a draft."""

    @property
    def entity(self) -> type[SQLModel]:
        """The SQLModel class of the record."""
        return entity_called(self.entity_name)

    def named(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a step's fields by their names in the history, without account and customer."""
        return {
            self.named_as.get(name, name): value
            for name, value in fields.items()
            if name not in {"account_id", "customer_id"}
        }


@cache
def entity_called(name: str) -> type[SQLModel]:
    """Return the class called `module:Class` below `partnerdesk.models`."""
    module, _, of = name.partition(":")
    entity: type[SQLModel] = getattr(import_module(f"partnerdesk.models.{module}"), of)
    return entity
