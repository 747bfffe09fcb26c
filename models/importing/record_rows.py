"""What a row of a list other than the customers' means, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.importing.fields import key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import _
from partnerdesk.models.values.fields import day_field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan, PlanContext


Said = dict[str, str]
"""What a row says, by the names of the list's fields; empty cells are not there."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row, with what the book has of it."""

    said: Said
    key: object
    """By what the record is known again: no two rows of a file have the same."""
    name: str
    record_id: int = 0
    """The record of the book; 0 for a new one."""
    customer_id: int | None = None
    problems: list[Reason] = field(default_factory=list)


class Book:
    """The records of one list in an account, as rows of a file are compared with them."""

    COLUMNS: ClassVar[Mapping[str, str]] = {}
    """The field of the file for a field that a reason names, where they differ."""
    DETAIL: ClassVar[str] = ""
    """The field that tells a record from others of the same company."""

    def __init__(
        self, session: Session, account: Account, headings: Mapping[Any, str],
        *, day_first: bool | None,
    ) -> None:  # fmt: skip
        self.session, self.account, self.day_first = session, account, day_first
        self.headings = headings
        """What the file calls each field."""
        self.own = session.get_one(PartnerAccount, account.id)
        self.load()

    def load(self) -> None:
        """Read what rows are compared with."""
        raise NotImplementedError

    def called(self, said: Mapping[str, str]) -> str:
        """Return whom a row is about, as it says itself."""
        raise NotImplementedError

    def read(self, said: Said) -> ReadRow:
        """Return what a row means."""
        raise NotImplementedError

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Return the plan of a row without problems; it changes nothing where nothing is new."""
        raise NotImplementedError

    def day(self, said: Mapping[str, str], name: str, problems: list[Reason]) -> datetime | None:
        """Return the moment that a cell means."""
        found = day_field(said.get(name, ""), "import.day", name, day_first=self.day_first)
        if isinstance(found, Reason):
            problems.append(found)
            return None
        return found


def meant(kind: str, name: str, text: str) -> str:
    """Return the stored value that a word of any language means in a field; else the text."""
    wanted = key(text)
    for words in import_words():
        for value, names in words.values.get(f"{kind}.{name}", {}).items():
            if wanted in map(key, names):
                return value
    return text


def stored_choice(kind: str, name: str, text: str, titles: Mapping[str, str]) -> str | None:
    """Return the stored value that a word means: itself, its title, or a word of any language."""
    wanted = key(text)
    for value, title in titles.items():
        if wanted in (key(value), key(title), key(_(title))):
            return str(value)
    found = meant(kind, name, text)
    return found if found in titles else None
