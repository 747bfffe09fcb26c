"""What a kind of record is: its table, its entity, its words, and how it hangs on a customer.

Each room that keeps records brings a tuple of them in its `records.py`, without SQLModel;
`models.operations.registry` joins them. A step of a plan names the kind of its record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import SQLModel


class OfCustomer(StrEnum):
    """What becomes of a customer's record where the customer is taken out of the book."""

    GOES = "goes"
    """It goes with the customer."""
    HOLDS = "holds"
    """The customer cannot be taken out as long as it is there."""


@dataclass(frozen=True, eq=False, slots=True)
class RecordKind:
    """A kind of record that steps of plans change."""

    table: str
    """The table's name, by which the history names the kind, too."""
    entity_name: str
    """The class as `module:Class` below `partnerdesk.models`; imported when it is needed."""
    title: str
    fields: Mapping[str, str]
    """What each column is called that a person may read of."""
    internal: tuple[str, ...] = ()
    """Columns that no person reads of, beside ids, the version and what follows from others."""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the stored values of a column are called."""
    named_as: Mapping[str, str] = field(default_factory=dict)
    """The names of columns in the history, where another kind has a column of that name."""
    of_customer: OfCustomer | None = None
    """How it hangs on a customer; None where it does not."""
    is_passing: bool = False
    """Whether the history tells nothing of it, and no undo brings it back: a draft."""

    @property
    def entity(self) -> type[SQLModel]:
        """Its class."""
        return _entity(self.entity_name)

    def named(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a step's fields under the names that the history tells them by."""
        return {
            self.named_as.get(name, name): value
            for name, value in fields.items()
            if name not in {"account_id", "customer_id"}
        }


@cache
def _entity(name: str) -> type[SQLModel]:
    module, _, of = name.partition(":")
    entity: type[SQLModel] = getattr(import_module(f"partnerdesk.models.{module}"), of)
    return entity
