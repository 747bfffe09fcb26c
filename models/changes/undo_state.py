"""Which entries of the history are taken back: an undo can be undone in turn, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


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


def keep_undo_state(connection: Connection, change: int) -> None:
    """Keep whether an entry stands, and so whether the one that it took back does, and so on."""
    changes = SQLModel.metadata.tables["changes"].c
    entry: int | None = change
    while entry is not None:
        undos = select(changes.id, changes.undone_by).where(
            changes.undoes == entry, changes.id > entry
        )
        last = connection.execute(undos.order_by(changes.id.desc()).limit(1)).first()
        undone_by = last.id if last is not None and last.undone_by is None else None
        row = update(changes.id.table).where(changes.id == entry)
        connection.execute(row.values(undone_by=undone_by))
        earlier = select(changes.undoes).where(changes.id == entry, changes.undoes < entry)
        entry = connection.execute(earlier).scalar()
