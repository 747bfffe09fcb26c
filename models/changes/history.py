"""The history of changes: who changed what, when and why, with the values before and after.

The history is append-only. Each entry contains the hash of the previous entry, and one row of
`history_head` contains the hash of the last entry, so that `verify` finds entries that another
program changed, removed or inserted.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, Text, event, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.undo_state import keep_undo_state
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.core.text import fold, without_nul
from partnerdesk.models.database.column_types import EMPTY, SortedText, choice_column, moment_column
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who makes a change, and the person's machine."""

    name: str
    host: str
    """The name of the machine that the program runs on."""
    client: str = ""
    """The address of the person's SSH client; empty for a person at the machine itself."""

    @classmethod
    def present(cls) -> Actor:
        """Return the user of this process; `uid 1000` for a user without a name."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = f"uid {os.getuid()}"
        client = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
        return cls(*map(without_nul, (name, platform.node(), client)))


def _text(default: str) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(f"'{default}'")})


class Change(SQLModel, table=True):
    """One entry of the history, written in the same transaction as the change it records."""

    DERIVED: ClassVar[tuple[str, ...]] = ("search_text",)
    __tablename__ = "changes"
    __table_args__ = (
        Index("changes_by_part", "part_of", "id"),
        Index("changes_by_actor", "part_of", "actor", "id"),
        Index("changes_by_subject", "part_of", "subject", "id"),
        Index(
            "changes_standing_parts",
            "part_of",
            sqlite_where=text("undone_by IS NULL AND part_of <> 0"),
            postgresql_where=text("undone_by IS NULL AND part_of <> 0"),
        ),
        Index(
            "changes_undone",
            "part_of",
            "id",
            sqlite_where=text("undone_by IS NOT NULL"),
            postgresql_where=text("undone_by IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime | None = Field(default=None, sa_column=moment_column())
    actor: str = Field(sa_type=SortedText)
    host: str = ""
    client: str = _text("")
    kind: ChangeKind = Field(sa_column=choice_column(ChangeKind))
    account_id: int | None = Field(default=None, foreign_key="partner_accounts.id", index=True)
    customer_id: int | None = Field(default=None, index=True)
    """The customer that was changed; None for a change to many customers, such as an import."""
    subject: str = Field(default="", sa_type=SortedText, sa_column_kwargs={"server_default": EMPTY})
    """The name of the changed thing at that time: of a company, of a file."""
    why: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))
    """The reason that the person gave; empty if the person gave none."""
    before: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object: the old values of the changed fields."""
    after: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object: the new values of the changed fields."""
    plan: str = Field(
        default="{}", sa_column=Column(Text, nullable=False, server_default=text("'{}'"))
    )
    """JSON object: the plan that was carried out; an empty object for a change without a plan."""
    plan_id: str | None = Field(default=None, index=True, unique=True)
    """The GUID of the plan; being unique, it keeps a plan from being carried out twice."""
    undoes: int | None = Field(default=None, index=True)
    """The id of the entry that this entry undid; None if this entry is no undo."""
    part_of: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """The id of the run's or import's entry that this entry is a row of; 0 if it is no row.

    Never NULL, so that both databases read the entries that are no rows from one index.
    """
    undone_by: int | None = None
    """The id of the entry that undid this entry; None while it is not undone.

    The hash does not cover this field; `appending` updates it.
    """
    result: str = _text("done")
    """`done`, or `queued` if the change put calls into the outbox."""
    search_text: str = Field(
        default="", sa_column=Column(Text, nullable=False, server_default=EMPTY)
    )
    """The folded texts that a filter searches for words, one per line: subject, actor, why.

    The hash does not cover this field.
    """
    previous: str = _text("")
    """The hash of the previous entry; empty for the first entry."""
    digest: str = _text("")
    """SHA-256 over `previous` and the fields in `SEALED`, in hexadecimal digits."""

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`, computed from the other columns."""
        return {"search_text": "\n".join(fold(row[name]) for name in ("subject", "actor", "why"))}


class HistoryHead(SQLModel, table=True):
    """The only row of its table: the end of the history. A writer of entries locks this row."""

    __tablename__ = "history_head"

    id: int = Field(default=1, primary_key=True)
    last_id: int = 0
    """The id of the last entry."""
    entries: int = 0
    """The number of entries."""
    digest: str = ""
    """The hash of the last entry."""


