"""Counts the rows of a list by the values of a column or by periods: one statement for each.

A statement has a select for each account, because an index is read in its order only so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.database.sql import Sql, joined
from partnerdesk.models.lists.spec import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.spec import ListSpec


def by_value(
    connection: Connection,
    spec: ListSpec,
    accounts: Sequence[int],
    value: str,
    *,
    where: str = "",
    at: int = 0,
) -> dict[str, int]:
    """Return how many rows of a list have each value of a column.

    Args:
        connection: where to read.
        spec: the list; only its rows are counted.
        accounts: the partner accounts whose rows are counted.
        value: the SQL expression of the value.
        where: the SQL condition of the rows; the list's own (`always`) if it is empty.
        at: the moment (milliseconds) at which time-dependent states are computed.
    """
    condition = Sql(where or spec.always)
    selects = [
        joined(
            " ",
            [
                Sql("SELECT"),
                Sql(f"{value}, count(*)"),
                Sql("FROM"),
                Sql(spec.table),
                Sql("WHERE"),
                joined(" AND ", [scope, condition]),
                Sql("GROUP BY"),
                Sql(value),
            ],
        )
        for scope in _scopes(spec, accounts)
    ]
    counts: dict[str, int] = {}
    for found, count in _rows(connection, joined(" UNION ALL ", selects), at):
        counts[str(found)] = counts.get(str(found), 0) + int(str(count))
    return counts


def by_period(
    connection: Connection,
    spec: ListSpec,
    accounts: Sequence[int],
    moment: str,
    periods: Sequence[tuple[datetime, datetime]],
    *,
    where: str = "",
    at: int = 0,
) -> list[int]:
    """Return how many rows of a list have their moment in each period.

    Args:
        connection: where to read.
        spec: the list; only its rows are counted.
        accounts: the partner accounts whose rows are counted.
        moment: the SQL expression of the moment (milliseconds).
        periods: the first moment of each, and the first one after it.
        where: a further SQL condition.
        at: the moment (milliseconds) at which time-dependent states are computed.
    """
    scopes = _scopes(spec, accounts)
    if not scopes:
        return [0] * len(periods)
    table = Sql(spec.table.partition(" JOIN ")[0])  # each row has one row of what is joined
    further = [Sql(condition) for condition in (spec.always, where) if condition]
    counts = []
    for first, after in periods:
        between = Sql(f"{moment} >= ? AND {moment} < ?", (to_millis(first), to_millis(after)))
        of_accounts = [
            joined(
                " ",
                [
                    Sql("(SELECT"),
                    Sql("count(*)"),
                    Sql("FROM"),
                    table,
                    Sql("WHERE"),
                    joined(" AND ", [scope, between, *further]),
                    Sql(")"),
                ],
            )
            for scope in scopes
        ]
        counts.append(joined(" + ", of_accounts))
    every = joined(", ", counts)
    [found] = _rows(connection, Sql(f"SELECT {every.text}", every.values), at)
    return [int(str(count)) for count in found]


def _scopes(spec: ListSpec, accounts: Sequence[int]) -> list[Sql]:
    """Return the conditions of the rows of each account, and of those of everybody."""
    scopes = [Sql(f"{spec.scope} = ?", (account,)) for account in accounts]
    return [*scopes, Sql(f"{spec.scope} IS NULL")] if spec.shared else scopes


def _rows(connection: Connection, statement: Sql, at: int) -> list[tuple[object, ...]]:
    if not statement:
        return []
    return connection.rows(statement.text.replace(NOW, str(at)), statement.values)
