"""SQL text together with its values; conditions are built from such pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with one `?` for each value. An empty piece stands for no condition."""

    text: str
    values: tuple[object, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


FOLD, END_OF_FOLD = "fold(", ")/*fold*/"
"""What stands around an expression that is to be compared folded, as `core.text.fold` folds.

SQLite is given that function; what PostgreSQL has instead, its connection puts in their place.
"""


def folded(expression: str) -> str:
    """Return an expression without case and accents, for a column that is not kept folded."""
    return f"{FOLD}{expression}{END_OF_FOLD}"


NOTHING = Sql("")
"""No condition."""


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """Join pieces with a word such as ` AND ` or ` UNION ALL `."""
    text = word.join(part.text for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))