SEALED = (
    *("id", "at", "actor", "host", "client", "kind", "account_id", "customer_id", "subject"),
    *("why", "before", "after", "plan", "plan_id", "undoes", "result"),
)
"""The fields that an entry's hash covers, in this order; `part_of` follows if it is not 0."""
_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(("client", "subject", "why"), ""),
    **dict.fromkeys(("before", "after", "plan"), "{}"),
    **dict.fromkeys(("account_id", "customer_id", "plan_id", "undoes")),
    "part_of": 0,
    "result": "done",
}


@event.listens_for(Change, "before_update")
@event.listens_for(Change, "before_delete")
def _refuse_rewrite(_mapper: object, _connection: object, entry: Change) -> None:
    raise TypeError(f"The history is only added to; entry {entry.id} stays as it is.")


def digest_of(row: Mapping[str, Any], previous: str) -> str:
    """Return the hash of an entry, given its fields and the hash of the previous entry."""
    values = [row[name] for name in SEALED]
    values[1] = to_millis(values[1]) if isinstance(values[1], datetime) else values[1] or 0
    if row["part_of"]:  # older programs hashed entries without this field
        values.append(row["part_of"])
    sealed = json.dumps([previous, *values], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(sealed.encode()).hexdigest()


class History:
    """The end of the history, locked by one writer (`appending`)."""

    def __init__(self, last_id: int, entries: int, digest: str) -> None:
        self.last_id, self.entries, self.digest = last_id, entries, digest
        self.undone: list[int] = []
        """The ids of the entries that the new entries undo."""

    def sealed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return `row` as the next entry of the chain, with its id, defaults and hashes."""
        self.last_id += 1
        self.entries += 1
        full = {**_DEFAULTS, **row, "id": self.last_id, "previous": self.digest}
        full["kind"] = ChangeKind(full["kind"])
        full |= Change.derive(full)
        full["digest"] = self.digest = digest_of(full, self.digest)
        if full["undoes"] is not None:
            self.undone.append(full["undoes"])
        return full


@contextmanager
def appending(session: Session) -> Iterator[History]:
    """Lock the end of the history until the transaction ends, and yield it to add entries.

    On leaving, this stores the new end, and updates `undone_by` of the undone entries.

    Raises:
        StoreError: another program removed the end of the history or added entries after it.
    """
    head = SQLModel.metadata.tables["history_head"]
    connection = session.connection()
    row = connection.execute(
        select(head.c.last_id, head.c.entries, head.c.digest).with_for_update()
    ).first()
    last = connection.execute(select(func.max(SQLModel.metadata.tables["changes"].c.id))).scalar()
    if row is None or row.last_id < (last or 0):
        raise StoreError(
            _("The history was changed behind the program's back; nothing was written."),
            _("Look with: partnerdesk changes verify. Restore a backup, or ask who did it."),
        )
    history = History(*row)
    yield history
    keep_undo_state(connection, history.undone)
    if history.last_id != row.last_id:
        connection.execute(
            update(head).values(
                last_id=history.last_id, entries=history.entries, digest=history.digest
            )
        )


def record(session: Session, *rows: Mapping[str, Any]) -> list[int]:
    """Add entries to the history in the transaction of the change; return their ids."""
    with appending(session) as history:
        sealed = [history.sealed(row) for row in rows]
        session.connection().execute(insert(SQLModel.metadata.tables["changes"]), sealed)
    return [row["id"] for row in sealed]


def entry(
    kind: ChangeKind,
    actor: Actor,
    at: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    **fields: object,
) -> dict[str, Any]:
    """Return the fields of a new entry, for `record` or `History.sealed`.

    Args:
        kind: the kind of change.
        actor: who makes the change.
        at: the moment of the change.
        before: the old values of the changed fields.
        after: the new values.
        fields: further fields of `Change`, by name.
    """
    return {
        "kind": kind,
        "at": at,
        "actor": actor.name,
        "host": actor.host,
        "client": actor.client,
        "before": as_json(before or {}),
        "after": as_json(after or {}),
        **fields,
    }


def as_json(value: object) -> str:
    """Return `value` as JSON text for a column of the history."""
    return json.dumps(value, ensure_ascii=False)


def as_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a column of the history; an empty object if it is damaged."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: nested too deep
        return {}
    return value if isinstance(value, dict) else {}


def kept_steps(plan: str, table: str) -> list[dict[str, Any]]:
    """Return the steps of a stored plan about records of a table, each with its key."""
    steps = as_object(plan).get("steps")
    return [
        step
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
        and step.get("record") == table
        and isinstance(step.get("key"), dict)
    ]
