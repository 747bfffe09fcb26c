"""The base for reading and planning rows of the importable lists other than customers."""

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


RowValues = dict[str, str]
"""The texts of a row by the names of the list's fields, without empty cells."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a file, matched with the record of the book that it is about."""

    values: RowValues
    key: object
    """Identifies the record of the row; a second row of the file with the same key is refused."""
    name: str
    """The name of the row's subject, such as a company."""
    record_id: int = 0
    """The id of the matching record; 0 for a new record."""
    customer_id: int | None = None
    problems: list[Reason] = field(default_factory=list)


class Book:
    """The records of one list in an account: reads rows of a file and plans their changes."""

    COLUMNS: ClassVar[Mapping[str, str]] = {}
    """The field of the file for a field that a reason names, if their names differ."""
    DETAIL: ClassVar[str] = ""
    """The field that distinguishes records of the same company."""

    def __init__(
        self,
        session: Session,
        account: Account,
        headings: Mapping[Any, str],
        *,
        day_first: bool | None,
    ) -> None:
        self.session, self.account, self.day_first = session, account, day_first
        self.headings = headings
        """The heading of each field's column in the file."""
        self.own = session.get_one(PartnerAccount, account.id)
        self.load()

    def load(self) -> None:
        """Read the records of the book that rows are compared with."""
        raise NotImplementedError

    def subject(self, values: Mapping[str, str]) -> str:
        """Return the name of a row's subject, such as a company; empty if the row has none."""
        raise NotImplementedError

    def read(self, values: RowValues) -> ReadRow:
        """Convert the texts of a row into values, and match the row with a record."""
        raise NotImplementedError

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Return the plan of a row without problems; it has no steps if the book agrees."""
        raise NotImplementedError

    def day(self, values: Mapping[str, str], name: str, problems: list[Reason]) -> datetime | None:
        """Return the moment in a cell; None if it is empty or invalid (adds to `problems`)."""
        found = day_field(values.get(name, ""), "import.day", name, day_first=self.day_first)
        if isinstance(found, Reason):
            problems.append(found)
            return None
        return found


def stored_value(kind: str, name: str, text: str) -> str:
    """Return the stored value that a word of any language means in a field; else `text` itself."""
    wanted = key(text)
    for words in import_words():
        for value, names in words.values.get(f"{kind}.{name}", {}).items():
            if wanted in map(key, names):
                return value
    return text


def stored_choice(kind: str, name: str, text: str, titles: Mapping[str, str]) -> str | None:
    """Return the stored value that a word means; None for an unknown word.

    The word can be the value itself, its title, or a word of any language (`import.toml`).

    Args:
        kind: the name of the list.
        name: the name of the field.
        text: the word.
        titles: the titles of the field's values, by value.
    """
    wanted = key(text)
    for value, title in titles.items():
        if wanted in (key(value), key(title), key(_(title))):
            return str(value)
    found = stored_value(kind, name, text)
    return found if found in titles else None
