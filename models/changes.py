"""The history: who changed what, when, and how it was before and after."""

from __future__ import annotations

import getpass
import json
import os
import platform
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import choice_column, moment_column
from models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChangeKind(StrEnum):
    """What a change was."""

    IMPORTED = "imported"
    """A file was read into the book; `after` holds its name and counts."""
    ADDED = "added"
    UPDATED = "updated"
    TAGGED = "tagged"
    NOTED = "noted"
    DEMO = "demo"


KIND_TITLES = {
    ChangeKind.IMPORTED: N_("Imported"),
    ChangeKind.ADDED: N_("Added"),
    ChangeKind.UPDATED: N_("Updated"),
    ChangeKind.TAGGED: N_("Tags changed"),
    ChangeKind.NOTED: N_("Note"),
    ChangeKind.DEMO: N_("Demo book made"),
}
"""What each kind of change is called on the screen."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    name: str
    host: str

    @classmethod
    def present(cls) -> Actor:
        """Return who runs this process: the user's name, and the SSH client's or this host."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = f"uid {os.getuid()}"
        client = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
        return cls(name, client or platform.node())


class Change(SQLModel, table=True):
    """One entry of the history; written in the same transaction as what it tells of."""

    __tablename__ = "changes"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime | None = Field(default=None, sa_column=moment_column())
    actor: str
    host: str = ""
    kind: ChangeKind = Field(sa_column=choice_column(ChangeKind))
    account_id: int | None = Field(default=None, foreign_key="partner_accounts.id")
    customer_id: int | None = Field(default=None, index=True)
    """Whose change it was; None for a change to many, such as an import."""
    before: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the fields that changed, as they were."""
    after: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the same fields, as they became."""


def change(
    kind: ChangeKind,
    actor: Actor,
    at: datetime,
    *,
    account_id: int | None = None,
    customer_id: int | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Change:
    """Return an entry for the history; add it to the session that makes the change."""
    return Change(
        at=at,
        actor=actor.name,
        host=actor.host,
        kind=kind,
        account_id=account_id,
        customer_id=customer_id,
        before=json.dumps(before or {}, ensure_ascii=False),
        after=json.dumps(after or {}, ensure_ascii=False),
    )
