"""A piece of SQL with its values: what conditions are put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with `?` for each of its values. An empty one says nothing."""

    text: str
    values: tuple[object, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


NOTHING = Sql("")
"""No condition."""


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """Join conditions with ` AND ` or ` OR `."""
    text = word.join(part.text for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))
