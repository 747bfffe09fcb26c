"""Compares the schema of a book with the one that the migrations make."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import short_name
from partnerdesk.models.database.connection import SqliteConnection, connect
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _
from partnerdesk.models.settings.database_url import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.models.database.connection import Connection

_COLUMNS = (
    "SELECT t.name, c.name, upper(c.type), c.\"notnull\", coalesce(c.dflt_value, ''), c.pk "
    "FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
)
_INDEXES = (
    "SELECT t.name, i.name, i.\"unique\", i.partial, group_concat(coalesce(c.name, '')) "
    "FROM sqlite_master AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c "
    "WHERE t.type = 'table' GROUP BY t.name, i.name, i.\"unique\", i.partial"
)
_SERVER_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema()"
)
_SERVER_INDEXES = "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()"
_NOT_ON_SERVERS = ("sqlite_", "customers_words")
"""How the names of what only a file has begin."""

Parts = dict[str, dict[str, tuple[object, ...]]]
"""What is known of the columns or indexes of each table, by their names."""


def schema_findings(connection: Connection) -> list[str]:
    """Return a line for each table, column and index that is missing, changed or not of the book.

    The schema to compare with is made by the migrations, in a book of its own. A server says types
    in words of its own, and holds tables of other programs: there only what is missing counts.
    """
    with TemporaryDirectory(prefix="partnerdesk-") as folder:
        fresh = SqliteFile(Path(folder, "fresh.db"))
        store = Store(fresh)
        store.open([])
        store.engine.dispose()
        with closing(connect(fresh)) as other:
            made = [_parts(other, statement) for statement in (_COLUMNS, _INDEXES)]
    if isinstance(connection, SqliteConnection):
        found = [_parts(connection, statement) for statement in (_COLUMNS, _INDEXES)]
        return [*_tables(made[0], found[0]), *_columns(made[0], found[0]), *_indexes(made, found)]
    found = [_parts(connection, statement) for statement in (_SERVER_COLUMNS, _SERVER_INDEXES)]
    return [*_missing_on_server(made, found)]


def _parts(connection: Connection, statement: str) -> Parts:
    parts: Parts = defaultdict(dict)
    for table, name, *rest in connection.rows(statement):
        parts[table][name] = tuple(rest)
    return parts


def _tables(made: Parts, found: Parts) -> Iterator[str]:
    for table in sorted(made.keys() - found.keys()):
        yield _("The table {table} is missing.").format(table=table)
    for table in sorted(found.keys() - made.keys()):
        yield _("Not of partnerdesk: table {table}.").format(table=short_name(table))


def _columns(made: Parts, found: Parts) -> Iterator[str]:
    for table in sorted(made.keys() & found.keys()):
        for column, form in sorted(made[table].items()):
            if column not in found[table]:
                yield _("{table}: the column {column} is missing.").format(
                    table=table, column=column
                )
            elif found[table][column] != form:
                yield _("{table}: the column {column} was changed.").format(
                    table=table, column=column
                )
        for column in sorted(found[table].keys() - made[table].keys()):
            yield _("{table}: the column {column} is not of partnerdesk.").format(
                table=table, column=short_name(column)
            )


def _indexes(made: list[Parts], found: list[Parts]) -> Iterator[str]:
    for table in sorted(made[0].keys() & found[0].keys()):
        wanted, there = made[1].get(table, {}), found[1].get(table, {})
        for index, form in sorted(wanted.items()):
            if index not in there:
                yield _("{table}: the index {index} is missing.").format(table=table, index=index)
            elif there[index] != form:
                yield _("{table}: the index {index} was changed.").format(table=table, index=index)
        for index in sorted(there.keys() - wanted.keys()):
            yield _("{table}: the index {index} is not of partnerdesk.").format(
                table=table, index=short_name(index)
            )


def _missing_on_server(made: list[Parts], found: list[Parts]) -> Iterator[str]:
    for table in sorted(made[0]):
        if table.startswith(_NOT_ON_SERVERS):
            continue
        if table not in found[0]:
            yield _("The table {table} is missing.").format(table=table)
            continue
        for column in sorted(made[0][table].keys() - found[0][table].keys()):
            yield _("{table}: the column {column} is missing.").format(table=table, column=column)
        for index in sorted(made[1].get(table, {}).keys() - found[1].get(table, {}).keys()):
            if not index.startswith(_NOT_ON_SERVERS):
                yield _("{table}: the index {index} is missing.").format(table=table, index=index)
