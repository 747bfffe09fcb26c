"""The query plan of a database for a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.database.connection import PostgresConnection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from partnerdesk.models.database.connection import Connection


class Explained:
    """A connection that explains statements instead of running them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.merges = connection.merges
        self._explain = "EXPLAIN QUERY PLAN "
        self.plan = ""
        if isinstance(connection, PostgresConnection):  # the planner would sort a tiny table
            self._explain = "EXPLAIN "
            connection.rows("SELECT set_config('enable_seqscan', 'off', false)")
            connection.rows("SELECT set_config('enable_sort', 'off', false)")

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        lines = self._connection.rows(self._explain + statement, values)
        self.plan = "\n".join(str(row[-1]) for row in lines)
        return []

    def has_table(self, name: str) -> bool:
        return self._connection.has_table(name)

    def snapshot(self) -> AbstractContextManager[None]:
        return self._connection.snapshot()

    def interrupt(self) -> None: ...

    def close(self) -> None: ...
