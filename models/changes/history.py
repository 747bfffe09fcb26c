"""The history: who changed what, when and why, how it was before and after. Only ever added to.

Each entry carries the hash of the one before it, and one row holds the hash of the last, so that
`verify` finds an entry that was changed, taken out or put in behind the program's back.
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
    """Who does something, and from where."""

    name: str
    host: str
    """The machine that the program runs on."""
    client: str = ""
    """The address that the person came from by SSH; empty for who sits at the machine."""

    @classmethod
    def present(cls) -> Actor:
        """Return who runs this process."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = f"uid {os.getuid()}"
        client = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
        return cls(*map(without_nul, (name, platform.node(), client)))


def _text(default: str) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(f"'{default}'")})


class Change(SQLModel, table=True):
    """One entry of the history; written in the same transaction as what it tells of."""

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
    """Whose change it was; None for a change to many, such as an import."""
    subject: str = Field(default="", sa_type=SortedText, sa_column_kwargs={"server_default": EMPTY})
    """What was changed, by its name at that time: a company, a file."""
    why: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))
    """The reason that the person gave; empty where none was asked for."""
    before: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the fields that changed, as they were."""
    after: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the same fields, as they became."""
    plan: str = Field(
        default="{}", sa_column=Column(Text, nullable=False, server_default=text("'{}'"))
    )
    """JSON object of the plan that was carried out; empty where there was none."""
    plan_id: str | None = Field(default=None, index=True, unique=True)
    """The plan's own id: no plan is carried out twice."""
    undoes: int | None = Field(default=None, index=True)
    """The entry that this one took back."""
    part_of: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """The entry of the run or import that this one is a row of; 0 for one that stands for itself.

    A number and never NULL, so that both databases walk the list of the others in one index.
    """
    undone_by: int | None = None
    """The entry that took this one back; None while it stands. Not sealed: `held` keeps it."""
    result: str = _text("done")
    """`done`, or `queued` where calls wait in the outbox."""
    search_text: str = Field(
        default="", sa_column=Column(Text, nullable=False, server_default=EMPTY)
    )
    """Folded texts that words of a filter are looked for in, a line each: subject, actor, why.

    Not sealed.
    """
    previous: str = _text("")
    """The hash of the entry before."""
    digest: str = _text("")
    """SHA-256 over `previous` and this entry's own fields, in hexadecimal digits."""

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        return {"search_text": "\n".join(fold(row[name]) for name in ("subject", "actor", "why"))}


class HistoryHead(SQLModel, table=True):
    """The one row that says where the history ends; whoever adds to it holds this row."""

    __tablename__ = "history_head"

    id: int = Field(default=1, primary_key=True)
    last_id: int = 0
    """The id of the last entry."""
    entries: int = 0
    digest: str = ""
    """The hash of the last entry."""


SEALED = (
    *("id", "at", "actor", "host", "client", "kind", "account_id", "customer_id", "subject"),
    *("why", "before", "after", "plan", "plan_id", "undoes", "result"),
)
"""The fields that an entry's hash covers, in this order; then `part_of`, where it has one."""
_DEFAULTS: dict[str, Any] = {
    "client": "", "account_id": None, "customer_id": None, "subject": "", "why": "",
    "before": "{}", "after": "{}", "plan": "{}", "plan_id": None, "undoes": None, "part_of": 0,
    "result": "done",
}  # fmt: skip


@event.listens_for(Change, "before_update")
@event.listens_for(Change, "before_delete")
def _stays(_mapper: object, _connection: object, entry: Change) -> None:
    raise TypeError(f"The history is only added to; entry {entry.id} stays as it is.")


def digest_of(row: Mapping[str, Any], previous: str) -> str:
    """Return the hash of an entry, given its fields and the hash of the one before it."""
    values = [row[name] for name in SEALED]
    values[1] = to_millis(values[1]) if isinstance(values[1], datetime) else values[1] or 0
    if row["part_of"]:  # entries of older programs have none, and the hash that they had
        values.append(row["part_of"])
    sealed = json.dumps([previous, *values], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(sealed.encode()).hexdigest()


class History:
    """The end of the history, held by one writer."""

    def __init__(self, last_id: int, entries: int, digest: str) -> None:
        self.last_id, self.entries, self.digest = last_id, entries, digest
        self.undone: list[int] = []
        """Entries that were taken back meanwhile."""

    def sealed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row for the table, next in the chain: with its id and hashes."""
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
    """Hold the end of the history, so that nobody else adds to it until the transaction ends."""
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
    """Add entries to the history in the transaction of what they tell of; return their ids."""
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
    """Return an entry for `record`: who, when and what; further fields of `Change` by name."""
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
    """Return JSON as the history keeps it."""
    return json.dumps(value, ensure_ascii=False)


def as_object(text: str) -> dict[str, Any]:
    """Return the JSON object that an entry holds; an empty one where somebody damaged it."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
