"""Which entries of the history are taken back: an undo can be undone in turn, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_AT_ONCE = 1000
"""Entries that one statement asks about."""


def standing_undos(undos: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return by which entry each is taken back, given all `(id, undoes)`, the newest first.

    Only what stands can be undone, so of several that undid an entry the last one counts, unless
    it was undone in turn.
    """
    found: dict[int, int | None] = {}
    for id, undone in undos:
        if undone < id and undone not in found:
            found[undone] = None if found.get(id) else id
    return {undone: id for undone, id in found.items() if id is not None}


def keep_undo_state(connection: Connection, undone: Iterable[int]) -> None:
    """Keep whether entries stand, and so whether those that they took back do, and so on."""
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
