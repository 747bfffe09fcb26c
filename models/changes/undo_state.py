"""Finds out which entries of the history are undone; an undo can itself be undone, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_AT_ONCE = 1000
"""How many entries one statement asks about."""


def standing_undos(undos: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the undone entries, each with the entry that undid it.

    Only an entry that is not undone can be undone. So if several entries undid an entry, the last
    of them counts, unless it was undone itself.

    Args:
        undos: `(id, undoes)` of all undos, the newest first.
    """
    found: dict[int, int | None] = {}
    for id, undone in undos:
        if undone < id and undone not in found:
            found[undone] = None if found.get(id) else id
    return {undone: id for undone, id in found.items() if id is not None}


def keep_undo_state(connection: Connection, undone: Iterable[int]) -> None:
    """Update `undone_by` of entries, then of the entries that these undid, and so on.

    Args:
        connection: a connection inside the transaction that appends to the history.
        undone: the ids of the entries that new undos name.
    """
    changes = SQLModel.metadata.tables["changes"].c
    kept = (
        update(changes.id.table)
        .where(changes.id == bindparam("entry"))
        .values(undone_by=bindparam("by"))
    )
    level = sorted(set(undone))
    while level:
        earlier: set[int] = set()
        for start in range(0, len(level), _AT_ONCE):
            entries = level[start : start + _AT_ONCE]
            undos = select(changes.undoes, changes.id, changes.undone_by).where(
                changes.undoes.in_(entries), changes.id > changes.undoes
            )
            last = {of: (id, by) for of, id, by in connection.execute(undos.order_by(changes.id))}
            states = [
                {"entry": entry, "by": last[entry][0] if last[entry][1] is None else None}
                for entry in entries
                if entry in last
            ]
            if states:
                connection.execute(kept, states)
            before = select(changes.undoes).where(
                changes.id.in_(entries), changes.undoes < changes.id
            )
            earlier.update(connection.execute(before).scalars())
        level = sorted(earlier)
